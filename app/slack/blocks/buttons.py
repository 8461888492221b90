"""The buttons of a card: the usual three, the policy's own choices, Stop, or Undo."""

from __future__ import annotations

from app.domain.request import Request
from app.slack import ids
from policies.plan import Choice, Outcome, ReviewPlan

from . import confirming
from .kit import Element, actions, button, option, overflow
from .text import Block, length, one_line

LABEL = 75
EDIT = "Approve with edits …"
_ENTRIES = 5  # of an overflow menu
_APPROVE = Outcome.APPROVE
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
    ids.Move.EDIT: EDIT,
    ids.Move.AWAY: "I'm away …",
    ids.Move.BACK: "I'm back",
}
_STYLES = {Outcome.APPROVE: "primary", Outcome.REVISE: None, Outcome.REJECT: "danger"}


def answers(request: Request, plan: ReviewPlan, *, whole: bool) -> list[Block]:
    """What a reviewer can answer; nothing approves where the payload is not `whole`."""
    shown = [
        button for outcome, button in _answers(request, plan) if whole or outcome is not _APPROVE
    ]
    approves = whole and any(outcome is _APPROVE for outcome, _ in _answers(request, plan))
    menu = _menu(request, approves=approves)
    return row([*shown, details(request, whole=whole), menu])


def stop(request: Request, *, whole: bool) -> list[Block]:
    """The one answer to a watch: what is not stopped goes ahead, so that nothing approves it."""
    return row([_stop(request), details(request, whole=whole)])


def undo(request: Request) -> list[Block]:
    """The one button while a decision can still be taken back."""
    return row([_button(request, ids.UNDO, "Undo", None)])


def deciding(request: Request) -> list[Element]:
    """Everything that answers a request that is shown whole; nothing once it is decided."""
    if not request.pending or request.plan is None:
        return []
    if request.state.undoable is not None:
        return [_button(request, ids.UNDO, "Undo", None)]
    if request.watched:
        return [_stop(request)]
    return [button for _, button in _answers(request, request.plan)]


def can_edit(request: Request) -> bool:
    """Whether the policy lets reviewers change anything of it."""
    return any(field.editable for field in request.evaluation.fields)


def labelled(choice: Choice) -> str:
    """What stands on the button of a choice: its label, or its id where that would not fit."""
    label = one_line(choice.label)
    return label if 0 < length(label) <= LABEL else choice.id


def row(elements: list[Element]) -> list[Block]:
    return [actions(ids.BUTTONS, elements)] if elements else []


def _answers(request: Request, plan: ReviewPlan) -> list[tuple[Outcome, Element]]:
    if not plan.choices:
        return [(one, _usual(request, plan, one)) for one in plan.outcomes]
    several = sum(one.outcome is _APPROVE for one in plan.choices) > 1
    return [(one.outcome, _choice(request, plan, one, several=several)) for one in plan.choices]


def _usual(request: Request, plan: ReviewPlan, outcome: Outcome) -> Element:
    action, label = _USUAL[outcome]
    if outcome is _APPROVE and plan.confirm is not None:
        action = ids.CONFIRM
    return _button(request, action, label, _STYLES[outcome], approves=outcome is _APPROVE)


def _choice(request: Request, plan: ReviewPlan, choice: Choice, *, several: bool) -> Element:
    """Where several choices approve, none is put before the others."""
    approves = choice.outcome is _APPROVE
    typed = approves and plan.confirm is not None
    action = ids.confirmed(choice) if typed else ids.of_choice(choice)
    style = None if several and approves else _STYLES[choice.outcome]
    return _button(request, action, labelled(choice), style, approves=approves)


def _button(
    request: Request, action: str, label: str, style: str | None, *, approves: bool = False
) -> Element:
    return button(
        action,
        label,
        ids.Shown(request.id, request.digest).as_value(),
        style=style,
        confirm=_confirm(request, action, label) if approves else None,
    )


def _confirm(request: Request, action: str, label: str) -> Element | None:
    """What reaches far is never approved by a single tap."""
    if not request.evaluation.high_impact or not ids.AT_ONCE.match(action):
        return None
    return confirming.dialog(request, label)


def _stop(request: Request) -> Element:
    return _button(request, ids.STOP, "Stop", None)


def details(request: Request, *, whole: bool = True) -> Element:
    """Brings everything there is to know; where a card is too long, Approve is only there."""
    return _button(request, ids.DETAILS, "Details" if whole else "Open the whole request", None)


def _menu(request: Request, *, approves: bool) -> Element:
    """What moves the work, and what needs a form. Everybody sees the same, so it fits everybody.

    Being back is not only here, so it gives way where there is something to edit.
    """
    moves = [ids.Move.CLAIM if request.state.claim is None else ids.Move.RELEASE]
    moves += [ids.Move.HAND_OVER]
    moves += [ids.Move.ASK] if request.body.on_behalf_of is not None else []
    moves += [ids.Move.EDIT] if approves and can_edit(request) else []
    shown = ids.Shown(request.id, request.digest)
    options = [
        option(_MOVES[move], ids.move_value(move, shown))
        for move in (*moves, ids.Move.AWAY, ids.Move.BACK)[:_ENTRIES]
    ]
    return overflow(ids.MENU, options)
