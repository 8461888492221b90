"""The form for what needs words: Revise, Stop, and the choices that ask for a comment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.errors import OutcomeNotOffered
from app.domain.questions import find
from app.domain.request import Request
from app.slack import ids
from policies.plan import Outcome

from . import buttons, confirming, forms, phrases
from .buttons import labelled
from .kit import context, paragraph, plain
from .text import Block, cut, one_line

COMMENT_MOST = 2_000
"""The longest comment, in characters; Slack's input takes up to 3,000."""

_TITLE, _EFFECT = 300, 500
_QUESTIONS = {
    Outcome.APPROVE: "Your answer, as the workflow will use it",
    Outcome.REVISE: "What should change?",
    Outcome.REJECT: "Why not?",
}


def form(request: Request, opened: ids.Form) -> dict[str, Any]:
    """A view for views.open. What was shown on the card travels in it, as ids and digest.

    Raises `OutcomeNotOffered` for a choice that the plan does not have, `CardUnreadable`.
    """
    asking = _asking(request, opened.action)
    typed = confirming.typed(request) if ids.CONFIRMED.match(opened.action) else []
    title = phrases.title(request, _TITLE, "on the card")
    blocks = [
        paragraph(plain(title)),
        context(plain(cut(asking.effect, _EFFECT, "on the card"))),
        *typed,
        *([_words(asking, asking.question, first=not typed)] if asking.question else []),
    ]
    carried = opened.as_value()
    return forms.modal(ids.FORM, asking.title, blocks, carried, submit=asking.submit)


def _words(asking: _Asking, question: str, *, first: bool) -> Block:
    """Where the words go; Slack takes one input to write into at once, the `first` of a form."""
    comment = forms.text_input(ids.COMMENT, COMMENT_MOST, multiline=True, focused=first)
    hint = f"{asking.hint} Up to {COMMENT_MOST:,} characters."
    return forms.asked(ids.COMMENT_BLOCK, question, comment, hint)


@dataclass(frozen=True)
class _Asking:
    """The words of a form, and its question, None where it needs no words.

    Slack takes 24 characters of `title` and of `submit`.
    """

    title: str
    question: str | None
    submit: str
    effect: str
    hint: str = "The requester reads this."


def _asking(request: Request, action: str) -> _Asking:
    summary = request.evaluation.summary
    if action == ids.STOP:
        effect = (summary.watching or "").strip() or "It does not go ahead by itself."
        return _Asking("Stop it", "Why should it not go ahead?", "Stop", effect)
    if action == ids.ASK:
        effect = "It is asked in the thread, and the answer stands on the card. Nothing is decided."
        return _Asking("Ask the requester", "Your question", "Ask", effect)
    number = ids.question_of(action)
    if number is not None:
        asked = find(request, number).asked
        effect = f"{one_line(asked.by.name)} asks: {one_line(asked.text)}"
        hint = "Everybody who decides reads this. Nothing is decided by it."
        return _Asking("Answer", "Your answer", "Answer", effect, hint)
    meant = ids.meant(action)
    if meant.choice is not None:
        return _choosing(request, meant.choice, typed=ids.CONFIRMED.match(action) is not None)
    if action == ids.CONFIRM:
        effect = dict(summary.buttons).get(Outcome.APPROVE, "").strip()
        return _Asking("Approve", None, "Approve", effect or "It goes ahead as it is shown.")
    effect = dict(summary.buttons).get(Outcome.REVISE, "").strip()
    effect = effect or "Nothing is done; it can be asked again."
    if buttons.can_edit(request):
        effect += f" To change it yourself: ⋯, then {buttons.EDIT}"
    return _Asking("Ask for changes", _QUESTIONS[Outcome.REVISE], "Send", effect)


def _choosing(request: Request, choice_id: str, *, typed: bool) -> _Asking:
    """What a choice asks for; where a value is `typed`, words only if the choice wants them."""
    plan, summary = request.plan, request.evaluation.summary
    choice = None if plan is None else plan.choice(choice_id)
    if plan is None or choice is None:
        raise OutcomeNotOffered(f"This request does not offer {choice_id}.")
    effects = dict(zip(plan.choices, summary.buttons, strict=False))
    _, effect = effects.get(choice, (choice.outcome, ""))
    effect = effect.strip() or labelled(choice)
    question = None if typed and not choice.comment else _QUESTIONS[choice.outcome]
    if choice.outcome is not Outcome.APPROVE:
        return _Asking("Your answer", question, "Send", effect)
    hint = "This approves the request, with exactly these words."
    return _Asking("Your answer", question, "Approve", effect, hint)
