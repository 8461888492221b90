"""A watch: it goes ahead when its window ends, unless somebody stops it or a monitor objects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policies.plan import ReviewPlan, Route

from .commands import Signal, Stop
from .ending import adopted, already_decided, ended, in_time, last_instant, outdated
from .errors import CommentRequired, OutcomeNotOffered
from .events import Event, EventType, fingerprint
from .holding import approve
from .pressing import refuse, too_late, who_acts
from .request import Actor, Decision, Report, Request, Status, Stopped
from .timing import schedule
from .transition import Transition, event

_OBJECTIONS = {
    "anomaly": (True, "A monitor reports an anomaly."),
    "reversible": (False, "A monitor reports that it can't be undone."),
}
"""Signals that turn a watch into a review, whatever the policy says of Stop: those with which it
would not have become a watch at all."""


def stop(request: Request, command: Stop, now: int) -> Transition:
    """A reviewer stops it, also late: as long as it has not gone ahead, it won't."""
    plan = request.plan
    if not request.pending:
        return too_late(request, command.seen)
    in_time(request, now)
    if plan is None or plan.watch is None or not request.watched:
        raise OutcomeNotOffered("There is nothing to stop: people are asked to decide this.")
    # Whoever asked may stop it too. To ask on behalf of nobody must not keep everybody from it.
    found = who_acts(request, command, plan.reviewers, None, now)
    # Whom Slack can't vouch for just now may be a reviewer, and the window ends all the same: then
    # people are asked, whatever else Stop would have meant.
    unsure = command.person.standing == "unverified"
    if not isinstance(found, Actor) and not unsure:
        return refuse(request, command, found, now)
    if not command.reason.strip():
        raise CommentRequired("Say why it should not go ahead.")
    by = found if isinstance(found, Actor) else command.person.as_actor()
    cards = adopted(request, command.seen)
    if plan.watch.stop is Route.REJECT and not unsure:
        decision = Decision(
            outcome=Status.REJECTED,
            by=(by,),
            at_ms=now,
            digest=command.digest,
            comment=command.reason,
        )
        return ended(request, decision, EventType.DECIDED, cards)
    stopped = Stopped(by=by, at_ms=now, reason=command.reason)
    after = request.changed(cards=outdated(cards), **_asking(plan, stopped))
    return Transition(
        before=request,
        after=after,
        events=(_told(after, stopped),),
        not_after=last_instant(request),
    )


def report(request: Request, command: Signal, now: int) -> Transition | None:
    """A monitor's signals on record and on the card; an objection ends a watch.

    What is held and has nobody to be asked is rejected instead. Nothing happens where the monitor
    has said all of it before.
    """
    if not request.pending:
        raise already_decided(request)
    in_time(request, now)
    known = {one.name: one.value for one in request.state.reports if one.by == command.by.id}
    if known | command.signals == known:
        return None
    said = tuple(
        Report(name=name, value=value, by=command.by.id, at_ms=now)
        for name, value in command.signals.items()
    )
    earlier = tuple(
        one
        for one in request.state.reports
        if (one.name, one.by) not in {(new.name, new.by) for new in said}
    )
    changes: dict[str, Any] = {
        "reports": (*earlier, *said),
        "cards": outdated(request.state.cards),
    }
    stopped = _objection(request, command, now)
    plan = request.plan
    if stopped is not None and plan is None:
        return _rejected(request, command, stopped, changes["reports"])
    if stopped is not None and plan is not None:
        changes |= _asking(plan, stopped)
    after = request.changed(**changes)
    events = [_reported(after, command, now)]
    if stopped is not None:
        events.append(_told(after, stopped))
    return Transition(
        before=request, after=after, events=tuple(events), not_after=last_instant(request)
    )


def go_ahead(request: Request, now: int) -> Transition | None:
    """At the end of the window the policy's approval stands."""
    until = request.state.goes_ahead_ms
    if not request.watched or until is None or now < until:
        return None
    return approve(request, now)


def _objection(request: Request, command: Signal, now: int) -> Stopped | None:
    """What ends a watch although nobody pressed Stop."""
    said = [
        reason
        for name, (objection, reason) in _OBJECTIONS.items()
        if command.signals.get(name) is objection
    ]
    goes_ahead = request.watched or request.plan is None
    if not goes_ahead or not said:
        return None
    return Stopped(by=command.by, at_ms=now, reason=" ".join(said))


def _asking(plan: ReviewPlan, stopped: Stopped) -> dict[str, Any]:
    """People are asked from now on, with all the time that the plan gives them."""
    times = schedule(plan, stopped.at_ms)
    return {"stopped": stopped, "held": None, "goes_ahead_ms": None, **times}


def _rejected(
    request: Request, command: Signal, objection: Stopped, reports: tuple[Report, ...]
) -> Transition:
    """Its policy asks nobody, so there is nobody who could look at what the monitor objects to."""
    decision = Decision(
        outcome=Status.REJECTED,
        by=(objection.by,),
        at_ms=objection.at_ms,
        digest=request.digest,
        comment=objection.reason,
    )
    made = ended(request, decision, EventType.DECIDED, reports=reports)
    first = _reported(made.request, command, objection.at_ms)
    return replace(made, events=(first, *made.events))


def _reported(after: Request, command: Signal, now: int) -> Event:
    names = ", ".join(command.signals)
    return event(after, EventType.SIGNAL_REPORTED, now, command.by, signals=names)


def _told(after: Request, stopped: Stopped) -> Event:
    reason = fingerprint(stopped.reason)
    return event(after, EventType.WATCH_STOPPED, stopped.at_ms, stopped.by, reason_sha256=reason)
