"""The life of a request: `begin`, then `apply(request, command, now)` for each next state.

Pure: the store commits a `Transition` whole or not at all, and what still has to happen outside is
read off the new state (`due.py`, `slack_steps.py`).
"""

from __future__ import annotations

from policies.plan import Outcome, Route

from . import effects
from .commands import Cancel, Command, Decide, Wake
from .due import erase_ms, settled
from .errors import (
    AlreadyDecided,
    CommentRequired,
    CountersignError,
    DigestMismatch,
    OutcomeNotOffered,
    RequestExpired,
)
from .events import Event, EventType, fingerprint
from .message import callback_body
from .request import Actor, Body, Callback, Cards, Copy, Decision, Place, Request, State, Status
from .reviewers import refusal
from .transition import Transition, event

REFUSALS_RECORDED = 5
"""Refused attempts that the trail keeps per person and request; more are refused unrecorded."""

TIMEOUT = Actor(kind="timeout", id="expiry", name="Nobody answered in time")

_STATUS = {
    Outcome.APPROVE: Status.APPROVED,
    Outcome.REVISE: Status.REVISION_REQUESTED,
    Outcome.REJECT: Status.REJECTED,
}
_ROUTED = {Route.APPROVE: Status.APPROVED, Route.REJECT: Status.REJECTED}
_DONE = {
    Status.APPROVED: "approved this",
    Status.REJECTED: "rejected this",
    Status.REVISION_REQUESTED: "asked for changes",
    Status.CANCELLED: "withdrew this",
}


def apply(request: Request, command: Command, now: int) -> Transition | None:
    """What `command` makes of `request` at the instant `now`; None when it changes nothing.

    Raises a `CountersignError` for what may not happen. A refusal that belongs into the trail comes
    back as a transition whose `refused` the caller raises once it is committed.
    """
    match command:
        case Decide():
            return _decide(request, command, now)
        case Cancel():
            return _cancel(request, command, now)
        case Wake():
            return _wake(request, now)
        case _:
            return effects.record(request, command, now)


def begin(body: Body) -> Transition:
    """A new request: it waits for a person, or its policy has decided it already."""
    plan, now = body.evaluation.plan, body.opened_ms
    expires_ms = None if plan is None else now + plan.expire_s * 1000
    # A channel is posted into by its name; people have to be looked up first.
    cards = Cards(targets=(plan.channel,) if plan is not None and plan.channel else None)
    state = State(version=1, status=Status.PENDING, expires_ms=expires_ms, cards=cards)
    request = Request(body=body, state=state)
    if plan is not None:
        return Transition(before=None, after=request, events=_opening(request))
    decided = _ended(request, _by_policy(body), EventType.DECIDED)
    events = (*_opening(request), *decided.events)
    return Transition(before=None, after=decided.after, events=events, message=decided.message)


def _opening(request: Request) -> tuple[Event, ...]:
    body, evaluation = request.body, request.body.evaluation
    opened = event(
        request,
        EventType.OPENED,
        body.opened_ms,
        Actor(kind="client", id=body.client, name=body.client),
        digest=body.digest,
        policy=body.policy.name,
        policy_hash=body.policy.hash,
        route=evaluation.route.value,
        rule=evaluation.rule,
    )
    if evaluation.error is None:
        return (opened,)
    return (opened, event(request, EventType.EVALUATION_FAILED, body.opened_ms))


def _by_policy(body: Body) -> Decision:
    return Decision(
        outcome=_ROUTED[body.evaluation.route],
        by=(Actor(kind="policy", id=body.policy.name, name=body.policy.name),),
        at_ms=body.opened_ms,
        digest=body.digest,
        comment=body.evaluation.because,
    )


def _decide(request: Request, command: Decide, now: int) -> Transition | None:
    if not request.pending:
        return _too_late(request, command)
    _in_time(request, now)
    plan = request.body.evaluation.plan
    if plan is None or command.outcome not in plan.outcomes:
        raise OutcomeNotOffered(f"This request does not offer {command.outcome.value}.")
    refused = _why_not(request, command)
    if refused is not None:
        return _refuse(request, command, refused, now)
    if command.outcome is Outcome.REVISE and not (command.comment or "").strip():
        raise CommentRequired("Say what should change, so that it can be asked again.")
    decision = Decision(
        outcome=_STATUS[command.outcome],
        by=(command.person.as_actor(),),
        at_ms=now,
        digest=command.digest,
        comment=command.comment,
    )
    return _ended(request, decision, EventType.DECIDED, _adopted(request, command.seen))


def _in_time(request: Request, now: int) -> None:
    """From its deadline on a request only expires, even before the time lane has seen to that."""
    if request.state.expires_ms is not None and now >= request.state.expires_ms:
        raise RequestExpired("The time to decide this has passed, so it was not approved.")


