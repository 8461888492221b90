"""The pause of everything: no approval by policy alone, no callback, and nothing lost."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import redis

from app.changes import change
from app.claims import drain, singly
from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import CardDrawn, Consume, Wake
from app.domain.due import Lane
from app.domain.errors import RequestNotFound
from app.domain.events import GateEvent, fingerprint
from app.domain.request import Actor, Held, Request, Status
from app.identifiers import new_operation
from app.lanes import CallbackLane, TimeLane
from app.ports import Client, Paused
from app.store import lanes as lanes_module
from app.store.alarms import RedisAlarms
from app.store.bells import Bells
from app.store.gate import RedisGate
from app.store.inspection import RedisInspection
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from policies.plan import Allowance, Route, Watch
from tests import fakes
from tests.builders import approval, body, evaluation, plan
from tests.contract.conftest import ON_REDIS
from tests.contract.inside import contents
from tests.contract.test_requests import open_one

pytestmark = ON_REDIS

BY = "operator ana"


@pytest.fixture
def gate(client: redis.Redis, bells: Bells) -> RedisGate:
    return RedisGate(client, bells)


def routine(store: RedisRequests, held: bool = False, **changes: object) -> Request:
    """What its policy approves; `held` as the service opens it during a pause."""
    judged = evaluation(Route.APPROVE, **changes)
    asked = body(evaluation=judged, opened_ms=store.now())
    opening = lifecycle.begin(
        asked, Held(reason="paused", since_ms=asked.opened_ms) if held else None
    )
    store.commit(opening, new_operation())
    return opening.request


def stream(client: redis.Redis) -> list[dict[str, Any]]:
    """Every event, oldest first."""
    entries: Any = client.xrange("cs:events")
    return [json.loads(fields["event"]) for _, fields in entries]


def work(store: RedisRequests, lanes: RedisLanes) -> None:
    """A worker's turns in the lane of time, as many as it takes until nothing is due there."""
    drain(lanes, Lane.TIME, TimeLane(store, lanes), 16)
    while lanes.waits()[Lane.TIME] == 0:
        drain(lanes, Lane.TIME, TimeLane(store, lanes), 16)


def status(store: RedisRequests, request: Request) -> Status:
    return store.load(request.id).request.state.status


def test_who_pauses_and_resumes_is_on_record(gate: RedisGate, client: redis.Redis):
    made = gate.pause(BY, "Orders look odd — 東京")
    state = gate.state()
    assert state.pause == made
    assert (made.by, made.reason) == (BY, "Orders look odd — 東京")
    assert gate.resume("operator ben") == made
    assert gate.state().pause is None
    paused, resumed = [GateEvent.model_validate(entry) for entry in stream(client)]
    assert (paused.type.value, paused.actor, paused.at_ms) == ("gate.paused", BY, made.at_ms)
    assert paused.detail == {"reason_sha256": fingerprint(made.reason)}
    assert (resumed.type.value, resumed.actor) == ("gate.resumed", "operator ben")
    assert resumed.detail == {"paused_ms": resumed.at_ms - made.at_ms}


def test_the_admin_channel_is_told_of_a_pause_and_of_its_end(gate: RedisGate, client: redis.Redis):
    gate.pause(BY, "Odd orders")
    gate.resume(BY)
    alarms = RedisAlarms(client)
    told = alarms.waiting(10)
    assert [(one.kind, one.text) for one in told] == [
        ("gate.paused", f"Everything is paused by {BY}: Odd orders"),
        ("gate.resumed", f"The pause is over, by {BY}."),
    ]
    alarms.told(told)
    assert alarms.waiting(10) == []


def test_a_second_pause_changes_nothing_nor_does_a_second_resume(
    gate: RedisGate, client: redis.Redis
):
    made = gate.pause(BY, "first")
    assert gate.pause("operator ben", "second") == made
    assert gate.resume(BY) == made
    assert gate.resume(BY) is None
    assert client.xlen("cs:events") == 2


def test_no_approval_without_a_person_is_written_during_a_pause(
    store: RedisRequests, gate: RedisGate, client: redis.Redis
):
    gate.pause(BY, "why")
    before = contents(client, "cs:*")
    judged = evaluation(Route.APPROVE, allowance=Allowance(rule="r", key="k", window_s=60, count=1))
    opening = lifecycle.begin(body(evaluation=judged, opened_ms=store.now()))
    with pytest.raises(Paused):
        store.commit(opening, "op-1")
    with pytest.raises(RequestNotFound):
        store.load(opening.request.id)
    assert contents(client, "cs:*") == before


