"""How requests change: load, `lifecycle.apply`, commit; again when outrun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .domain import lifecycle
from .domain.commands import Command, Wake
from .domain.errors import TooBusy
from .domain.request import Request
from .identifiers import new_operation
from .ports import Conflict, Loaded, RequestStore, TooLate

_TRIES = 20
"""Each lost try means that somebody else's change landed, so a crowd of this size gets through."""


@dataclass(frozen=True)
class Changed:
    """The request as it stands, None once it is erased, and whether the command changed it.

    `paused` says whether everything was paused when it was looked at.
    """

    request: Request | None
    anew: bool
    paused: bool


def change(
    store: RequestStore, request_id: str, command: Command, found: Loaded | None = None
) -> Request | None:
    """Apply `command` and commit; gives the request as it then stands, None once it is erased.

    `found` is the request as it was a moment ago, for the first try: the commit tells whether it
    still is so, and whether it is still in time. Raises what the lifecycle and the commit raise,
    `RequestNotFound`, and `TooBusy` when rivals won every time.
    """
    return changed(store, request_id, command, found).request


def changed(
    store: RequestStore, request_id: str, command: Command, found: Loaded | None = None
) -> Changed:
    """The same, and whether there was anything to change."""
    for _ in range(_TRIES):
        loaded, found = found or store.load(request_id), None
        transition = lifecycle.apply(loaded.request, command, loaded.now)
        if transition is None:
            return Changed(loaded.request, anew=False, paused=loaded.paused)
        try:
            store.commit(transition, new_operation())
        except (Conflict, TooLate):
            continue
        if transition.refused is not None:
            raise transition.refused
        return Changed(transition.after, anew=True, paused=loaded.paused)
    raise TooBusy("This request is changing too fast right now.", "Try again in a moment.")


def wake_many(store: RequestStore, request_ids: Sequence[str]) -> set[str]:
    """Have whatever is due happen to each of these, in three round trips however many they are.

    Gives those that it is done with. The others were outrun, are gone or can't be read: `change`
    with a `Wake` finds out which.
    """
    requests = store.load_many(request_ids)
    now = store.now()  # after them, so that nothing in them lies ahead of it
    made = {request.id: lifecycle.apply(request, Wake(), now) for request in requests}
    changes = [(each, new_operation()) for each in made.values() if each is not None]
    written = zip(changes, store.commit_many(changes), strict=True)
    outrun = {transition.request.id for (transition, _), done in written if not done}
    return made.keys() - outrun
