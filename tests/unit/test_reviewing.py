"""What people do, over a directory that knows them: who acts for whom, and who is away."""

from __future__ import annotations

import pytest

from app.changes import change
from app.domain.commands import Staffed
from app.domain.errors import (
    AbsenceRefused,
    AlreadyDecided,
    HandOverRefused,
    NotAReviewer,
    QuestionRefused,
    RequestNotFound,
)
from app.domain.request import Away, Request, Status
from app.reviewing import At, Reviewing
from policies.plan import Outcome, Stage
from tests import fakes
from tests.builders import NOW, evaluation, opened, plan

ANA, BEN, CHLOE, DEV, FAY = "U0ANA00001", "U0BEN00001", "U0CHLOE001", "U0DEV00001", "U0FAY00001"
HOUR = 3_600_000
TWO = plan(stages=(Stage(reviewers=(ANA, BEN), quorum=2),))


@pytest.fixture
def store() -> fakes.FakeStore:
    return fakes.FakeStore()


@pytest.fixture
def reviewing(store: fakes.FakeStore) -> Reviewing:
    return fakes.reviewing(store)


def ask(store: fakes.FakeStore) -> Request:
    transition = opened(evaluation=evaluation(plan=TWO), on_behalf_of=DEV)
    store.commit(transition, "open")
    return transition.request


def at(request: Request, who: str) -> At:
    return At(request.id, who, request.body.digest)


def staffed(store: fakes.FakeStore, request: Request, *away: Away) -> None:
    change(store, request.id, Staffed(stage=0, away=away, assigned=(), overflowed=False))


def gone(who: str = ANA, delegate: str = FAY) -> Away:
    return Away(person=who, delegate=delegate, until_ms=NOW + HOUR, personal=True)


def test_a_stand_in_answers_for_whoever_the_request_knows_to_be_away(store, reviewing):
    request = ask(store)
    with pytest.raises(NotAReviewer):
        reviewing.decide(at(request, FAY), Outcome.APPROVE)
    staffed(store, request, gone())
    waiting = reviewing.decide(at(request, FAY), Outcome.APPROVE)
    assert [(one.by.id, one.by.in_place_of) for one in waiting.state.votes] == [(FAY, ANA)]
    decided = reviewing.decide(at(request, BEN), Outcome.APPROVE)
    assert decided.state.status is Status.APPROVED


def test_it_is_looked_up_at_the_moment_of_deciding_whether_who_is_away_may_still_decide(
    store, reviewing
):
    request = ask(store)
    staffed(store, request, gone())
    reviewing.directory.standings = {ANA: "deactivated"}
    with pytest.raises(NotAReviewer):
        reviewing.decide(at(request, FAY), Outcome.APPROVE)


def test_a_claim_is_taken_and_released(store, reviewing):
    request = ask(store)
    claimed = reviewing.claim(at(request, ANA))
    assert claimed.state.claim is not None
    assert claimed.state.claim.by.id == ANA
    assert reviewing.release(at(request, ANA)).state.claim is None


def test_it_is_handed_to_whom_the_directory_trusts(store, reviewing):
    request = ask(store)
    assert reviewing.hand_over(at(request, ANA), BEN).state.assigned == (BEN,)
    reviewing.directory.standings = {ANA: "guest"}
    with pytest.raises(HandOverRefused, match="may not decide this"):
        reviewing.hand_over(at(request, BEN), ANA)


def test_a_question_is_asked_by_a_reviewer_and_answered_by_the_requester(store, reviewing):
    request = ask(store)
    reviewing.ask(at(request, ANA), "Why?")
    with pytest.raises(QuestionRefused):
        reviewing.answer(at(request, BEN), 1, "Because.")
    answered = reviewing.answer(at(request, DEV), 1, "Because.")
    assert answered.state.questions[0].answer is not None
    assert answered.pending


def test_nobody_starts_writing_about_what_is_decided_or_gone(store, reviewing):
    request = ask(store)
    assert reviewing.to_answer(request.id) == request
    reviewing.decide(at(request, ANA), Outcome.REJECT)
    with pytest.raises(AlreadyDecided):
        reviewing.to_answer(request.id)
    with pytest.raises(RequestNotFound):
        reviewing.to_answer("req_" + "0" * 26)


def test_away_from_now_on_unless_it_says_when(store, reviewing):
    now = reviewing.away(ANA, FAY, None, NOW + HOUR, by=ANA)
    assert (now.absence.from_ms, now.absence.until_ms) == (NOW, NOW + HOUR)
    assert reviewing.away(ANA, FAY, NOW - HOUR, NOW + HOUR, by=ANA).absence.from_ms == NOW
    later = reviewing.away(ANA, FAY, NOW + 10, NOW + HOUR, by=ANA)
    assert reviewing.absences.all() == (later.absence,)


def test_one_absence_a_person_so_that_a_new_one_is_not_compared_with_the_old(store, reviewing):
    reviewing.away(ANA, FAY, None, NOW + HOUR, by=ANA)
    assert reviewing.away(ANA, BEN, None, NOW + 2 * HOUR, by=ANA).left == ()


def test_no_loops_and_no_second_hop(store, reviewing):
    reviewing.away(ANA, BEN, None, NOW + HOUR, by=ANA)
    with pytest.raises(AbsenceRefused, match="is away then too"):
        reviewing.away(BEN, ANA, None, NOW + HOUR, by=BEN)
    with pytest.raises(AbsenceRefused, match="is away then too"):
        reviewing.away(CHLOE, ANA, None, NOW + HOUR, by=CHLOE)
    left = reviewing.away(BEN, CHLOE, None, NOW + HOUR, by=BEN).left
    assert [one.person for one in left] == [ANA]


@pytest.mark.parametrize("who", [ANA, FAY])
@pytest.mark.parametrize("standing", ["deactivated", "guest", "bot", "stranger", "unverified"])
def test_only_people_who_are_trusted_are_away_or_stand_in(store, reviewing, who, standing):
    reviewing.directory.standings = {who: standing}
    with pytest.raises(AbsenceRefused, match=standing):
        reviewing.away(ANA, FAY, None, NOW + HOUR, by=ANA)
    assert reviewing.absences.all() == ()


def test_back_ends_an_absence_that_there_is(store, reviewing):
    with pytest.raises(AbsenceRefused, match="no absence to end"):
        reviewing.back(ANA, by=ANA)
    reviewing.away(ANA, FAY, None, NOW + HOUR, by=ANA)
    assert reviewing.back(ANA, by=ANA).delegate == FAY
    assert reviewing.absences.all() == ()
