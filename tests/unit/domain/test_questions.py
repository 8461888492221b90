"""Questions to the requester: told, brought, answered, and deciding nothing."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import (
    AnswerQuestion,
    AskRequester,
    Cancel,
    CardDrawn,
    QuestionDelivered,
)
from app.domain.errors import (
    AlreadyDecided,
    CommentRequired,
    NotAReviewer,
    PersonNotTrusted,
    QuestionRefused,
    RequestExpired,
)
from app.domain.events import EventType, fingerprint
from app.domain.questions import MOST
from app.domain.request import Actor, Request
from app.domain.slack_steps import BringQuestion, SayNotice, addressees, next_step
from tests.builders import NOW, after, applied, approval, pending, plan
from tests.unit.domain.cast import ANA, BEN, DEV, EVE, opened_with, somebody

HERE = Place(channel="C0APPROVAL", ts="1.1")
CLIENT = Actor(kind="client", id="billing", name="billing")


def asking(request: Request, text: str = "Why so much?", who: str = ANA) -> AskRequester:
    return AskRequester(person=somebody(who), digest=request.body.digest, text=text)


def asked(times: int = 1) -> Request:
    request = after(opened_with(plan()), CardDrawn(target="#approvals", place=HERE, face=1))
    for number in range(times):
        request = after(request, asking(request, f"Why {number}?"))
    return request


def answer(who: str = DEV, number: int = 1, text: str = "It was late.", **changes: Any):
    return AnswerQuestion(person=somebody(who, **changes), number=number, text=text)


def test_a_question_is_told_in_the_thread_and_brought_to_the_requester():
    request = asked()
    [question] = request.state.questions
    assert (question.number, question.asked.by.id, question.asked.text) == (1, ANA, "Why 0?")
    [notice] = request.state.cards.notices
    assert (notice.kind, notice.number, notice.places) == ("question", 1, (HERE,))
    said = SayNotice(kind="question", at_ms=notice.at_ms, place=HERE, number=1)
    assert addressees(request, said) == ("dev@example.com",)


def test_questions_are_brought_in_their_order_each_once():
    request = asked(2)
    quiet = request.state.model_copy(
        update={
            "cards": request.state.cards.model_copy(
                update={"notices": (), "copies": (), "targets": ()}
            )
        }
    )
    request = request.model_copy(update={"state": quiet})
    for number in (1, 2):
        assert next_step(request) == BringQuestion(number=number, person="dev@example.com")
        request = after(request, QuestionDelivered(number=number))
        assert lifecycle.apply(request, QuestionDelivered(number=number), NOW) is None
    assert next_step(request) is None


def test_the_answer_stands_with_the_question_and_is_told_to_whoever_asked():
    request = asked()
    answered = after(request, answer())
    [question] = answered.state.questions
    assert question.answer is not None
    assert (question.answer.by.id, question.answer.text) == (DEV, "It was late.")
    notice = answered.state.cards.notices[-1]
    said = SayNotice(kind=notice.kind, at_ms=notice.at_ms, place=HERE, number=notice.number)
    assert (said.kind, addressees(answered, said)) == ("answer", (ANA,))


def test_neither_decides_anything_nor_keeps_anybody_from_it():
    request = asked()
    answered = after(request, answer())
    for one in (request, answered):
        assert one.pending
        assert one.state.votes == ()
        assert one.state.expires_ms == opened_with(plan()).state.expires_ms
    assert not after(request, approval(request)).pending


def test_the_trail_has_their_fingerprints_and_not_their_words():
    request = asked()
    trail = (*applied(request, asking(request)).events, *applied(request, answer()).events)
    assert [(one.type.value, one.actor, one.detail) for one in trail] == [
        ("question.asked", ANA, {"number": 2, "text_sha256": fingerprint("Why so much?")}),
        ("question.answered", DEV, {"number": 1, "text_sha256": fingerprint("It was late.")}),
    ]


def test_a_question_needs_words_and_so_does_its_answer():
    request = asked()
    for command in (asking(request, " \n"), answer(text=" ")):
        with pytest.raises(CommentRequired):
            lifecycle.apply(request, command, NOW)


def test_strangers_ask_nothing_and_the_requester_does_not_ask_themselves():
    request = asked()
    assert isinstance(applied(request, asking(request, who=EVE)).refused, NotAReviewer)
    own = applied(request, asking(request, who=DEV))
    assert own.refused is not None
    assert own.request.state.questions == request.state.questions


def test_there_is_nobody_to_ask_where_the_request_names_nobody():
    request = pending()
    with pytest.raises(QuestionRefused, match="names nobody who could answer"):
        lifecycle.apply(request, asking(request), NOW)


def test_ten_questions_are_enough():
    request = asked(MOST)
    with pytest.raises(QuestionRefused, match="10 questions have been asked"):
        lifecycle.apply(request, asking(request), NOW)


def test_only_the_requester_answers():
    request = asked()
    for who in (ANA, BEN, EVE):
        refused = applied(request, answer(who))
        assert isinstance(refused.refused, QuestionRefused)
        assert refused.events[0].type is EventType.DECISION_REFUSED
        assert refused.request.state.questions == request.state.questions


@pytest.mark.parametrize("standing", ["deactivated", "bot", "stranger"])
def test_nobody_answers_who_is_not_here(standing: str):
    refused = applied(asked(), answer(standing=standing))
    assert isinstance(refused.refused, PersonNotTrusted)
    assert refused.request.state.questions[0].answer is None


def test_a_requester_who_is_a_guest_answers_all_the_same():
    answered = after(asked(), answer(standing="guest", is_requester=None))
    assert answered.state.questions[0].answer is not None


def test_there_is_one_answer_to_each_question_and_none_without_one():
    request = after(asked(), answer())
    with pytest.raises(QuestionRefused, match="answered already"):
        lifecycle.apply(request, answer(text="Again"), NOW)
    with pytest.raises(QuestionRefused, match="no such question"):
        lifecycle.apply(request, answer(number=2), NOW)


def test_nothing_is_asked_or_answered_past_the_deadline_or_after_the_end():
    request = asked()
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    ended = after(request, Cancel(by=CLIENT))
    for command in (asking(request), answer()):
        with pytest.raises(RequestExpired):
            lifecycle.apply(request, command, expires_ms)
        with pytest.raises(AlreadyDecided):
            lifecycle.apply(ended, command, NOW)


def test_a_requester_who_cannot_be_reached_is_on_record_and_may_still_answer():
    delivered = applied(asked(), QuestionDelivered(number=1, problem="user_not_found"))
    assert delivered.events[0].detail == {"number": 1, "problem": "user_not_found"}
    assert after(delivered.request, answer()).state.questions[0].answer is not None
