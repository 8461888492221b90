"""Who is on it: a claim, its release and its lapse, and handing a request to somebody else.

None of it decides anything, or keeps anybody who may decide from deciding.
"""

from __future__ import annotations

from .commands import Claim, HandOver, Press, Release
from .ending import adopted, last_instant, outdated
from .errors import ClaimRefused, HandOverRefused, OutcomeNotOffered
from .events import Event, EventType
from .notices import noticed
from .pressing import admitted, too_late
from .request import Actor, Claimed, Request
from .reviewers import refusal
from .transition import Transition, event


def move(request: Request, command: Claim | Release | HandOver, now: int) -> Transition:
    """Work goes from one person to another. Each raises `ClaimRefused` or `HandOverRefused`."""
    match command:
        case Claim():
            return _claim(request, command, now)
        case Release():
            return _release(request, command, now)
        case HandOver():
            return _hand_over(request, command, now)


def _claim(request: Request, command: Claim, now: int) -> Transition:
    """A reviewer is on it until the claim lapses; claiming once more makes it longer."""
    by = _acting(request, command, now)
    if isinstance(by, Transition):
        return by
    held, plan = request.state.claim, request.plan
    if held is not None and held.by.id != by.id:
        raise ClaimRefused(f"{held.by.name} is on it already.", "You may decide it all the same.")
    until_ms = now + (0 if plan is None else plan.claim_s * 1000)
    after = request.changed(
        claim=Claimed(by=by, at_ms=now, until_ms=until_ms),
        cards=outdated(adopted(request, command.seen)),
    )
    claimed = event(after, EventType.CLAIMED, now, by, until_ms=until_ms)
    return _step(request, after, claimed)


def _release(request: Request, command: Release, now: int) -> Transition:
    """Whoever was on it no longer is."""
    by = _acting(request, command, now)
    if isinstance(by, Transition):
        return by
    held = request.state.claim
    if held is None or held.by.id != by.id:
        raise ClaimRefused("You are not on it, so there is nothing to release.")
    after = request.changed(claim=None, cards=outdated(adopted(request, command.seen)))
    return _step(request, after, event(after, EventType.CLAIM_RELEASED, now, by))


def lapse(request: Request, now: int) -> Transition | None:
    """A claim ends by itself."""
    held = request.state.claim
    if held is None or now < held.until_ms:
        return None
    after = request.changed(claim=None, cards=outdated(request.state.cards))
    return _step(request, after, event(after, EventType.CLAIM_LAPSED, now, claimed_by=held.by.id))


def _hand_over(request: Request, command: HandOver, now: int) -> Transition:
    """A reviewer has somebody else asked who may decide it too; both still can."""
    by = _acting(request, command, now)
    if isinstance(by, Transition):
        return by
    to = command.to
    _check(request, by, command)
    others = tuple(one for one in request.state.assigned if one not in (by.id, to.id))
    held = request.state.claim
    cards = noticed(request, adopted(request, command.seen), "handover", now, by=by.id)
    shown_to = tuple(dict.fromkeys((*cards.shown_to, to.id)))
    after = request.changed(
        assigned=(*others, to.id),
        claim=None if held is not None and held.by.id == by.id else held,
        cards=cards.model_copy(update={"shown_to": shown_to}),
    )
    return _step(request, after, event(after, EventType.HANDED_OVER, now, by, to=to.id))


def _acting(request: Request, press: Press, now: int) -> Actor | Transition:
    """As whom they act, or what becomes of a press that comes too late or is refused."""
    if not request.pending:
        return too_late(request, press.seen)
    if request.watched:
        raise OutcomeNotOffered("Nobody needs to decide this: it goes ahead unless it is stopped.")
    return admitted(request, press, now)


def _check(request: Request, by: Actor, command: HandOver) -> None:
    """Raises `HandOverRefused` unless `to` is somebody else who may decide this now."""
    to, body = command.to, request.body
    if to.id == by.id:
        raise HandOverRefused("That is you.", "Choose somebody else.")
    if request.state.assigned == (to.id,):
        raise HandOverRefused(f"{to.name} is asked already.", "Choose somebody else.")
    refused = refusal(request.asked, body.on_behalf_of, to)
    if refused is not None:
        raise HandOverRefused(
            f"{to.name} may not decide this.", f"Asked are {', '.join(request.asked)}."
        )
    answers = (*request.state.votes, *request.state.rejections)
    if any(one.by.id == to.id for one in answers):
        raise HandOverRefused(f"{to.name} has answered already.", "Choose somebody else.")


def _step(before: Request, after: Request, recorded: Event) -> Transition:
    return Transition(
        before=before, after=after, events=(recorded,), not_after=last_instant(before)
    )
