"""A question to the requester and its answer: on the card and on record, deciding nothing."""

from __future__ import annotations

from typing import Any

from .commands import AnswerQuestion, AskRequester, QuestionDelivered
from .ending import adopted, already_decided, in_time, last_instant
from .errors import CommentRequired, PersonNotTrusted, QuestionRefused
from .events import EventType, fingerprint
from .notices import noticed
from .pressing import admitted, refuse, too_late
from .request import Question, Request, Words
from .transition import Transition, event

MOST = 10
"""Questions about one request; who has more should ask for changes instead."""


Command = AskRequester | AnswerQuestion | QuestionDelivered


def change(request: Request, command: Command, now: int) -> Transition | None:
    """What becomes of a question. Raises `QuestionRefused`, `CommentRequired`."""
    match command:
        case AskRequester():
            return _ask(request, command, now)
        case AnswerQuestion():
            return _answer(request, command, now)
        case QuestionDelivered():
            return _delivered(request, command, now)


def _ask(request: Request, command: AskRequester, now: int) -> Transition:
    """A reviewer's question, to be brought to the requester and told in the thread."""
    if not request.pending:
        return too_late(request, command.seen)
    by = admitted(request, command, now)
    if isinstance(by, Transition):
        return by
    _check(request, command.text)
    number = len(request.state.questions) + 1
    asked = Question(number=number, asked=Words(by=by, at_ms=now, text=command.text))
    cards = noticed(request, adopted(request, command.seen), "question", now, number)
    after = request.changed(questions=(*request.state.questions, asked), cards=cards)
    said = fingerprint(command.text)
    recorded = event(after, EventType.QUESTION_ASKED, now, by, number=number, text_sha256=said)
    return Transition(
        before=request, after=after, events=(recorded,), not_after=last_instant(request)
    )


def _answer(request: Request, command: AnswerQuestion, now: int) -> Transition:
    """The requester's answer. Raises `QuestionRefused` for anybody else, or a second one."""
    if not request.pending:
        raise already_decided(request)
    in_time(request, now)
    person, question = command.person, find(request, command.number)
    if person.standing in ("deactivated", "bot", "stranger"):
        distrusted = PersonNotTrusted("Only people of this workspace can answer.")
        return refuse(request, command, distrusted, now)
    requester = request.body.on_behalf_of
    if not (person.is_requester or (requester is not None and person.goes_by(requester))):
        refused = QuestionRefused("Only whoever asked for this can answer.")
        return refuse(request, command, refused, now)
    if question.answer is not None:
        raise QuestionRefused("This question is answered already.")
    if not command.text.strip():
        raise CommentRequired("Write an answer.")
    said = Words(by=person.as_actor(), at_ms=now, text=command.text)
    cards = noticed(request, request.state.cards, "answer", now, question.number)
    after = request.changed(questions=_with(request, question, answer=said), cards=cards)
    recorded = event(
        after,
        EventType.QUESTION_ANSWERED,
        now,
        said.by,
        number=question.number,
        text_sha256=fingerprint(command.text),
    )
    return Transition(
        before=request, after=after, events=(recorded,), not_after=last_instant(request)
    )


def _delivered(request: Request, command: QuestionDelivered, now: int) -> Transition | None:
    """The requester has the question, or can't be reached."""
    question = find(request, command.number)
    if question.delivered:
        return None
    after = request.changed(questions=_with(request, question, delivered=True))
    recorded = event(
        after, EventType.QUESTION_DELIVERED, now, number=question.number, problem=command.problem
    )
    return Transition(before=request, after=after, events=(recorded,))


def find(request: Request, number: int) -> Question:
    """The question of that number. Raises `QuestionRefused`."""
    found = next((one for one in request.state.questions if one.number == number), None)
    if found is None:
        raise QuestionRefused("There is no such question.")
    return found


def _check(request: Request, text: str) -> None:
    if not text.strip():
        raise CommentRequired("Write a question.")
    if request.body.on_behalf_of is None:
        raise QuestionRefused(
            f"{request.body.client} asked for this, and names nobody who could answer.",
            "Ask for changes instead: the workflow gets your words.",
        )
    if len(request.state.questions) >= MOST:
        raise QuestionRefused(
            f"{MOST} questions have been asked about this.", "Ask for changes instead."
        )


def _with(request: Request, question: Question, **update: Any) -> tuple[Question, ...]:
    """All questions, with this one changed."""
    return tuple(
        one.model_copy(update=update) if one.number == question.number else one
        for one in request.state.questions
    )
