"""What time does to a request that waits: reminders, escalation to the backups, expiry.

Instants are worked out once, when the review begins, and stand in the state; what comes late comes
once, however many were missed.
"""

from __future__ import annotations

from typing import Any, Literal

from policies.hours import later
from policies.plan import ReviewPlan

from .cards import NoticeKind
from .ending import ended, last_instant
from .events import EventType
from .notices import noticed
from .request import Actor, Decision, Request, Status
from .transition import Transition, event

Coming = Literal[
    "release", "reminder", "escalation", "goes_ahead", "claim_lapses", "counts", "expiry"
]

TIMEOUT = Actor(kind="timeout", id="expiry", name="Nobody answered in time")


def schedule(plan: ReviewPlan, began_ms: int, *, escalated: bool = False) -> dict[str, Any]:
    """The instants of a review that begins at `began_ms`, as fields of the state.

    With `escalated` all backups are asked from the beginning.
    """
    if escalated:
        at_once = {"escalate_ms": (), "escalated": len(plan.escalations)}
        return {**schedule(plan, began_ms), **at_once}
    return {
        "expires_ms": deadline(plan, began_ms),
        "remind_ms": tuple(later(began_ms, each, plan.hours) for each in plan.remind_s),
        "escalate_ms": tuple(later(began_ms, s.after_s, plan.hours) for s in plan.escalations),
    }


def deadline(plan: ReviewPlan, began_ms: int) -> int:
    """The instant from which on it expires."""
    return later(began_ms, plan.expire_s, plan.hours)


def next_ms(request: Request) -> int | None:
    """When time next does something to a request that waits."""
    return next((at for at, _ in to_come(request)), None)


def to_come(request: Request) -> list[tuple[int, Coming]]:
    """What time does to a request that waits, and when (ms), the soonest first."""
    state = request.state
    if not request.pending:
        return []
    if state.undoable is not None:
        return [(state.undoable.until_ms, "counts")]
    once: dict[Coming, int | None] = {
        "expiry": state.expires_ms,
        "release": _held_ms(request),
        "goes_ahead": state.goes_ahead_ms,
        "claim_lapses": None if state.claim is None else state.claim.until_ms,
    }
    found = [(at, what) for what, at in once.items() if at is not None]
    found += [(at, "escalation") for at in state.escalate_ms]
    found += [(at, "reminder") for at in state.remind_ms]
    return sorted(found)


def _held_ms(request: Request) -> int | None:
    """When what is held may go on. During a pause that is now, and whoever tries finds out."""
    held = request.state.held
    if held is None or request.watched:  # the window of a watch has an end of its own
        return None
    return held.since_ms if held.until_ms is None else held.until_ms


def expire(request: Request, now: int) -> Transition | None:
    """From its deadline on it was not approved, whoever has approved it so far."""
    if request.state.expires_ms is None or now < request.state.expires_ms:
        return None
    decision = Decision(outcome=Status.EXPIRED, by=(TIMEOUT,), at_ms=now, digest=request.digest)
    return ended(request, decision, EventType.EXPIRED)


def prompt(request: Request, now: int) -> Transition | None:
    """Remind those who are asked, and ask the backups, where it is time for either."""
    state = request.state
    to_come = tuple(each for each in state.remind_ms if each > now)
    steps_to_come = tuple(each for each in state.escalate_ms if each > now)
    escalates = len(state.escalate_ms) - len(steps_to_come)
    reminds = len(to_come) < len(state.remind_ms)
    if not escalates and not reminds:
        return None
    changes: dict[str, Any] = {"remind_ms": to_come}
    if reminds:
        changes["reminded"] = state.reminded + 1
    if escalates:
        changes |= {"escalate_ms": steps_to_come, "escalated": state.escalated + escalates}
    # An escalation says all that a reminder would.
    notice: NoticeKind = "escalation" if escalates else "reminder"
    after = request.changed(**changes, cards=noticed(request, state.cards, notice, now))
    kind = EventType.ESCALATED if escalates else EventType.REMINDED
    recorded = event(
        after,
        kind,
        now,
        number=after.state.reminded,
        escalated=after.state.escalated,
        stage=state.stage,
    )
    return Transition(
        before=request, after=after, events=(recorded,), not_after=last_instant(request)
    )
