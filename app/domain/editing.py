"""Approve with edits: a reviewer changes the payload, and approves what they made of it.

From then on that is what is decided: under the plan that the policy has for it, on its own digest,
by people who saw it. Nobody's earlier answer counts for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policies.plan import Route

from .commands import ApproveEdited
from .confirming import confirmed
from .deciding import approve, counted, offered
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
    approver = _approver(edited, command, now)
    own = command.model_copy(update={"digest": command.edited_digest})
    if (edited.plan and edited.plan.confirm) not in {change.field for change in changes}:
        confirmed(edited, command.confirmation)
    plan = offered(edited, own)
    approved = approve(edited, plan, own, counted(edited, own, approver, now))
    after = _can_be_put_back(approved.request, request)
    recorded = event(
        after,
        EventType.EDITED,
        now,
        by,
        digest=command.edited_digest,
        digest_before=request.digest,
        fields=[change.field for change in changes],
        rule=command.evaluation.rule,
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
    update: dict[str, Any] = {"edited": edited, "votes": (), "rejections": (), "cards": cards}
    plan = command.evaluation.plan
    if plan is not None and plan != request.plan:
        update |= {"stage": 0, "assigned": (), "overflowed": False, "away": (), "escalated": 0}
        update |= schedule(plan, now)
        # Nobody wins time by changing it again and again.
        ends = [at for at in (request.state.expires_ms, update["expires_ms"]) if at is not None]
        update["expires_ms"] = min(ends, default=None)
    return request.model_copy(update={"state": request.state.model_copy(update=update)})


def _approver(edited: Request, command: ApproveEdited, now: int) -> Actor:
    """As whom they may approve it under its new plan. Raises `EditRefused`."""
    press = command.model_copy(update={"digest": edited.digest})
    found = who_acts(edited, press, edited.asked, edited.body.on_behalf_of, now)
    if isinstance(found, Actor):
        return found
    raise EditRefused(
        f"With these changes others have to decide it: {', '.join(edited.asked)}.",
        "Ask for changes instead, so that it is asked of them.",
    )