def _why_not(request: Request, command: Decide) -> CountersignError | None:
    plan = request.body.evaluation.plan
    if plan is not None:
        refused = refusal(plan, request.body.on_behalf_of, command.person)
        if refused is not None:
            return refused
    if command.digest != request.body.digest:
        return DigestMismatch(
            "What you were shown is not what this request holds.",
            "Open the newest card of this request and look again.",
        )
    return None


def _refuse(request: Request, command: Decide, refused: CountersignError, now: int) -> Transition:
    person, counts = command.person, request.state.refusals
    if counts.get(person.id, 0) >= REFUSALS_RECORDED:
        raise refused
    after = request.changed(refusals={**counts, person.id: counts.get(person.id, 0) + 1})
    recorded = event(
        after,
        EventType.DECISION_REFUSED,
        now,
        person.as_actor(),
        code=refused.code,
        outcome=command.outcome.value,
        digest=command.digest,
    )
    return Transition(before=request, after=after, events=(recorded,), refused=refused)


def _too_late(request: Request, command: Decide) -> Transition:
    """The request is decided: say by whom, and bring the card that was pressed up to date."""
    refused = already_decided(request)
    if _knows(request, command.seen):
        raise refused
    after = request.changed(cards=_adopted(request, command.seen))
    return Transition(before=request, after=after, refused=refused)


def already_decided(request: Request) -> AlreadyDecided:
    """The error for whoever comes after the decision; its text names who decided and how."""
    decision = request.state.decision
    if decision is None or decision.outcome is Status.EXPIRED:
        return AlreadyDecided("The time to decide this has passed, so it was not approved.")
    names = " and ".join(actor.name for actor in decision.by)
    return AlreadyDecided(f"{names} already {_DONE[decision.outcome]}.")


def _cancel(request: Request, command: Cancel, now: int) -> Transition:
    if not request.pending:
        raise already_decided(request)
    _in_time(request, now)
    decision = Decision(
        outcome=Status.CANCELLED,
        by=(command.by,),
        at_ms=now,
        digest=request.body.digest,
        comment=command.reason,
    )
    return _ended(request, decision, EventType.CANCELLED)


def _wake(request: Request, now: int) -> Transition | None:
    if request.pending:
        return _expire(request, now)
    erase = erase_ms(request)
    if not settled(request) or erase is None or now < erase:
        return None
    return Transition(before=request, after=None, events=(event(request, EventType.ERASED, now),))


def _expire(request: Request, now: int) -> Transition | None:
    if request.state.expires_ms is None or now < request.state.expires_ms:
        return None
    decision = Decision(
        outcome=Status.EXPIRED, by=(TIMEOUT,), at_ms=now, digest=request.body.digest
    )
    return _ended(request, decision, EventType.EXPIRED)


def _ended(
    request: Request, decision: Decision, kind: EventType, cards: Cards | None = None
) -> Transition:
    """The request leaves `pending` for good: callback set off, every card out of date.

    `cards` are those of the request unless one was found that nobody had recorded.
    """
    cards = cards or request.state.cards
    after = request.changed(
        status=decision.outcome,
        decision=decision,
        cards=cards.model_copy(update={"face": cards.face + 1, "failures": 0, "retry_ms": 0}),
        callback=_callback(request.body, decision),
    )
    recorded = event(
        after,
        kind,
        decision.at_ms,
        decision.by[0],
        outcome=decision.outcome.value,
        digest=decision.digest,
        comment_sha256=fingerprint(decision.comment),
    )
    return Transition(
        before=request,
        after=after,
        events=(recorded,),
        message=None if after.state.callback is None else callback_body(after),
        not_after=_last_instant(request, kind),
    )


def _last_instant(request: Request, kind: EventType) -> int | None:
    expires_ms = request.state.expires_ms
    return None if kind is EventType.EXPIRED or expires_ms is None else expires_ms - 1


def _callback(body: Body, decision: Decision) -> Callback | None:
    automatic = decision.by[0].kind == "policy"
    if body.callback_url is None or (automatic and body.callback_on == "human"):
        return None
    return Callback(id=f"msg_{body.id.removeprefix('req_')}", due_ms=decision.at_ms)


def _knows(request: Request, place: Place | None) -> bool:
    return place is None or any(copy.place == place for copy in request.state.cards.copies)


def _adopted(request: Request, place: Place | None) -> Cards:
    """A card that was posted and never recorded (a crash in between) counts from now on."""
    cards = request.state.cards
    if place is None or _knows(request, place):
        return cards
    targets = cards.targets or ()
    target = targets[0] if len(targets) == 1 else place.channel
    copy = Copy(target=target, place=place, face=0)
    return cards.model_copy(update={"copies": (*cards.copies, copy)})
