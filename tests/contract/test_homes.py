"""Whose Home tab is due: where a request changes that it shows, and where somebody pressed."""

from __future__ import annotations

import pytest
import redis

from app.changes import change
from app.domain.absence import Absence
from app.domain.commands import Cancel, CardDrawn
from app.domain.due import Lane
from app.domain.home import Note
from app.domain.request import Actor, Request
from app.domain.transition import Transition
from app.ports import Chosen, Claim, Lanes, RequestStore
from app.store import homes as homes_module
from app.store import lanes as lanes_module
from app.store.absences import RedisAbsences
from app.store.bells import Bells
from app.store.homes import RedisHomes
from tests.contract.conftest import ON_REDIS
from tests.contract.inside import Inside
from tests.contract.test_absences import FAY, absence
from tests.contract.test_lanes import DRAWN
from tests.contract.test_requests import open_one

ANA, BEN = "U0ANA00001", "U0BEN00001"
CLIENT = Actor(kind="client", id="billing", name="billing")

pytestmark = ON_REDIS


@pytest.fixture
def homes(client: redis.Redis, bells: Bells) -> RedisHomes:
    return RedisHomes(client, bells)


def claimed(lanes: Lanes) -> list[Claim]:
    return lanes.claim(Lane.HOME, 10)


def whose(lanes: Lanes) -> list[str]:
    return sorted(one.request_id for one in claimed(lanes))


def drawn(homes: RedisHomes, lanes: Lanes, person: str, *requests: Request) -> None:
    """A Home that was opened, and shows these."""
    homes.opened(person)
    [claim] = claimed(lanes)
    assert homes.showing(person, versions(*requests))
    lanes.release(claim)
    assert lanes.waits()[Lane.HOME] is None


def chosen(homes: RedisHomes) -> Chosen:
    found = homes.chosen(ANA)
    assert found is not None
    return found


def versions(*requests: Request) -> dict[str, int]:
    return {one.id: one.state.version for one in requests}


def withdraw(store: RequestStore, request: Request) -> None:
    change(store, request.id, Cancel(by=CLIENT))


def test_who_opens_their_home_is_drawn_one(homes: RedisHomes, lanes: Lanes, inside: Inside):
    homes.opened(ANA)
    assert inside.jobs(Lane.HOME) == 1, "a bell was rung"
    [claim] = claimed(lanes)
    assert claim.request_id == ANA
    lanes.release(claim)
    assert lanes.waits()[Lane.HOME] is None


def test_a_change_of_a_request_makes_every_home_due_that_shows_it(
    store: RequestStore, homes: RedisHomes, lanes: Lanes, inside: Inside
):
    request, other = open_one(store), open_one(store)
    drawn(homes, lanes, ANA, request, other)
    drawn(homes, lanes, BEN, request)
    lanes.answer(Lane.HOME)
    before = inside.jobs(Lane.HOME)
    withdraw(store, request)
    assert inside.jobs(Lane.HOME) == before + 1
    assert whose(lanes) == [ANA, BEN]


def test_a_change_of_another_request_makes_none_due(
    store: RequestStore, homes: RedisHomes, lanes: Lanes
):
    request, other = open_one(store), open_one(store)
    drawn(homes, lanes, ANA, request, other)
    drawn(homes, lanes, ANA, request)
    withdraw(store, other)
    assert lanes.waits()[Lane.HOME] is None


def test_what_nobody_can_see_makes_none_due(store: RequestStore, homes: RedisHomes, lanes: Lanes):
    request = open_one(store)
    drawn(homes, lanes, ANA, request)
    change(store, request.id, DRAWN)
    assert isinstance(DRAWN, CardDrawn)
    assert lanes.waits()[Lane.HOME] is None


def test_what_changed_between_the_look_and_the_note_of_it_is_found(
    store: RequestStore, homes: RedisHomes, lanes: Lanes
):
    request = open_one(store)
    homes.opened(ANA)
    seen = versions(request)
    withdraw(store, request)
    assert not homes.showing(ANA, seen)


def test_what_changes_while_it_is_drawn_has_it_drawn_once_more(
    store: RequestStore, homes: RedisHomes, lanes: Lanes
):
    request = open_one(store)
    homes.opened(ANA)
    [claim] = claimed(lanes)
    assert homes.showing(ANA, versions(request))
    withdraw(store, request)
    assert claimed(lanes) == [], "nobody else draws it meanwhile"
    lanes.release(claim)
    [again] = claimed(lanes)
    lanes.release(again)
    assert lanes.waits()[Lane.HOME] is None


def test_a_home_that_has_to_wait_for_slack_does(homes: RedisHomes, lanes: Lanes):
    homes.opened(ANA)
    [claim] = claimed(lanes)
    lanes.postpone(claim, 60_000)
    assert claimed(lanes) == []
    assert lanes.waits()[Lane.HOME] is not None


