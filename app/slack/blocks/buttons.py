"""The buttons of a card: the usual three, the policy's own choices, or Stop."""

from __future__ import annotations

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InteractiveElement,
    Option,
    OverflowMenuElement,
)

from app.domain.request import Request
from app.slack import ids
from policies.plan import Choice, Outcome, ReviewPlan

from .text import length, one_line, plain

LABEL = 75
_ENTRIES = 5  # of an overflow menu
_USUAL = {
    Outcome.APPROVE: (ids.APPROVE, "Approve"),
    Outcome.REVISE: (ids.REVISE, "Revise"),
    Outcome.REJECT: (ids.REJECT, "Reject"),
}
_MOVES = {
    ids.Move.CLAIM: "I'm on it",
    ids.Move.RELEASE: "No longer on it",
    ids.Move.HAND_OVER: "Hand over …",
    ids.Move.ASK: "Ask the requester …",
    ids.Move.EDIT: "Approve with edits …",
    ids.Move.AWAY: "I'm away …",
    ids.Move.BACK: "I'm back",
}
_STYLES = {Outcome.APPROVE: "primary", Outcome.REVISE: None, Outcome.REJECT: "danger"}


def answers(request: Request, plan: ReviewPlan, *, whole: bool) -> list[Block]:
    """What a reviewer can answer; nothing approves where the payload is not `whole`."""
    if plan.choices:
        several = sum(one.outcome is Outcome.APPROVE for one in plan.choices) > 1
        buttons = [(one.outcome, _choice(request, one, several=several)) for one in plan.choices]
    else:
        buttons = [(one, _usual(request, one)) for one in plan.outcomes]
    shown = [button for outcome, button in buttons if whole or outcome is not Outcome.APPROVE]
    approves = whole and any(outcome is Outcome.APPROVE for outcome, _ in buttons)
    return _row([*shown, _menu(request, approves=approves)])


def stop(request: Request) -> list[Block]:
    """The one button of a watch: what is not stopped goes ahead, so that nothing approves it."""
    return _row([_button(request, ids.STOP, "Stop", None)])


def labelled(choice: Choice) -> str:
    """What stands on the button of a choice: its label, or its id where that would not fit."""
    label = one_line(choice.label)
    return label if 0 < length(label) <= LABEL else choice.id


def _usual(request: Request, outcome: Outcome) -> ButtonElement:
    action, label = _USUAL[outcome]
    return _button(request, action, label, _STYLES[outcome])


def _choice(request: Request, choice: Choice, *, several: bool) -> ButtonElement:
    """Where several choices approve, none is put before the others."""
    style = None if several and choice.outcome is Outcome.APPROVE else _STYLES[choice.outcome]
    return _button(request, ids.of_choice(choice), labelled(choice), style)


def _button(request: Request, action: str, label: str, style: str | None) -> ButtonElement:
    value = ids.Shown(request.id, request.digest).as_value()
    return ButtonElement(action_id=action, text=plain(label), value=value, style=style)


def _menu(request: Request, *, approves: bool) -> OverflowMenuElement:
    """What moves the work, and what needs a form. Everybody sees the same, so it fits everybody.

    Being back is not only here, so it gives way where there is something to edit.
    """
    moves = [ids.Move.CLAIM if request.state.claim is None else ids.Move.RELEASE]
    moves += [ids.Move.HAND_OVER]
    moves += [ids.Move.ASK] if request.body.on_behalf_of is not None else []
    editable = approves and any(field.editable for field in request.evaluation.fields)
    moves += [ids.Move.EDIT] if editable else []
    shown = ids.Shown(request.id, request.digest)
    options = [
        Option(text=plain(_MOVES[move]), value=ids.move_value(move, shown))
        for move in (*moves, ids.Move.AWAY, ids.Move.BACK)[:_ENTRIES]
    ]
    return OverflowMenuElement(action_id=ids.MENU, options=options)


def _row(buttons: list[InteractiveElement]) -> list[Block]:
    return [ActionsBlock(block_id=ids.BUTTONS, elements=buttons)] if buttons else []
