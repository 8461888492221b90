"""What a reviewer is asked: why, who may decide and until when, and what each answer does."""

from __future__ import annotations

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    SectionBlock,
)

from app.domain.request import Request
from app.slack import ids
from policies.plan import Outcome, ReviewPlan

from . import phrases
from .text import cut, escaped, marked, plain, section

_BUTTONS = {
    Outcome.APPROVE: (ids.APPROVE, "Approve", "primary"),
    Outcome.REVISE: (ids.REVISE, "Revise", None),
    Outcome.REJECT: (ids.REJECT, "Reject", "danger"),
}
_WHY, _EFFECTS, _NAME, _NAMES = 500, 1_000, 100, 600


def asked(request: Request, plan: ReviewPlan, *, whole: bool) -> list[Block]:
    """The lower half of a pending card. Approve is there only where the `whole` payload is."""
    summary = request.body.evaluation.summary
    outcomes = [one for one in plan.outcomes if whole or one is not Outcome.APPROVE]
    effects = [effect for outcome, effect in summary.buttons if outcome in outcomes]
    hint = cut("\n".join([*effects, summary.silence]).strip(), _EFFECTS, "in the policy")
    return [
        DividerBlock(),
        section(f"*Why you are asked*\n{escaped(cut(summary.why, _WHY, 'in the request'))}"),
        SectionBlock(fields=[marked(_reviewers(plan)), marked(_until(request))]),
        *_buttons(request, outcomes),
        *([ContextBlock(elements=[plain(hint)])] if hint else []),
    ]


def was_asked(request: Request) -> Block:
    """On a decided card: the reason for which a person had to look."""
    why = cut(request.body.evaluation.summary.why, _WHY, "in the request")
    return ContextBlock(elements=[plain(f"Why a person was asked: {why}")])


def _reviewers(plan: ReviewPlan) -> str:
    named: list[str] = []
    for ref in plan.reviewers:
        if len(", ".join([*named, _mention(ref)])) > _NAMES:
            named.append(f"and {len(plan.reviewers) - len(named)} more")
            break
        named.append(_mention(ref))
    return f"*Who can decide*\n{', '.join(named)}"


def _mention(ref: str) -> str:
    if ids.is_user(ref):
        return f"<@{ref}>"
    if ids.is_group(ref) and not ref.startswith("@"):
        return f"<!subteam^{ref}>"
    return escaped(cut(ref, _NAME, "in the policy"))


def _until(request: Request) -> str:
    expires_ms = request.state.expires_ms
    return f"*Until*\n{'any time' if expires_ms is None else phrases.instant(expires_ms)}"


def _buttons(request: Request, outcomes: list[Outcome]) -> list[Block]:
    value = ids.Shown(request.id, request.body.digest).as_value()
    buttons = [_button(outcome, value) for outcome in outcomes]
    return [ActionsBlock(block_id=ids.BUTTONS, elements=buttons)] if buttons else []


def _button(outcome: Outcome, value: str) -> ButtonElement:
    action, label, style = _BUTTONS[outcome]
    return ButtonElement(action_id=action, text=plain(label), value=value, style=style)
