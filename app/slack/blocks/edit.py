"""Approve with edits: what may be changed as inputs, and the rest of the payload beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    InputBlock,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from app.domain.errors import OutcomeNotOffered
from app.domain.request import Request
from app.slack import form_ids, ids
from policies.plan import Outcome, ReviewPlan
from policies.schema import Input

from . import confirming, fields, inputs, phrases
from .buttons import labelled
from .modal import COMMENT_MOST
from .text import checked, cut, length, plain, section

VIEW_BLOCKS = 100
_VIEW, _TITLE, _HINT = 100_000, 300, 2_000
_EFFECT = (
    "This approves exactly what stands here. The policy is asked again about it, and approvals "
    "of what stood there before no longer count."
)


def changeable(request: Request, declared: Mapping[str, Input]) -> dict[str, Input]:
    """The inputs that a form can offer: those that are editable, and hold what an input can."""
    return {
        name: one
        for name, one in declared.items()
        if one.editable and (name not in request.payload or inputs.fits(one, request.payload[name]))
    }


def form(request: Request, declared: Mapping[str, Input], opened: ids.Form) -> dict[str, Any]:
    """A view for views.open. What was shown on the card travels in it, as ids and digest.

    Raises `OutcomeNotOffered` where nothing can be changed, or too much would have to be shown.
    """
    offered = changeable(request, declared)
    if request.plan is None or not offered:
        raise OutcomeNotOffered("Nothing of this can be changed here.", "Ask for changes instead.")
    blocks = [
        SectionBlock(text=plain(phrases.title(request, _TITLE, "on the card"))),
        ContextBlock(elements=[plain(_EFFECT)]),
        *inputs.drawn(offered, request.payload),
        *_unchanged(request, offered),
        *_choice(request.plan),
        *_confirmation(request, request.plan, offered),
        _comment(),
    ]
    if len(blocks) > VIEW_BLOCKS or length(json.dumps(checked(blocks))) > _VIEW:
        raise OutcomeNotOffered(
            "This is too long to be changed in a form.", "Ask for changes instead."
        )
    return View(
        type="modal",
        callback_id=form_ids.EDIT_FORM,
        private_metadata=opened.as_value(),
        title=plain("Approve with edits"),
        submit=plain("Approve with edits"),
        close=plain("Cancel"),
        blocks=blocks,
    ).to_dict()


def _unchanged(request: Request, offered: Mapping[str, Input]) -> list[Block]:
    """The rest of what will be executed, whole, and why some of it is no input."""
    shown = [one for one in request.evaluation.fields if one.name not in offered]
    rest = {name: value for name, value in request.payload.items() if name not in offered}
    rows = fields.rows(shown, rest)
    if not rows:
        return []
    kept = [one.label for one in shown if one.editable]
    names = ", ".join(kept)
    why = f"Too long for a form, or marked, so not to be changed here: {names}." if kept else ""
    note = [ContextBlock(elements=[plain(cut(why, _TITLE, "above"))])] if why else []
    return [section("*Stays as it is*"), *fields.drawn(rows), *fields.hidden(shown, rest), *note]


def _choice(plan: ReviewPlan) -> list[Block]:
    """Which of the policy's own choices that approve is meant, where it has some."""
    choices = [one for one in plan.choices if one.outcome is Outcome.APPROVE]
    if not choices:
        return []
    options = [inputs.option(labelled(one), one.id) for one in choices]
    element = inputs.chosen_of(options, options[0] if len(options) == 1 else None)
    return [InputBlock(block_id=form_ids.CHOICE_BLOCK, label=plain("Your answer"), element=element)]


def _confirmation(request: Request, plan: ReviewPlan, offered: Mapping[str, Input]) -> list[Block]:
    """What has to be typed to approve; whoever changes it has typed it."""
    if plan.confirm is None or plan.confirm not in request.payload:
        return []
    label, value = confirming.wanted(request, plan)
    changes = plan.confirm in offered
    hint = "Not needed where you changed it above." if changes else f"As it stands here: {value}"
    return [
        InputBlock(
            block_id=ids.CONFIRM_BLOCK,
            label=plain(f"To approve, type the {label}"),
            element=PlainTextInputElement(action_id=ids.TYPED, max_length=inputs.TEXT_MOST),
            hint=plain(cut(hint, _HINT, "above")),
            optional=changes,
        )
    ]


def _comment() -> Block:
    return InputBlock(
        block_id=ids.COMMENT_BLOCK,
        label=plain("Why you changed it"),
        element=PlainTextInputElement(
            action_id=ids.COMMENT, multiline=True, max_length=COMMENT_MOST
        ),
        hint=plain(f"The requester reads this. Up to {COMMENT_MOST:,} characters."),
        optional=True,
    )
