"""The one way in which a request changes: load, `lifecycle.apply`, commit; again when outrun."""

from __future__ import annotations

from .domain import lifecycle
from .domain.commands import Command
from .domain.errors import TooBusy
from .domain.request import Request
from .identifiers import new_operation
from .ports import Conflict, RequestStore, TooLate

_TRIES = 20
"""Each lost try means that somebody else's change landed, so a crowd of this size gets through."""


def change(store: RequestStore, request_id: str, command: Command) -> Request | None:
    """Apply `command` and commit; gives the request as it then stands, None once it is erased.

    Raises what the lifecycle raises, `RequestNotFound`, and `TooBusy` when rivals won every time.
    """
    for _ in range(_TRIES):
        loaded = store.load(request_id)
        transition = lifecycle.apply(loaded.request, command, loaded.now)
        if transition is None:
            return loaded.request
        try:
            store.commit(transition, new_operation())
        except (Conflict, TooLate):
            continue
        if transition.refused is not None:
            raise transition.refused
        return transition.after
    raise TooBusy("This request is changing too fast right now.", "Try again in a moment.")
