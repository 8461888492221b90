"""Approve with edits: a reviewer changes the payload, and approves what they made of it.

From then on that is what is decided: under the plan that the policy has for it, from its first
stage on, on its own digest, by people who saw it. Nobody's earlier answer counts for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policies.plan import ReviewPlan, Route

from .cards import Cards
from .commands import ApproveEdited
from .confirming import confirmed
from .deciding import approve, commented, counted, offered
from .difference import difference
from .ending import adopted
from .errors import EditRefused
from .events import EventType
from .notices import noticed
from .pressing import admitted, answerable, too_late, who_acts
from .request import Actor, Edited, Request
from .timing import schedule
from .transition import Transition, event
from .undoing import kept


def approve_edited(request: Request, command: ApproveEdited, now: int) -> Transition:
    """The edit and its author's approval, in one. Raises `EditRefused`, `ConfirmationWrong`."""
    if not request.pending:
        return too_late(request, command.seen)
    answerable(request, now)
    offered(request, command)
    by = admitted(request, command, now)
    if isinstance(by, Transition):
        return by
    changes = difference(request.payload, command.payload)
    if not changes:
        raise EditRefused("Nothing is changed there.", "Approve it as it is, or change something.")
    _check(command)
    edited = _edited(request, command, by, now)
    own = command.model_copy(update={"digest": edited.digest})
    approver, plan = _approver(edited, own, now), offered(edited, own)
    commented(plan, own)
    if plan.confirm not in {change.field for change in changes}:
        confirmed(edited, own.confirmation, request.digest)
    approved = approve(edited, plan, own, counted(edited, own, approver, now))
    after = _can_be_put_back(approved.request, request)
    recorded = event(
        after,
        EventType.EDITED,
        now,
        by,
        digest=edited.digest,
        digest_before=request.digest,
        fields=[change.field for change in changes],
        rule=edited.evaluation.rule,
        assigned=list(edited.state.assigned),
        overflowed=edited.state.overflowed,
        escalated=edited.state.escalated,
        expires_ms=edited.state.expires_ms,
    )
    return replace(approved, before=request, after=after, events=(recorded, *approved.events))


def _can_be_put_back(after: Request, before: Request) -> Request:
    """Whoever takes the approval back takes the edit back too."""
    undoable = after.state.undoable
    if undoable is None:
        return after
    undoable = undoable.model_copy(update={"before": kept(before)})
    state = after.state.model_copy(update={"undoable": undoable})
    return after.model_copy(update={"state": state})


def _check(command: ApproveEdited) -> None:
    evaluation = command.evaluation
    if evaluation.route is Route.REJECT:
        raise EditRefused(f"With these changes the policy refuses it: {evaluation.because}")
    if evaluation.plan is None:
        raise TypeError("what is in people's hands is for people to decide")


def _edited(request: Request, command: ApproveEdited, by: Actor, now: int) -> Request:
    """The request with the new payload and nobody's answer, at the version that it has."""
    edited = Edited(
        payload=command.payload,
        digest=command.edited_digest,
        evaluation=command.evaluation,
        by=by,
        at_ms=now,
    )
    cards = noticed(request, adopted(request, command.seen), "edited", now, by=by.id)
    update: dict[str, Any] = {"edited": edited, "votes": (), "rejections": ()}
    if (plan := command.evaluation.plan) is not None:
        update |= {"cards": _shown_to(plan, cards), **_asked_anew(request, plan, now)}
    return request.model_copy(update={"state": request.state.model_copy(update=update)})


def _shown_to(plan: ReviewPlan, cards: Cards) -> Cards:
    """It is shown where its plan wants it too; the people in another channel can't know of it."""
    targets = cards.targets or ()
    gone = {target for target, _ in cards.lost}
    if plan.channel is None or plan.channel in (*targets, *gone):
        return cards
    return cards.model_copy(update={"targets": (*targets, plan.channel)})


def _asked_anew(request: Request, plan: ReviewPlan, now: int) -> dict[str, Any]:
    """What becomes of who is asked and until when, as fields of the state.

    It begins with the first stage, since nobody there has seen it. Another plan has its own
    reminders and escalations; but nobody wins time by changing it again and again.
    """
    state, before = request.state, request.plan
    # A watch that was stopped is asked like any review.
    same = before is not None and plan == before.model_copy(update={"watch": None})
    if same and state.stage == 0:
        return {}
    anew: dict[str, Any] = {"stage": 0, "assigned": (), "overflowed": False}
    if same:
        return anew
    times = schedule(plan, now, escalated=request.body.past_cap)
    ends = [at for at in (state.expires_ms, times["expires_ms"]) if at is not None]
    return {**anew, "escalated": 0, **times, "expires_ms": min(ends)}


def _approver(edited: Request, own: ApproveEdited, now: int) -> Actor:
    """As whom they may approve it under its new plan. Raises `EditRefused`."""
    found = who_acts(edited, own, edited.asked, edited.body.on_behalf_of, now)
    if isinstance(found, Actor):
        return found
    raise EditRefused(
        f"With these changes others have to decide it: {', '.join(edited.asked)}.",
        "Ask for changes instead, so that it is asked of them.",
    )
