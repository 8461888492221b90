"""What every press on a card has to pass: in time, by somebody who may, on what was shown."""

from __future__ import annotations

from pydantic import JsonValue

from .cards import Place
from .commands import AnswerQuestion, Press, Show
from .ending import adopted, already_decided, knows, undecided
from .errors import CountersignError, DigestMismatch, RequestHeld
from .events import EventType
from .message import iso
from .request import Actor, Request
from .reviewers import acting
from .transition import Transition, event

REFUSALS_RECORDED = 5
"""Refused attempts that the trail keeps per person and request; more are refused unrecorded."""


def admitted(request: Request, press: Press, now: int) -> Actor | Transition:
    """As whom this person may act on a request that waits, or their refusal on record.

    Raises `RequestExpired`, `RequestHeld`, and the refusal itself past the cap.
    """
    answerable(request, now)
    found = who_acts(request, press, request.asked, request.body.on_behalf_of, now)
    return found if isinstance(found, Actor) else refuse(request, press, found, now)


def answerable(request: Request, now: int) -> None:
    """Raises `RequestExpired`, `AlreadyDecided`, and `RequestHeld` while nobody is asked."""
    undecided(request, now)
    held = request.state.held
    if held is None or request.watched:
        return
    if held.until_ms is None:
        raise RequestHeld("Nobody is asked about this: it is approved when the pause ends.")
    raise RequestHeld(
        f"Nobody is asked about this before {iso(held.until_ms)}.",
        "Its client asked for more than its limit. The card comes when it is time.",
    )


def who_acts(
    request: Request, press: Press, asked: tuple[str, ...], requester: str | None, now: int
) -> Actor | CountersignError:
    """As whom this person may act on what they were shown, or why they may not."""
    found = acting(request, press, asked, requester, now)
    if isinstance(found, Actor) and press.digest != request.digest:
        return not_what_was_shown()
    return found


def not_what_was_shown() -> DigestMismatch:
    """The refusal of an answer to something else than the request holds by now."""
    return DigestMismatch(
        "What you were shown is not what this request holds.",
        "Open the newest card of this request and look again.",
    )


def refuse(
    request: Request, press: Press | Show | AnswerQuestion, refused: CountersignError, now: int
) -> Transition:
    """The refusal on record, to be raised once it is committed; past the cap at once."""
    digest = press.digest if isinstance(press, Press) else None
    return refused_to(request, press.person.as_actor(), refused, now, digest=digest)


def refused_to(
    request: Request, by: Actor, refused: CountersignError, now: int, **detail: JsonValue
) -> Transition:
    """The same of whoever it was."""
    counts = request.state.refusals
    if counts.get(by.id, 0) >= REFUSALS_RECORDED:
        raise refused
    after = request.changed(refusals={**counts, by.id: counts.get(by.id, 0) + 1})
    kind = EventType.DECISION_REFUSED
    recorded = event(after, kind, now, by, code=refused.code, **detail)
    return Transition(before=request, after=after, events=(recorded,), refused=refused)


def too_late(request: Request, seen: Place | None) -> Transition:
    """The request is decided: say by whom, and bring the card that was pressed up to date."""
    refused = already_decided(request)
    if knows(request, seen):
        raise refused
    after = request.changed(cards=adopted(request, seen))
    return Transition(before=request, after=after, refused=refused)
