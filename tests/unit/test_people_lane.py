"""What happens to the open requests when an absence begins or ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from app.changes import change
from app.domain.absence import Absence
from app.domain.due import Lane
from app.domain.request import Request
from app.people_lane import PeopleLane
from app.ports import Claim, SlackAgain, SlackNever
from app.staffing import Staffing
from policies.plan import Stage
from tests import fakes
from tests.builders import NOW, approval, evaluation, opened, person, plan
from tests.unit.test_lanes import FakeCards, FakeLanes, fails

ANA, BEN, FAY = "U0ANA00001", "U0BEN00001", "U0FAY00001"
HOUR = 3_600_000
TURN = Claim(Lane.PEOPLE, ANA, "token", unfinished=False)
ANAS = plan(stages=(Stage(reviewers=(ANA,)),))
BENS = plan(stages=(Stage(reviewers=(BEN,)),))


@dataclass
class Picky(fakes.FakeDirectory):
    """A directory that fails where one name is looked up."""

    fails_at: str = ""

    def members(self, refs: Any) -> dict[str, list[str]]:
        if self.fails_at in refs:
            raise SlackAgain("ratelimited")
        return super().members(refs)


@dataclass
class Office:
    """Open requests, and one who goes away."""

    store: fakes.FakeStore = field(default_factory=fakes.FakeStore)
    absences: fakes.FakeAbsences = field(default_factory=fakes.FakeAbsences)
    directory: Picky = field(default_factory=Picky)
    cards: FakeCards = field(default_factory=FakeCards)
    waits: list[str] = field(default_factory=list)

    def lane(self) -> None:
        """Its turns, until it comes to rest or has to wait."""
        staffing = Staffing(self.store, self.directory, self.absences)
        while True:
            lanes = FakeLanes()
            PeopleLane(self.store, lanes, self.absences, staffing, self.cards)(TURN)
            if lanes.ended != [(ANA, "postponed 0")]:
                self.waits = [how for _, how in lanes.ended]
                return

    def ask(self, review: Any) -> Request:
        transition = opened(evaluation=evaluation(plan=review))
        self.store.commit(transition, f"open {transition.request.id}")
        return transition.request

    def stand_ins(self, request: Request) -> list[str]:
        return [one.delegate for one in self.store.load(request.id).request.state.away]

    def away(self, begins: int = 0, ends: int = HOUR) -> Absence:
        gone = Absence(
            person=ANA,
            person_name="Ana",
            delegate=FAY,
            delegate_name="Fay",
            from_ms=NOW + begins,
            until_ms=NOW + ends,
        )
        self.absences.put(gone, ANA)
        return gone


@pytest.fixture
def office() -> Office:
    return Office()


def test_what_is_open_moves_when_an_absence_begins_and_nothing_else_does(office: Office):
    mine, others = office.ask(ANAS), office.ask(BENS)
    office.away()
    office.lane()
    assert office.stand_ins(mine) == [FAY]
    assert office.store.load(others.id).request == others


def test_the_next_turn_is_at_its_end_and_then_everything_is_back(office: Office):
    request, gone = office.ask(ANAS), office.away()
    office.lane()
    assert office.absences.turns == {ANA: gone.until_ms}
    office.store.clock = gone.until_ms
    office.lane()
    assert office.stand_ins(request) == []
    assert office.absences.turns == {}
    assert office.absences.all() == ()


def test_an_absence_to_come_moves_nothing_until_it_begins(office: Office):
    request, gone = office.ask(ANAS), office.away(begins=HOUR, ends=2 * HOUR)
    office.lane()
    assert office.stand_ins(request) == []
    assert office.absences.turns == {ANA: gone.from_ms}


def test_an_absence_that_is_put_off_moves_back_what_it_had_moved(office: Office):
    request = office.ask(ANAS)
    office.away()
    office.lane()
    office.away(begins=HOUR, ends=2 * HOUR)
    assert office.absences.turns[ANA] is None, "it is looked at at once"
    office.lane()
    assert office.stand_ins(request) == []


def test_whoever_comes_back_early_is_asked_again(office: Office):
    request = office.ask(ANAS)
    office.away()
    office.lane()
    office.absences.end(ANA, ANA)
    office.lane()
    assert office.stand_ins(request) == []


def test_every_open_request_is_looked_at_however_many_there_are(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.people_lane._PAGE", 2)
    requests = [office.ask(ANAS) for _ in range(7)]
    office.away()
    office.lane()
    assert [office.stand_ins(one) for one in requests] == [[FAY]] * 7


def test_what_is_decided_is_left_alone(office: Office):
    request = office.ask(ANAS)
    change(office.store, request.id, approval(request, person=person(id=ANA), seen=None))
    decided = office.store.load(request.id).request
    office.away()
    office.lane()
    assert office.store.load(request.id).request == decided


def test_one_request_that_can_not_be_looked_at_holds_up_no_other_and_is_not_forgotten(
    office: Office,
):
    review = plan(stages=(Stage(reviewers=("@ghosts", ANA)),))
    first, stuck, last = office.ask(ANAS), office.ask(review), office.ask(ANAS)
    office.directory.fails_at = "@ghosts"
    office.away()
    office.lane()
    assert office.stand_ins(first) == office.stand_ins(last) == [FAY]
    assert office.waits == ["postponed 30000"]
    office.lane()
    assert office.waits == ["postponed 300000"], "everything is looked at once more"
    assert office.absences.turns == {ANA: None}
    office.directory.fails_at = ""
    office.lane()
    assert office.stand_ins(stuck) == [FAY]
    assert office.waits == []


def test_a_change_in_the_middle_has_everything_looked_at_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.people_lane._PAGE", 1)
    requests = [office.ask(ANAS) for _ in range(3)]
    office.away()
    staffing = Staffing(office.store, office.directory, office.absences)
    PeopleLane(office.store, FakeLanes(), office.absences, staffing, office.cards)(TURN)
    office.absences.end(ANA, ANA)
    office.lane()
    assert [office.stand_ins(one) for one in requests] == [[], [], []]


def test_an_absence_that_begins_in_the_middle_has_everything_looked_at_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.people_lane._PAGE", 1)
    requests = [office.ask(ANAS) for _ in range(3)]
    gone = office.away(begins=1_000)
    staffing = Staffing(office.store, office.directory, office.absences)
    PeopleLane(office.store, FakeLanes(), office.absences, staffing, office.cards)(TURN)
    office.store.clock = gone.from_ms
    office.lane()
    assert office.absences.turns == {ANA: gone.from_ms}, "which is past, so at once"
    office.lane()
    assert [office.stand_ins(one) for one in requests] == [[FAY]] * 3
    assert office.absences.turns == {ANA: gone.until_ms}


def test_both_hear_of_it_once_it_begins_and_once(office: Office):
    office.away(begins=HOUR, ends=2 * HOUR)
    office.lane()
    assert office.cards.told == []
    office.store.clock += HOUR
    office.lane()
    office.lane()
    assert office.cards.told == [("absence", FAY), ("absence", ANA)]


@pytest.mark.parametrize(("wait_s", "waits"), [(0.4, 401), (None, 30_000)])
def test_whoever_can_not_be_told_yet_is_told_later_and_nothing_else_waits_for_it(
    office: Office, wait_s: float | None, waits: int
):
    request = office.ask(ANAS)
    office.cards.fate = fails(SlackAgain("paced", wait_s), at="absence")
    gone = office.away()
    office.lane()
    assert office.stand_ins(request) == [FAY]
    assert office.waits == [f"postponed {waits}"]
    office.cards.fate = lambda _: None
    office.cards.told.clear()
    office.lane()
    assert office.cards.told == [("absence", FAY), ("absence", ANA)]
    assert office.absences.turns == {ANA: gone.until_ms}


def test_whoever_can_never_be_told_keeps_nobody_else_from_being_told(office: Office):
    gone = office.away()
    office.cards.fate = fails(SlackNever("user_disabled"), at="absence")
    office.lane()
    assert office.cards.told == [("absence", FAY), ("absence", ANA)]
    assert office.absences.turns == {ANA: gone.until_ms}


def test_both_are_told_although_some_request_can_not_be_looked_at(office: Office):
    office.ask(BENS)
    office.directory.fails_at = BEN
    office.away()
    for _ in range(3):
        office.lane()
    assert office.cards.told == [("absence", FAY), ("absence", ANA)]


def test_one_past_its_deadline_holds_up_nothing(office: Office):
    late, timely = office.ask(ANAS), office.ask(ANAS.model_copy(update={"expire_s": 172_800}))
    office.store.clock = NOW + 86_400_000
    office.away(ends=86_400_000 + HOUR)
    office.lane()
    assert office.stand_ins(timely) == [FAY]
    assert office.stand_ins(late) == []