def test_whose_drawer_died_is_drawn_when_its_lease_ends(
    homes: RedisHomes, lanes: Lanes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lanes_module, "LEASE_MS", 0)
    homes.opened(ANA)
    [lost] = claimed(lanes)
    [claim] = claimed(lanes)
    lanes.release(lost)
    assert lanes.waits()[Lane.HOME] is not None, "only its holder lets go of it"
    lanes.release(claim)
    assert lanes.waits()[Lane.HOME] is None


def test_of_a_request_that_is_erased_nothing_is_left(
    store: RequestStore, homes: RedisHomes, lanes: Lanes, client: redis.Redis
):
    request = open_one(store)
    drawn(homes, lanes, ANA, request)
    assert client.exists(f"cs:shown:{request.id}")
    found = store.load(request.id).request
    store.commit(Transition(before=found, after=None, events=()), "erase")
    assert not client.exists(f"cs:shown:{request.id}")


def test_so_many_homes_are_known_of_a_request_and_those_drawn_last_count(
    store: RequestStore, homes: RedisHomes, lanes: Lanes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(homes_module, "MOST", 2)
    request = open_one(store)
    for person in ("U0FIRST001", ANA, BEN):
        drawn(homes, lanes, person, request)
    withdraw(store, request)
    assert len(whose(lanes)) == 2


def test_a_page_that_was_turned_to_is_kept_until_the_next_visit(homes: RedisHomes):
    homes.opened(ANA)
    homes.turn(ANA, "waiting", ["c1", "c2"])
    homes.turn(ANA, "decided", ["c3"])
    homes.turn(ANA, "decided", [])
    assert chosen(homes).trails == {"waiting": ("c1", "c2")}
    homes.opened(ANA)
    assert chosen(homes).trails == {}


def test_what_is_said_on_a_home_comes_with_its_time(
    homes: RedisHomes, lanes: Lanes, store: RequestStore
):
    drawn(homes, lanes, ANA)
    homes.say(ANA, "Nothing was decided by this. — 東京")
    note = chosen(homes).note
    assert note is not None
    assert note == Note("Nothing was decided by this. — 東京", note.at_ms)
    assert abs(store.now() - note.at_ms) < 60_000
    assert whose(lanes) == [ANA]


def test_who_never_opened_their_home_is_drawn_none(
    homes: RedisHomes, lanes: Lanes, client: redis.Redis
):
    homes.say(ANA, "Too late.")
    homes.turn(ANA, "waiting", ["c1"])
    assert homes.chosen(ANA) is None
    assert lanes.waits()[Lane.HOME] is None
    assert client.keys("cs:home:*") == []


def test_a_home_that_nobody_opens_is_forgotten_and_drawn_no_more(
    store: RequestStore, homes: RedisHomes, lanes: Lanes, client: redis.Redis
):
    request = open_one(store)
    drawn(homes, lanes, ANA, request)
    assert 0 < client.pttl(f"cs:home:{ANA}") <= homes_module.KEPT_MS
    assert 0 < client.pttl(f"cs:shown:{request.id}") <= homes_module.KEPT_MS
    client.delete(f"cs:home:{ANA}")
    withdraw(store, request)
    assert lanes.waits()[Lane.HOME] is None


@pytest.fixture
def absences(client: redis.Redis, bells: Bells) -> RedisAbsences:
    return RedisAbsences(client, bells)


def test_who_is_away_or_back_sees_it_on_their_home_and_so_does_who_stands_in(
    homes: RedisHomes, absences: RedisAbsences, lanes: Lanes, store: RequestStore, inside: Inside
):
    for person in (ANA, FAY):
        drawn(homes, lanes, person)
    absences.put(absence(store.now()), ANA)
    assert inside.jobs(Lane.HOME) > 0
    claims = claimed(lanes)
    assert sorted(one.request_id for one in claims) == [ANA, FAY]
    lanes.release_all(claims)
    absences.end(ANA, ANA)
    assert whose(lanes) == [ANA, FAY]


def test_who_stands_in_no_more_sees_it_on_their_home(
    homes: RedisHomes, absences: RedisAbsences, lanes: Lanes, store: RequestStore
):
    absences.put(absence(store.now()), ANA)
    drawn(homes, lanes, FAY)
    absences.put(absence(store.now(), delegate=BEN), ANA)
    assert whose(lanes) == [FAY]


def test_an_absence_that_begins_or_ends_by_itself_is_seen_on_the_home_too(
    homes: RedisHomes, absences: RedisAbsences, lanes: Lanes, store: RequestStore
):
    gone: Absence = absence(store.now())
    absences.put(gone, ANA)
    for person in (ANA, FAY):
        drawn(homes, lanes, person)
    absences.seen(ANA, gone, None)
    assert whose(lanes) == [ANA, FAY]
