"""Questions to the requester and their answers: brought to them, in the thread, and on the card."""

from __future__ import annotations

from app.domain.questions import find
from app.domain.request import Question, Request, Words
from app.slack import ids

from . import kit, phrases
from .kit import actions, boxed, context, header, marked, section
from .people import who
from .space import Space
from .text import HEADER, Block, Message, cut, escaped, one_line

_QUOTE, _LINE = 2_000, 300
_REST = "in the request"


def brought(request: Request, number: int) -> Message:
    """A question as a direct message to the requester, with a button to answer it."""
    question = find(request, number)
    title = phrases.title(request, HEADER, _REST)
    lead = f"{who(question.asked.by)} asks, before your request is decided:"
    blocks = [
        header(title),
        section(lead),
        boxed(cut(question.asked.text, _QUOTE, _REST)),
        *button(request, question),
        context(marked(f"Your request {request.id}")),
    ]
    return Message(text=f"{lead} {_short(question.asked)}", blocks=blocks)


def quoted(lead: str, words: Words, more: list[Block] | None = None) -> Message:
    """What somebody said, in a box that it can't reach out of."""
    blocks = [section(lead), boxed(cut(words.text, _QUOTE, _REST)), *(more or [])]
    return Message(text=f"{lead} {_short(words)}", blocks=blocks)


def button(request: Request, question: Question) -> list[Block]:
    """The way to answer; it is refused to anybody but the requester."""
    shown = ids.Shown(request.id, request.digest)
    answer = kit.button(ids.answer_to(question.number), "Answer", shown.as_value())
    return [actions(ids.BUTTONS, [answer])]


def shown(request: Request, space: Space) -> list[Block]:
    """On the card: the newest first, as many as there is room for."""
    if not request.state.questions:
        return []
    lines = [line(one) for one in reversed(request.state.questions)]
    words = cut("\n".join(lines), space.said, space.rest)
    return [section("*Asked and answered* (this decides nothing)"), boxed(words)]


def line(question: Question) -> str:
    """A question and its answer, each by whom, whole."""
    said = question.answer
    answer = "no answer yet" if said is None else one_line(f"{said.by.name}: {said.text}")
    asked = one_line(f"{question.asked.by.name}: {question.asked.text}")
    return f"{asked}\n  → {answer}"


def _short(words: Words) -> str:
    return escaped(cut(one_line(words.text), _LINE, _REST))
