"""The life of a request: `begin`, then `apply(request, command, now)` for each next state.

Pure: the store commits a `Transition` whole or not at all, and what still has to happen outside is
read off the new state (`due.py`, `slack_steps.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from policies.plan import ReviewPlan, Route

from . import claiming, effects, erasing, questions, results
from .cards import Cards
from .commands import (
    AnswerQuestion,
    ApproveEdited,
    AskRequester,
    Cancel,
    Claim,
    Command,
    Consume,
    Decide,
    Erase,
    HandOver,
    Hold,
    Override,
    QuestionDelivered,
    Release,
    ReportResult,
    Show,
    Signal,
    Staffed,
    Stop,
    Undo,
    Wake,
)
from .consuming import consume
from .deciding import decide
from .editing import approve_edited
from .ending import already_decided, ended, in_time
from .events import Event, EventType
from .holding import begun, hold, holds, release
from .overriding import override
from .request import Actor, Body, Decision, Held, Request, Revises, State, Status
from .showing import show
from .staffing import staffed
from .timing import deadline, expire, prompt, schedule
from .transition import Transition, event
from .undoing import counts, undo
from .watching import go_ahead, report, stop

_ROUTED = {Route.APPROVE: Status.APPROVED, Route.REJECT: Status.REJECTED}


def apply(request: Request, command: Command, now: int) -> Transition | None:
    """What `command` makes of `request` at the instant `now`; None when it changes nothing.

    Raises a `CountersignError` for what may not happen. A refusal that belongs into the trail comes
    back as a transition whose `refused` the caller raises once it is committed.
    """
    return _CHANGES.get(type(command), effects.record)(request, command, now)


def begin(body: Body, held: Held | None = None) -> Transition:
    """A new request: it waits for a person, or its policy has decided it already.

    With `held` it stands still, unless there is nothing that this could hold.
    """
    plan = body.evaluation.plan
    held = held if holds(held, body) else None
    # A channel is posted into by its name; people have to be looked up first.
    cards = Cards(targets=(plan.channel,) if plan is not None and plan.channel else None)
    times = _times(None if held is not None else plan, body)
    state = State(version=1, status=Status.PENDING, cards=cards, held=held, **times)
    request = Request(body=body, state=state)
    if plan is not None or held is not None:
        return Transition(before=None, after=request, events=_opening(request))
    decided = ended(request, _by_policy(body), EventType.DECIDED)
    events = (*_opening(request), *decided.events)
    return Transition(before=None, after=decided.after, events=events, message=decided.message)


def _times(plan: ReviewPlan | None, body: Body) -> dict[str, Any]:
    """Nobody is reminded of a watch: it needs no answer."""
    now = body.opened_ms
    if plan is None:
        return {"expires_ms": None}
    if plan.watch is not None:
        return {"expires_ms": deadline(plan, now)}
    return schedule(plan, now, escalated=body.past_cap)


def _opening(request: Request) -> tuple[Event, ...]:
    body, evaluation = request.body, request.evaluation
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
    events = [opened]
    if evaluation.error is not None:
        events.append(event(request, EventType.EVALUATION_FAILED, body.opened_ms))
    if body.revises is not None:
        events.append(_asked_again(request, body.revises))
    if request.state.held is not None:
        events.append(begun(request, request.state.held))
    return tuple(events)


def _asked_again(request: Request, revises: Revises) -> Event:
    return event(
        request,
        EventType.REVISED,
        request.body.opened_ms,
        revises=revises.request_id,
        revision=request.body.revision,
        fields=[change.field for change in revises.changes],
        past_cap=request.body.past_cap,
    )


def _by_policy(body: Body) -> Decision:
    return Decision(
        outcome=_ROUTED[body.evaluation.route],
        by=(Actor(kind="policy", id=body.policy.name, name=body.policy.name),),
        at_ms=body.opened_ms,
        digest=body.digest,
        comment=body.evaluation.because,
    )


def _cancel(request: Request, command: Cancel, now: int) -> Transition:
    if not request.pending:
        raise already_decided(request)
    in_time(request, now)
    decision = Decision(
        outcome=Status.CANCELLED,
        by=(command.by,),
        at_ms=now,
        digest=request.digest,
        comment=command.reason,
    )
    return ended(request, decision, EventType.CANCELLED)


def _wake(request: Request, _: Wake, now: int) -> Transition | None:
    if request.state.undoable is not None:
        return counts(request, now)
    if request.pending:
        return (
            expire(request, now)
            or release(request, now)
            or go_ahead(request, now)
            or prompt(request, now)
            or claiming.lapse(request, now)
        )
    return results.flag_unused(request, now) or erasing.over(request, now)


def _hold(request: Request, _: Hold, now: int) -> Transition | None:
    return hold(request, now) if request.pending else None


_CHANGES: Mapping[type[Command], Callable[[Request, Any, int], Transition | None]] = {
    Decide: decide,
    ApproveEdited: approve_edited,
    Undo: undo,
    Stop: stop,
    Override: override,
    Show: show,
    Signal: report,
    Consume: consume,
    ReportResult: results.report,
    Cancel: _cancel,
    Wake: _wake,
    Erase: erasing.erase,
    Hold: _hold,
    Staffed: staffed,
    **dict.fromkeys((Claim, Release, HandOver), claiming.move),
    **dict.fromkeys((AskRequester, AnswerQuestion, QuestionDelivered), questions.change),
}
"""What each command does; the rest says what came of the work outside (`effects.py`)."""
