"""Approve with edits: what may be changed as inputs, and the rest of the payload beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.domain.errors import OutcomeNotOffered
from app.domain.request import Request
from app.slack import form_ids, ids
from policies.plan import Outcome, ReviewPlan
from policies.schema import Input

from . import confirming, fields, forms, inputs, phrases
from .buttons import labelled
from .kit import context, paragraph, plain, section
from .modal import COMMENT_MOST
from .text import Block, cut, length

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
        paragraph(plain(phrases.title(request, _TITLE, "on the card"))),
        context(plain(_EFFECT)),
        *inputs.drawn(offered, request.payload),
        *_unchanged(request, offered),
        *_choice(request.plan),
        *_confirmation(request, request.plan, offered),
        _comment(),
    ]
    if len(blocks) > forms.VIEW_BLOCKS or length(json.dumps(blocks)) > _VIEW:
        raise OutcomeNotOffered(
            "This is too long to be changed in a form.", "Ask for changes instead."
        )
    title = "Approve with edits"
    return forms.modal(form_ids.EDIT_FORM, title, blocks, opened.as_value(), submit=title)


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
    note = [context(plain(cut(why, _TITLE, "above")))] if why else []
    return [section("*Stays as it is*"), *fields.drawn(rows), *fields.hidden(shown, rest), *note]


def _choice(plan: ReviewPlan) -> list[Block]:
    """Which of the policy's own choices that approve is meant, where it has some."""
    choices = [one for one in plan.choices if one.outcome is Outcome.APPROVE]
    if not choices:
        return []
    options = [inputs.option(labelled(one), one.id) for one in choices]
    element = inputs.chosen_of(options, options[0] if len(options) == 1 else None)
    return [forms.asked(form_ids.CHOICE_BLOCK, "Your answer", element)]


def _confirmation(request: Request, plan: ReviewPlan, offered: Mapping[str, Input]) -> list[Block]:
    """What has to be typed to approve; whoever changes it has typed it."""
    if plan.confirm is None or plan.confirm not in request.payload:
        return []
    label, value = confirming.wanted(request, plan)
    changes = plan.confirm in offered
    hint = "Not needed where you changed it above." if changes else f"As it stands here: {value}"
    element = forms.text_input(ids.TYPED, inputs.TEXT_MOST)
    question, below = f"To approve, type the {label}", cut(hint, _HINT, "above")
    return [forms.asked(ids.CONFIRM_BLOCK, question, element, below, optional=changes)]


def _comment() -> Block:
    element = forms.text_input(ids.COMMENT, COMMENT_MOST, multiline=True)
    hint = f"The requester reads this. Up to {COMMENT_MOST:,} characters."
    return forms.asked(ids.COMMENT_BLOCK, "Why you changed it", element, hint, optional=True)