def test_people_decide_and_policies_reject_during_a_pause(store: RedisRequests, gate: RedisGate):
    gate.pause(BY, "why")
    request = open_one(store)
    change(store, request.id, approval(request))
    assert status(store, request) is Status.APPROVED
    rejected = open_one(store, evaluation=evaluation(Route.REJECT))
    assert status(store, rejected) is Status.REJECTED


def test_a_load_says_whether_everything_is_paused(store: RedisRequests, gate: RedisGate):
    request = open_one(store)
    assert not store.load(request.id).paused
    gate.pause(BY, "why")
    assert store.load(request.id).paused


def test_no_approval_slips_by_once_pause_has_answered(
    store: RedisRequests, gate: RedisGate, client: redis.Redis
):
    """Eight threads approve as fast as they can; the stream tells the order of the commits."""
    stop = threading.Event()

    def approve() -> None:
        while not stop.is_set():
            try:
                routine(store)
            except Paused:
                continue

    threads = [threading.Thread(target=approve) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            count = client.xlen("cs:events")
            while client.xlen("cs:events") < count + 20:
                pass
            gate.pause(BY, "why")
            quiet = client.xlen("cs:events")
            for _ in range(50):
                assert client.xlen("cs:events") == quiet
            gate.resume(BY)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    open_ = True
    for entry in stream(client):
        kind = entry["type"]
        if kind.startswith("gate."):
            open_ = kind == "gate.resumed"
        else:
            assert open_, f"{kind} during a pause"


def test_what_is_held_waits_without_being_looked_at_again_and_goes_on_with_resume(
    store: RedisRequests, lanes: RedisLanes, gate: RedisGate
):
    gate.pause(BY, "why")
    requests = [routine(store, held=True) for _ in range(40)]
    assert lanes.waits()[Lane.TIME] == 0
    work(store, lanes)
    wait_ms = lanes.waits()[Lane.TIME]
    assert wait_ms is not None
    assert 0 < wait_ms <= 300_000
    assert gate.state().held == 40
    assert all(status(store, one) is Status.PENDING for one in requests)
    gate.resume(BY)
    assert lanes.waits()[Lane.TIME] == 0
    work(store, lanes)
    assert all(status(store, one) is Status.APPROVED for one in requests)
    assert gate.state().held == 0
    assert [event.type.value for event in store.events(requests[0].id)] == [
        "request.opened",
        "request.held",
        "request.released",
        "request.decided",
    ]


def test_what_waited_for_the_end_of_a_pause_is_not_overdue_then(
    store: RedisRequests, lanes: RedisLanes, gate: RedisGate, client: redis.Redis
):
    gate.pause(BY, "why")
    held, decided = routine(store, held=True), open_one(store)
    change(store, decided.id, approval(decided))
    work(store, lanes)
    long_ago = store.now() - 3_600_000
    client.hset(f"cs:request:{held.id}", "due:time", long_ago)
    client.zadd("cs:due:callback", {decided.id: long_ago})
    before = store.now()
    gate.resume(BY)
    figures = RedisInspection(client).figures().lanes
    assert (figures[Lane.TIME].overdue, figures[Lane.CALLBACK].overdue) == (0, 0)
    for lane, request in ((Lane.TIME, held), (Lane.CALLBACK, decided)):
        due_ms = client.zscore(f"cs:due:{lane.value}", request.id)
        assert due_ms is not None
        assert before <= due_ms <= store.now()
        assert [one.request_id for one in lanes.claim(lane, 1)] == [request.id]


def test_what_is_put_off_just_when_the_pause_ends_is_due_at_once(
    store: RedisRequests, lanes: RedisLanes, gate: RedisGate, client: redis.Redis
):
    gate.pause(BY, "why")
    request = routine(store, held=True)
    [claim] = lanes.claim(Lane.TIME, 1)
    with pytest.raises(Paused):
        change(store, request.id, Wake())
    gate.resume(BY)
    lanes.hold(claim, 300_000)
    assert lanes.waits()[Lane.TIME] == 0
    assert not client.exists("cs:held")


def test_what_is_held_and_taken_back_or_erased_troubles_no_resume(
    store: RedisRequests, lanes: RedisLanes, gate: RedisGate, client: redis.Redis
):
    gate.pause(BY, "why")
    request = routine(store, held=True)
    work(store, lanes)
    client.delete(f"cs:request:{request.id}")
    gate.resume(BY)
    assert client.zscore("cs:due:time", request.id) is not None
    work(store, lanes)


def test_a_watch_at_its_end_goes_ahead_after_the_pause(
    store: RedisRequests, lanes: RedisLanes, gate: RedisGate
):
    long_ago = store.now() - 3_600_000
    judged = evaluation(Route.WATCH, plan=plan(watch=Watch(for_s=60)))
    opening = lifecycle.begin(body(evaluation=judged, opened_ms=long_ago))
    store.commit(opening, "op-open")
    place = Place(channel="C0APPROVAL", ts="1.1")
    shown = lifecycle.apply(
        opening.request, CardDrawn(target="#approvals", place=place, face=1), long_ago
    )
    assert shown is not None
    gate.pause(BY, "why")
    store.commit(shown, "op-shown")
    work(store, lanes)
    request = store.load(opening.request.id).request
    assert request.watched
    assert request.state.held is not None
    assert gate.state().held == 1
    gate.resume(BY)
    work(store, lanes)
    assert status(store, request) is Status.APPROVED


def test_no_callback_is_handed_out_during_a_pause_and_the_clock_is_told_of_none(
    store: RedisRequests, lanes: RedisLanes, gate: RedisGate
):
    requests = [routine(store) for _ in range(3)]
    [taken] = lanes.claim(Lane.CALLBACK, 1)
    gate.pause(BY, "why")
    assert lanes.claim(Lane.CALLBACK, 10) == []
    assert lanes.waits()[Lane.CALLBACK] is None
    state = gate.state()
    assert (state.callbacks, state.under_way) == (2, 1)
    lanes.release(taken)
    assert (gate.state().callbacks, gate.state().under_way) == (3, 0)
    gate.resume(BY)
    assert lanes.waits()[Lane.CALLBACK] == 0
    left = {claim.request_id for claim in lanes.claim(Lane.CALLBACK, 10)}
    assert left == {request.id for request in requests}


def test_a_callback_that_was_taken_just_before_the_pause_stays_until_resume(
    store: RedisRequests, lanes: RedisLanes, gate: RedisGate
):
    request = routine(store)
    callbacks = fakes.FakeCallbacks()
    lane = CallbackLane(
        store, lanes, callbacks, fakes.FakeClients({"key": Client(id=request.body.client)})
    )

    def paused_first(claim):
        gate.pause(BY, "why")
        lane(claim)

    drain(lanes, Lane.CALLBACK, singly(lanes, paused_first), 1)
    assert callbacks.sent == []
    gate.resume(BY)
    drain(lanes, Lane.CALLBACK, singly(lanes, lane), 1)
    assert [one[0] for one in callbacks.sent] == ["https://example.com/resume"]


def test_resume_rings_for_what_waited(gate: RedisGate, client: redis.Redis):
    gate.pause(BY, "why")
    gate.resume(BY)
    assert client.llen("rq:queue:countersign-time") == 1
    assert client.llen("rq:queue:countersign-callback") == 1


def test_a_claim_whose_worker_died_is_not_under_way_for_ever(
    store: RedisRequests, lanes: RedisLanes, gate: RedisGate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lanes_module, "LEASE_MS", 0)
    routine(store)
    lanes.claim(Lane.CALLBACK, 1)
    assert gate.state().under_way == 0


def test_the_state_counts_what_a_limit_holds(store: RedisRequests, gate: RedisGate):
    asked = body(opened_ms=store.now())
    held = Held(reason="limit", since_ms=asked.opened_ms, until_ms=asked.opened_ms + 60_000)
    store.commit(lifecycle.begin(asked, held), "op-1")
    assert (gate.state().limited, gate.state().held) == (1, 0)


def test_no_approval_is_used_during_a_pause(
    store: RedisRequests, gate: RedisGate, client: redis.Redis
):
    request = open_one(store)
    change(store, request.id, approval(request))
    use = Consume(by=Actor(kind="client", id="billing", name="billing"), digest=request.digest)
    gate.pause(BY, "why")
    before = contents(client, "cs:*")
    with pytest.raises(Paused):
        change(store, request.id, use)
    assert contents(client, "cs:*") == before
    gate.resume(BY)
    used = change(store, request.id, use)
    assert used is not None
    assert used.state.consumed is not None
