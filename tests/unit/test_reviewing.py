"""What people do, over a directory that knows them: who acts for whom, and who is away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.changes import change
from app.domain.absence import Absence
from app.domain.commands import Person, Staffed
from app.domain.errors import (
    AbsenceDaysRefused,
    AbsenceRefused,
    AlreadyDecided,
    HandOverRefused,
    NotAReviewer,
    QuestionRefused,
    RequestExpired,
    RequestNotFound,
)
from app.domain.request import Away, Request, Status
from app.reviewing import At, Reviewing
from policies.plan import Outcome, Stage
from tests import fakes
from tests.builders import NOW, evaluation, opened, plan

ANA, BEN, CHLOE, DEV, FAY = "U0ANA00001", "U0BEN00001", "U0CHLOE001", "U0DEV00001", "U0FAY00001"
HOUR = 3_600_000
DAY = timedelta(days=1)
TODAY = datetime.fromtimestamp(NOW / 1000, UTC).date()
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


def midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def gone(who: str = ANA, delegate: str = FAY) -> Away:
    return Away(person=who, delegate=delegate, until_ms=NOW + HOUR, personal=True)


def away(reviewing: Reviewing, who: str = ANA, delegate: str = FAY) -> None:
    """As it stands on record, which is asked at the moment of deciding."""
    absence = Absence(
        person=who,
        person_name=who,
        delegate=delegate,
        delegate_name=delegate,
        from_ms=NOW,
        until_ms=NOW + HOUR,
    )
    reviewing.absences.put(absence, who)


def test_a_stand_in_answers_for_whoever_the_request_knows_to_be_away(store, reviewing):
    request = ask(store)
    with pytest.raises(NotAReviewer):
        reviewing.decide(at(request, FAY), Outcome.APPROVE)
    away(reviewing)
    staffed(store, request, gone())
    waiting = reviewing.decide(at(request, FAY), Outcome.APPROVE)
    assert [(one.by.id, one.by.in_place_of) for one in waiting.state.votes] == [(FAY, ANA)]
    decided = reviewing.decide(at(request, BEN), Outcome.APPROVE)
    assert decided.state.status is Status.APPROVED


def test_it_is_looked_up_at_the_moment_of_deciding_whether_who_is_away_may_still_decide(
    store, reviewing
):
    request = ask(store)
    away(reviewing)
    staffed(store, request, gone())
    reviewing.directory.standings = {ANA: "deactivated"}
    with pytest.raises(NotAReviewer):
        reviewing.decide(at(request, FAY), Outcome.APPROVE)


class Meanwhile(fakes.FakeDirectory):
    """A directory that takes its time; what happens in it is `meanwhile`."""

    meanwhile: Callable[[], object]

    def persons(
        self, user_ids: Sequence[str], refs: Sequence[str], requester: str | None
    ) -> list[Person]:
        self.meanwhile()
        return super().persons(user_ids, refs, requester)


@pytest.fixture
def slow(store: fakes.FakeStore) -> Reviewing:
    return replace(fakes.reviewing(store), directory=Meanwhile())


def test_a_request_is_looked_at_once_for_one_answer(store, reviewing):
    request = ask(store)
    before = store.loads
    reviewing.decide(at(request, ANA), Outcome.APPROVE)
    assert store.loads == before + 1


def test_whoever_decides_while_somebody_else_is_looked_up_comes_first(store, reviewing, slow):
    request = ask(store)
    slow.directory.meanwhile = lambda: reviewing.decide(at(request, BEN), Outcome.REJECT)
    with pytest.raises(AlreadyDecided, match=BEN.title()):
        slow.decide(at(request, ANA), Outcome.APPROVE)
    assert store.load(request.id).request.state.status is Status.REJECTED


def test_nobody_approves_once_the_deadline_has_passed_while_they_were_looked_up(store, slow):
    request = ask(store)
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    store.clock = expires_ms - 1
    slow.directory.meanwhile = lambda: setattr(store, "clock", expires_ms)
    with pytest.raises(RequestExpired):
        slow.decide(at(request, ANA), Outcome.APPROVE)
    assert store.load(request.id).request.pending


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
    now = reviewing.away(*reviewing.leaving(ANA, FAY), None, TODAY, by=ANA)
    assert (now.absence.from_ms, now.absence.until_ms) == (NOW, midnight(TODAY + DAY))
    reviewing.back(ANA, by=ANA)
    assert (
        reviewing.away(*reviewing.leaving(ANA, FAY), TODAY - DAY, TODAY, by=ANA).absence.from_ms
        == NOW
    )
    reviewing.back(ANA, by=ANA)
    later = reviewing.away(*reviewing.leaving(ANA, FAY), TODAY + DAY, TODAY + 2 * DAY, by=ANA)
    assert later.absence.from_ms == midnight(TODAY + DAY)
    assert reviewing.absences.all() == (later.absence,)


def test_days_are_those_of_the_person(store, reviewing):
    reviewing.directory.zone = "America/New_York"
    gone = reviewing.away(*reviewing.leaving(ANA, FAY), None, TODAY, by=ANA).absence
    assert gone.until_ms == midnight(TODAY + DAY) + 4 * HOUR


@pytest.mark.parametrize("last", [date(1, 1, 1), date(9999, 12, 31), TODAY - 2 * DAY])
def test_nobody_is_away_on_days_that_are_none(store, reviewing, last):
    with pytest.raises(AbsenceDaysRefused):
        reviewing.away(*reviewing.leaving(ANA, FAY), None, last, by=ANA)


def test_an_absence_that_overlaps_goes_on_with_the_one_that_has_begun(store, reviewing):
    reviewing.away(*reviewing.leaving(ANA, FAY), None, TODAY + 2 * DAY, by=ANA)
    longer = reviewing.away(*reviewing.leaving(ANA, BEN), TODAY + DAY, TODAY + 9 * DAY, by=ANA)
    assert (longer.absence.from_ms, longer.left) == (NOW, ())


def test_another_absence_does_not_take_the_place_of_the_one_there_is(store, reviewing):
    first = reviewing.away(*reviewing.leaving(ANA, FAY), None, TODAY, by=ANA)
    with pytest.raises(AbsenceDaysRefused, match="already"):
        reviewing.away(*reviewing.leaving(ANA, BEN), TODAY + 9 * DAY, TODAY + 12 * DAY, by=ANA)
    assert reviewing.absences.all() == (first.absence,)


def test_whoever_is_back_has_nobody_decide_in_their_place_from_that_moment_on(store, reviewing):
    request = ask(store)
    away(reviewing)
    staffed(store, request, gone())
    reviewing.absences.end(ANA, ANA)
    with pytest.raises(NotAReviewer):
        reviewing.decide(at(request, FAY), Outcome.APPROVE)


def test_no_loops_and_no_second_hop(store, reviewing):
    reviewing.away(*reviewing.leaving(ANA, BEN), None, TODAY, by=ANA)
    with pytest.raises(AbsenceRefused, match="is away then too"):
        reviewing.away(*reviewing.leaving(BEN, ANA), None, TODAY, by=BEN)
    with pytest.raises(AbsenceRefused, match="is away then too"):
        reviewing.away(*reviewing.leaving(CHLOE, ANA), None, TODAY, by=CHLOE)
    left = reviewing.away(*reviewing.leaving(BEN, CHLOE), None, TODAY, by=BEN).left
    assert [one.person for one in left] == [ANA]


@pytest.mark.parametrize("who", [ANA, FAY])
@pytest.mark.parametrize("standing", ["deactivated", "guest", "bot", "stranger", "unverified"])
def test_only_people_who_are_trusted_are_away_or_stand_in(store, reviewing, who, standing):
    reviewing.directory.standings = {who: standing}
    words = "does not confirm who" if standing == "unverified" else standing
    with pytest.raises(AbsenceRefused, match=words):
        reviewing.away(*reviewing.leaving(ANA, FAY), None, TODAY, by=ANA)
    assert reviewing.absences.all() == ()


def test_back_ends_an_absence_that_there_is(store, reviewing):
    with pytest.raises(AbsenceRefused, match="no absence to end"):
        reviewing.back(ANA, by=ANA)
    reviewing.away(*reviewing.leaving(ANA, FAY), None, TODAY, by=ANA)
    assert reviewing.back(ANA, by=ANA).delegate == FAY
    assert reviewing.absences.all() == ()
