"""What came of an approval: told by the client that acted on it, or flagged when nobody tells."""

from __future__ import annotations

from .commands import ReportResult
from .errors import NothingToReport
from .events import EventType, fingerprint
from .notices import noticed
from .request import Request, Result, Status
from .transition import Transition, event

MOST = 20
"""Results that are told of one request; a later one takes the place of the one before."""


def report(request: Request, command: ReportResult, now: int) -> Transition | None:
    """The result on the card, in its thread and to the requester; None for what was told already.

    Raises `NothingToReport` for what is not approved, or told again and again.
    """
    if request.state.status is not Status.APPROVED:
        raise NothingToReport(
            f"This request is {request.state.status.value}, so nothing can have come of it.",
            "A result belongs to an approved request.",
        )
    before = request.state.result
    number = 1 if before is None else before.number + 1
    told = Result(ok=command.ok, text=command.text, link=command.link, at_ms=now, number=number)
    if before is not None and _same(before, told):
        return None
    if number > MOST:
        raise NothingToReport(f"{MOST} results were told of this already.", "Tell the last one.")
    cards = noticed(request, request.state.cards, "result", now)
    cards = cards.model_copy(update={"requester_told": False})  # they hear of it too
    after = request.changed(result=told, unused_ms=None, unused=False, cards=cards)
    recorded = event(
        after,
        EventType.RESULT_REPORTED,
        now,
        command.by,
        number=number,
        ok=command.ok,
        text_sha256=fingerprint(command.text),
    )
    return Transition(before=request, after=after, events=(recorded,))


def flag_unused(request: Request, now: int) -> Transition | None:
    """An approval of which nobody told a result in time is said to be unused."""
    at = request.state.unused_ms
    if at is None or now < at:
        return None
    cards = noticed(request, request.state.cards, "unused", now)
    after = request.changed(unused_ms=None, unused=True, cards=cards)
    return Transition(before=request, after=after, events=(event(after, EventType.UNUSED, now),))


def _same(one: Result, other: Result) -> bool:
    return (one.ok, one.text, one.link) == (other.ok, other.text, other.link)
