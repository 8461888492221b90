"""What stands still although it could go on: everything is paused, or its client asked too much.

An approval by policy alone waits for the end of a pause. What came past its client's limit is asked
of people, and they are asked at the pace of that limit.
"""

from __future__ import annotations

from dataclasses import replace

from policies.plan import Route

from .ending import ended, outdated
from .events import Event, EventType
from .request import Actor, Body, Decision, Held, Request, Status
from .timing import schedule
from .transition import Transition, event


def holds(held: Held | None, body: Body) -> bool:
    """Whether this keeps a new request: no rejection, and of a pause nothing but an approval."""
    route = body.evaluation.route
    if held is None:
        return False
    return route is Route.APPROVE if held.reason == "paused" else route is not Route.REJECT


def hold(request: Request, now: int) -> Transition | None:
    """A watch whose window ended during a pause goes ahead after it, and its cards say so."""
    until = request.state.goes_ahead_ms
    if not request.watched or request.state.held is not None or until is None or now < until:
        return None
    held = Held(reason="paused", since_ms=now)
    after = request.changed(held=held, cards=outdated(request.state.cards))
    return Transition(before=request, after=after, events=(begun(after, held),))


def release(request: Request, now: int) -> Transition | None:
    """What is held goes on: people are asked, or the approval of its policy stands."""
    held, plan = request.state.held, request.plan
    if held is None or request.watched:
        return None
    if held.reason == "paused" and request.evaluation.route is Route.APPROVE:
        return approve(request, now)
    if plan is None or held.until_ms is None:
        raise TypeError("neither approved by its policy, nor for people to decide at some time")
    if now < held.until_ms:
        return None
    after = request.changed(held=None, **schedule(plan, now, escalated=request.body.past_cap))
    return Transition(before=request, after=after, events=(released(after, now),))


def approve(request: Request, now: int) -> Transition:
    """What the policy said some time ago stands from now on."""
    policy = request.body.policy.name
    decision = Decision(
        outcome=Status.APPROVED,
        by=(Actor(kind="policy", id=policy, name=policy),),
        at_ms=now,
        digest=request.digest,
        comment=request.evaluation.because,
    )
    made = ended(request, decision, EventType.DECIDED)
    if request.state.held is None:
        return made
    return replace(made, events=(released(made.request, now), *made.events))


def begun(after: Request, held: Held) -> Event:
    """From now on it is held."""
    return event(after, EventType.HELD, held.since_ms, reason=held.reason, until_ms=held.until_ms)


def released(after: Request, now: int) -> Event:
    """From now on it is not."""
    return event(after, EventType.RELEASED, now)
