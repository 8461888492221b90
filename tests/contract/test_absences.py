"""Who is away, kept beside the turns of the people lane; whose open requests, and how many."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
import redis

from app.changes import change
from app.domain.absence import Absence
from app.domain.commands import Cancel, Claim, Release, Staffed
from app.domain.due import Lane
from app.domain.request import Actor, Request
from app.ports import Full, Reached
from app.staffing import Staffing
from app.store.absences import RedisAbsences
from app.store.bells import Bells
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from policies.plan import Stage
from tests import fakes
from tests.builders import evaluation, person, plan
from tests.contract.conftest import ON_REDIS
from tests.contract.inside import content
from tests.contract.test_requests import open_one, opening, prepared

ANA, BEN, CHLOE, EVE, FAY = "U0ANA00001", "U0BEN00001", "U0CHLOE001", "U0EVE00001", "U0FAY00001"
CLIENT = Actor(kind="client", id="billing", name="billing")
HOUR = 3_600_000

pytestmark = ON_REDIS


@pytest.fixture
def absences(client: redis.Redis, bells: Bells) -> RedisAbsences:
    return RedisAbsences(client, bells)


def absence(now: int, begins: int = 0, ends: int = HOUR, **changes: Any) -> Absence:
    given = {
        "person": ANA,
        "person_name": "Ana",
        "delegate": FAY,
        "delegate_name": "Fay — 東京",
        "from_ms": now + begins,
        "until_ms": now + ends,
    }
    return Absence(**(given | changes))


def claimed(lanes: RedisLanes) -> list[str]:
    return [one.request_id for one in lanes.claim(Lane.PEOPLE, 10)]


def trail(client: redis.Redis) -> list[Any]:
    entries: Any = client.xrange("cs:events")
    return [fields["event"] for _, fields in entries]


def test_an_absence_is_read_back_to_the_letter(store: RedisRequests, absences: RedisAbsences):
    gone = absence(store.now())
    absences.put(gone, ANA)
    assert absences.get(ANA) == gone
    assert absences.all() == (gone,)
    assert absences.get(BEN) is None


def test_a_new_one_takes_the_place_of_the_one_before(store: RedisRequests, absences: RedisAbsences):
    absences.put(absence(store.now()), ANA)
    second = absence(store.now(), begins=HOUR, ends=2 * HOUR)
    absences.put(second, ANA)
    others = absence(store.now(), person=BEN)
    absences.put(others, BEN)
    assert set(absences.all()) == {second, others}


def test_who_was_told_is_remembered_until_the_absence_changes(
    store: RedisRequests, absences: RedisAbsences
):
    first, second = (absence(store.now(), ends=until) for until in (HOUR, 2 * HOUR))
    absences.put(first, ANA)
    assert absences.told(ANA) == ()
    absences.note_told(first, (FAY, ANA))
    assert absences.told(ANA) == (FAY, ANA)
    absences.put(second, ANA)
    absences.note_told(first, (FAY,))
    assert absences.told(ANA) == (), "what was said was said of other days"


def test_how_far_the_requests_were_looked_at_is_remembered_until_the_absence_changes(
    store: RedisRequests, absences: RedisAbsences
):
    first, second = (absence(store.now(), ends=until) for until in (HOUR, 2 * HOUR))
    absences.put(first, ANA)
    assert absences.reached(ANA) is None
    for so_far in (Reached("req_2", sure=True, since_ms=7), Reached("req_1", False, 7), None):
        absences.reach(ANA, first, so_far)
        assert absences.reached(ANA) == so_far
    absences.put(second, ANA)
    absences.reach(ANA, first, Reached("req_1", sure=True, since_ms=7))
    assert absences.reached(ANA) is None, "everything is looked at anew"


def test_an_end_gives_what_it_ended_and_there_is_only_one(
    store: RedisRequests, absences: RedisAbsences
):
    gone = absence(store.now())
    absences.put(gone, ANA)
    assert absences.end(ANA, "operator kim") == gone
    assert absences.end(ANA, "operator kim") is None
    assert absences.all() == ()


def test_the_trail_has_ids_and_instants_and_no_names(
    store: RedisRequests, absences: RedisAbsences, client: redis.Redis
):
    absences.put(absence(store.now()), ANA)
    absences.end(ANA, "operator kim")
    away, back = trail(client)
    assert '"person.away"' in away
    assert f'"delegate":"{FAY}"' in away
    assert "Fay" not in away
    assert '"person.back"' in back
    assert '"operator kim"' in back


def test_ending_what_there_is_not_leaves_no_trace(absences: RedisAbsences, client: redis.Redis):
    absences.end(ANA, ANA)
    assert client.keys("cs:*absen*") == client.keys("cs:due:*") == trail(client) == []


def test_each_change_is_looked_at_at_once_and_rings(
    store: RedisRequests, absences: RedisAbsences, lanes: RedisLanes, client: redis.Redis
):
    absences.put(absence(store.now(), begins=HOUR, ends=2 * HOUR), ANA)
    [claim] = lanes.claim(Lane.PEOPLE, 10)
    assert claim.request_id == ANA
    assert client.exists("cs:bell:people:rung")


def test_what_was_seen_is_due_again_at_the_next_instant_and_not_before(
    store: RedisRequests, absences: RedisAbsences, lanes: RedisLanes
):
    gone = absence(store.now())
    absences.put(gone, ANA)
    [claim] = lanes.claim(Lane.PEOPLE, 10)
    absences.seen(ANA, gone, gone.until_ms)
    lanes.release(claim)
    assert claimed(lanes) == []
    due_in_ms = lanes.waits()[Lane.PEOPLE]
    assert due_in_ms is not None
    assert HOUR - 60_000 < due_in_ms <= HOUR


def test_an_absence_that_is_over_is_forgotten_once_it_was_seen(
    store: RedisRequests, absences: RedisAbsences, lanes: RedisLanes, client: redis.Redis
):
    gone = absence(store.now(), begins=-HOUR, ends=-1)
    absences.put(gone, ANA)
    [claim] = lanes.claim(Lane.PEOPLE, 10)
    absences.seen(ANA, gone, None)
    lanes.release(claim)
    assert absences.all() == ()
    assert lanes.waits()[Lane.PEOPLE] is None
    assert client.keys("cs:request:*") == []


def test_a_change_in_between_is_not_taken_for_seen(
    store: RedisRequests, absences: RedisAbsences, lanes: RedisLanes
):
    gone = absence(store.now())
    absences.put(gone, ANA)
    [claim] = lanes.claim(Lane.PEOPLE, 10)
    newer = absence(store.now(), ends=2 * HOUR)
    absences.put(newer, ANA)
    absences.seen(ANA, gone, None)
    lanes.release(claim)
    assert absences.get(ANA) == newer
    assert claimed(lanes) == [ANA]


def test_an_end_in_between_is_looked_at_as_well(
    store: RedisRequests, absences: RedisAbsences, lanes: RedisLanes
):
    gone = absence(store.now())
    absences.put(gone, ANA)
    [claim] = lanes.claim(Lane.PEOPLE, 10)
    absences.end(ANA, ANA)
    absences.seen(ANA, gone, gone.until_ms)
    lanes.release(claim)
    [again] = lanes.claim(Lane.PEOPLE, 10)
    absences.seen(ANA, None, None)
    lanes.release(again)
    assert lanes.waits()[Lane.PEOPLE] is None


def test_a_worker_that_dies_leaves_its_turn_to_another(
    store: RedisRequests, absences: RedisAbsences, lanes: RedisLanes, client: redis.Redis
):
    absences.put(absence(store.now()), ANA)
    [claim] = lanes.claim(Lane.PEOPLE, 10)
    lanes.release(claim)
    assert claimed(lanes) == [ANA], "it was let go, and not seen"


# Loads, and what is open.


def asked(store: RedisRequests, **changes: Any) -> Request:
    return open_one(store, evaluation=evaluation(plan=plan(**changes)))


def choose(store: RedisRequests, request: Request, *people: str) -> None:
    before = store.load(request.id).request.state.assigned
    found = Staffed(stage=0, away=(), assigned=people, overflowed=False, before=before)
    change(store, request.id, found)


def press(request: Request, who: str) -> dict[str, Any]:
    groups = frozenset({"@finance-approvers"})
    return {
        "person": person(id=who, name=who, email=None, groups=groups),
        "digest": request.body.digest,
    }


def test_the_load_counts_what_somebody_was_chosen_for_or_is_on(store: RedisRequests):
    assert store.workload([]) == []
    first, second = open_one(store), asked(store)
    choose(store, first, ANA, BEN)
    choose(store, second, BEN)
    assert store.workload([ANA, BEN, CHLOE]) == [1, 2, 0]
    change(store, first.id, Claim(**press(first, ANA)))
    change(store, second.id, Claim(**press(second, CHLOE)))
    assert store.workload([ANA, BEN, CHLOE]) == [1, 2, 1]
    change(store, second.id, Release(**press(second, CHLOE)))
    choose(store, second, ANA)
    assert store.workload([ANA, BEN, CHLOE]) == [2, 1, 0]


def test_what_is_decided_weighs_on_nobody(store: RedisRequests):
    request = open_one(store)
    choose(store, request, ANA)
    change(store, request.id, Claim(**press(request, BEN)))
    change(store, request.id, Cancel(by=CLIENT))
    assert store.workload([ANA, BEN]) == [0, 0]


def test_what_waits_is_listed_newest_first_whosever_it_is(store: RedisRequests):
    now = store.now()
    clients = ("billing", "payroll", "billing", "payroll", "billing")
    opened = []
    for number, client in enumerate(clients):
        transition = opening(store, client=client, opened_ms=now, id=f"req_{number:026}")
        store.commit(transition, f"op-{number}")
        opened.append(transition.request)
    change(store, opened[2].id, Cancel(by=CLIENT))
    waiting = [opened[at].id for at in (4, 3, 1, 0)]
    assert store.waiting(None, 10) == waiting
    assert store.waiting(None, 3) == waiting[:3]
    assert store.waiting(waiting[1], 10) == waiting[2:]
    assert store.waiting(waiting[3], 10) == []


def test_whoever_is_full_is_not_chosen_and_nothing_is_written(
    store: RedisRequests, client: redis.Redis
):
    first, second = asked(store, cap=1), asked(store, cap=1)
    choose(store, first, ANA)
    found = Staffed(stage=0, away=(), assigned=(ANA,), overflowed=False, new=(ANA,))
    before = content(client, f"cs:request:{second.id}")
    with pytest.raises(Full):
        store.commit(prepared(store, second, found), "op-full")
    assert content(client, f"cs:request:{second.id}") == before
    kept = found.model_copy(update={"new": ()})
    store.commit(prepared(store, second, kept), "op-kept")
    assert store.workload([ANA]) == [2], "whoever was chosen before stays chosen"


def test_however_many_are_staffed_at_once_nobody_has_more_than_the_cap(
    store: RedisRequests, absences: RedisAbsences
):
    people, cap = [ANA, BEN, CHLOE, EVE], 5
    stage = Stage(reviewers=("@finance-approvers",), assign="least_loaded")
    review = plan(stages=(stage,), cap=cap, overflow=("@everybody-else",))
    directory = fakes.FakeDirectory({"@finance-approvers": people, "@everybody-else": [FAY]})
    staffing = Staffing(store, directory, absences)
    requests = [open_one(store, evaluation=evaluation(plan=review)) for _ in range(50)]
    troubles: list[Exception] = []

    def staff(mine: list[Request]) -> None:
        try:
            for one in mine:
                staffing.settle(one)
        except Exception as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=staff, args=(requests[n::5],)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    states = [store.load(one.id).request.state for one in requests]
    chosen = Counter(one for state in states for one in state.assigned)
    assert chosen == dict.fromkeys(people, cap)
    assert store.workload(people) == [cap] * len(people)
    assert sum(state.overflowed for state in states) == len(requests) - cap * len(people)
