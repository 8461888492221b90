"""How a Home tab is drawn: once by one, from what stands, and again when that changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from app.changes import change
from app.domain.absence import Absence
from app.domain.commands import Standing
from app.domain.due import Lane
from app.domain.home import PAGE, Home
from app.domain.request import Request
from app.home_lane import HomeLane
from app.looking import Looking
from app.ports import Claim, Figures, SlackAgain, SlackNever
from policies.plan import Stage
from tests import fakes
from tests.builders import NOW, approval, evaluation, opened, plan
from tests.unit.test_lanes import FakeLanes

ANA, BEN, DEV = "U0ANA00001", "U0BEN00001", "U0DEV00001"
TURN = Claim(Lane.HOME, ANA, "token", unfinished=False)
ANAS = plan(stages=(Stage(reviewers=(ANA,)),))


@dataclass
class FakeTabs:
    """Home tabs as they were published, in order; `problem` is what Slack says instead."""

    published: list[tuple[str, Home]] = field(default_factory=list)
    problem: Exception | None = None

    def publish(self, person: str, home: Home) -> None:
        if self.problem is not None:
            raise self.problem
        self.published.append((person, home))


@dataclass
class Figured:
    """The one call of `Inspection` that a Home needs."""

    store: fakes.FakeStore

    def figures(self) -> Figures:
        return fakes.FakeHealth(self.store).figures()


@dataclass
class Rooms:
    """Open requests, and one who looks at their Home."""

    store: fakes.FakeStore = field(default_factory=fakes.FakeStore)
    homes: fakes.FakeHomes = field(default_factory=lambda: fakes.FakeHomes(pages={ANA: {}}))
    tabs: FakeTabs = field(default_factory=FakeTabs)
    absences: fakes.FakeAbsences = field(default_factory=fakes.FakeAbsences)
    lanes: FakeLanes = field(default_factory=FakeLanes)
    standings: dict[str, Standing] = field(default_factory=dict)
    admins: tuple[str, ...] = ()

    def draw(self) -> Home | None:
        """What came of it; None where nothing was published."""
        directory = fakes.FakeDirectory(standings=self.standings)
        looking: Looking = replace(
            fakes.looking(self.store), directory=directory, admins=self.admins
        )
        figured: Any = Figured(self.store)
        before = len(self.tabs.published)
        self.lanes.ended.clear()
        HomeLane(self.lanes, self.homes, self.tabs, looking, self.absences, figured)(TURN)
        return self.tabs.published[-1][1] if len(self.tabs.published) > before else None

    def drawn(self) -> Home:
        home = self.draw()
        assert home is not None
        return home

    def ask(self, **changes: Any) -> Request:
        transition = opened(**({"evaluation": evaluation(plan=ANAS)} | changes))
        self.store.commit(transition, f"open {transition.request.id}")
        return transition.request


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


def test_it_shows_what_waits_what_was_asked_and_what_was_decided(rooms: Rooms):
    waits, mine, decided = rooms.ask(), rooms.ask(on_behalf_of=ANA), rooms.ask()
    change(rooms.store, decided.id, approval(decided))
    shelves = rooms.drawn().shelves
    assert [one.id for one in shelves["waiting"].requests] == [waits.id]
    assert [one.id for one in shelves["asked"].requests] == [mine.id]
    assert [one.id for one in shelves["decided"].requests] == [decided.id]


def test_what_it_is_about_to_show_is_noted_with_its_version(rooms: Rooms):
    request = rooms.ask()
    rooms.drawn()
    stands = rooms.store.load(request.id).request
    assert rooms.homes.shown == {ANA: {request.id: stands.state.version}}


def test_what_changed_since_the_look_has_it_drawn_once_more(rooms: Rooms):
    rooms.homes.stale = 1
    rooms.drawn()
    assert rooms.lanes.ended == [(ANA, "postponed 0")]
    rooms.drawn()
    assert rooms.lanes.ended == []


def test_somebody_elses_queue_is_not_shown(rooms: Rooms):
    rooms.ask(evaluation=evaluation(plan=plan(stages=(Stage(reviewers=(BEN,)),))))
    assert rooms.drawn().shelves["waiting"].requests == ()


def test_pages_are_followed_and_lead_on(rooms: Rooms):
    requests = sorted(rooms.ask().id for _ in range(20))
    first = rooms.drawn().shelves["waiting"]
    assert first.cursor is not None
    rooms.homes.turn(ANA, "waiting", [first.cursor])
    second = rooms.drawn().shelves["waiting"]
    assert second.trail == (first.cursor,)
    shown = [one.id for page in (first, second) for one in page.requests]
    assert shown == requests[: 2 * PAGE]
    assert second.count == 20


@pytest.mark.parametrize("standing", ["guest", "stranger", "bot"])
def test_who_is_not_asked_here_sees_no_request(rooms: Rooms, standing: Standing):
    rooms.ask()
    rooms.standings = {ANA: standing}
    assert rooms.drawn() == Home(NOW)
    assert rooms.homes.shown == {ANA: {}}


def test_who_slack_does_not_know_just_now_is_looked_at_again_later(rooms: Rooms):
    rooms.standings = {ANA: "unverified"}
    assert rooms.draw() is None
    [(person, how)] = rooms.lanes.ended
    assert (person, how.split()[0]) == (ANA, "postponed")


def test_a_home_at_which_nobody_looks_any_more_is_let_go(rooms: Rooms):
    rooms.homes.pages.clear()
    rooms.standings = {ANA: "unverified"}
    assert rooms.draw() is None
    assert rooms.lanes.ended == []


def test_slack_is_left_alone_for_as_long_as_it_says(rooms: Rooms):
    rooms.tabs.problem = SlackAgain("ratelimited", 30)
    assert rooms.draw() is None
    assert rooms.lanes.ended == [(ANA, "postponed 30001")]


def test_a_home_that_slack_refuses_for_good_is_let_go(rooms: Rooms, caplog):
    rooms.tabs.problem = SlackNever("not_enabled")
    assert rooms.draw() is None
    assert rooms.lanes.ended == []
    assert "not_enabled" in caplog.text


def gone(person: str, delegate: str, until_ms: int = NOW + 1_000) -> Absence:
    return Absence(
        person=person,
        person_name="A",
        delegate=delegate,
        delegate_name="B",
        from_ms=NOW - 1_000,
        until_ms=until_ms,
    )


def test_it_shows_who_is_away_and_for_whom_somebody_stands_in(rooms: Rooms):
    own, other = gone(ANA, BEN), gone(DEV, ANA)
    for absence in (own, other, gone(BEN, DEV)):
        rooms.absences.put(absence, absence.person)
    home = rooms.drawn()
    assert home.absence == own
    assert home.stand_in == (other,)


def test_an_absence_that_is_over_is_not_shown(rooms: Rooms):
    rooms.absences.put(gone(ANA, BEN, until_ms=NOW), ANA)
    assert rooms.drawn().absence is None


def test_admins_alone_get_the_numbers(rooms: Rooms):
    rooms.ask()
    assert rooms.drawn().numbers is None
    rooms.admins = (ANA,)
    numbers = rooms.drawn().numbers
    assert numbers is not None
    assert (numbers.open, numbers.alarms, numbers.paused) == (1, 4, True)
    assert numbers.overdue == 2 * len(Lane)


def test_what_was_said_travels_with_it(rooms: Rooms):
    rooms.homes.say(ANA, "Nothing was decided by this.")
    note = rooms.drawn().note
    assert note is not None
    assert note.text == "Nothing was decided by this."


def test_what_fits_on_one_page_is_counted_there(rooms: Rooms):
    rooms.ask()
    rooms.ask(on_behalf_of=ANA)  # it stands in the queue of those who may decide it
    waiting = rooms.drawn().shelves["waiting"]
    assert (waiting.count, waiting.exact) == (1, True)
    for _ in range(PAGE):
        rooms.ask()
    waiting = rooms.drawn().shelves["waiting"]
    assert (waiting.count, waiting.exact) == (PAGE + 2, False)
