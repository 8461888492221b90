"""How requests change: load, `lifecycle.apply`, commit; again when outrun.

Whoever holds a request has seen it a moment ago, and begins with what it saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .domain import lifecycle
from .domain.commands import Command, Wake
from .domain.due import idle
from .domain.errors import TooBusy
from .domain.request import Request
from .domain.transition import Transition
from .identifiers import new_operation
from .ports import Claim, Conflict, Loaded, RequestStore, TooLate

_TRIES = 20
"""Each lost try means that somebody else's change landed, so a crowd of this size gets through."""

_DOUBT_MS = 1_000
"""So far may the store's clock be ahead of that of what was found."""


@dataclass(frozen=True)
class Changed:
    """The request as it stands, None once it is erased, and whether the command changed it.

    `paused` says whether everything was paused when it was looked at, and `let_go` that the claim
    on it ended with the change.
    """

    request: Request | None
    anew: bool
    paused: bool
    let_go: bool = False


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
    store: RequestStore,
    request_id: str,
    command: Command,
    found: Loaded | None = None,
    claim: Claim | None = None,
) -> Changed:
    """The same, and whether there was anything to change.

    A change after which there is nothing left to do in the lane of `claim` lets go of it.
    """
    made = None if found is None else _tried(store, found, command, claim, _DOUBT_MS)
    if made is not None and made.anew:
        return made
    for _ in range(_TRIES):
        made = _tried(store, store.load(request_id), command, claim)
        if made is not None:
            return made
    raise TooBusy("This request is changing too fast right now.", "Try again in a moment.")


def _tried(
    store: RequestStore,
    loaded: Loaded,
    command: Command,
    claim: Claim | None,
    doubt_ms: int | None = None,
) -> Changed | None:
    """What came of one try, None when it was outrun. In `doubt_ms` it is too late."""
    transition = lifecycle.apply(loaded.request, command, loaded.now)
    if transition is None:
        return Changed(loaded.request, anew=False, paused=loaded.paused)
    if doubt_ms is not None:
        transition = _until(transition, loaded.now + doubt_ms)
    after = transition.after
    ends = claim is not None and (after is None or idle(after, claim.lane, loaded.now))
    try:
        store.commit(transition, new_operation(), claim=claim if ends else None)
    except (Conflict, TooLate):
        return None
    if transition.refused is not None:
        raise transition.refused
    return Changed(after, anew=True, paused=loaded.paused, let_go=ends)


def _until(transition: Transition, end_ms: int) -> Transition:
    """The same, refused past an instant."""
    until = transition.not_after
    return replace(transition, not_after=end_ms if until is None else min(until, end_ms))


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
