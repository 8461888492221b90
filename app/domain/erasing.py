"""The end of a request's data: when its retention is over, or before, on an operator's word.

Its events stay, which carry ids and digests alone; `request.erased` is the last of them.
"""

from __future__ import annotations

from .commands import Erase
from .due import erase_ms, settled
from .errors import EraseRefused
from .events import EventType, fingerprint
from .request import Request
from .transition import Transition, event

_SHORTEST, _LONGEST = 3, 500
"""Characters of a reason, of which the trail keeps a fingerprint."""


def over(request: Request, now: int) -> Transition | None:
    """The request without its data, once it is settled and its retention has ended."""
    erase = erase_ms(request)
    if not settled(request) or erase is None or now < erase:
        return None
    return Transition(before=request, after=None, events=(event(request, EventType.ERASED, now),))


def erase(request: Request, command: Erase, now: int) -> Transition:
    """The same before its time. Raises `EraseRefused` while anything is still to be done."""
    if not _SHORTEST <= len(command.reason.strip()) <= _LONGEST:
        raise EraseRefused(f"Say why, in {_SHORTEST} to {_LONGEST} characters.")
    if request.pending:
        raise EraseRefused(
            f"{request.id} still waits for a decision.", "Have it decided or cancelled first."
        )
    if not settled(request):
        raise EraseRefused(
            f"What came of {request.id} is still to be told, to Slack or to its callback.",
            "Try again once that is done; countersign doctor says what keeps it.",
        )
    recorded = event(
        request,
        EventType.ERASED,
        now,
        operator=command.operator.in_words,
        reason_sha256=fingerprint(command.reason),
    )
    return Transition(before=request, after=None, events=(recorded,))
