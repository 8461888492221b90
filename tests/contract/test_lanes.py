"""Claims: who holds what, until when, and what happens to what nobody finished."""

from __future__ import annotations

import pytest
import redis

from app.changes import change
from app.domain.commands import CardDrawn
from app.domain.due import Lane
from app.domain.errors import NotAReviewer
from app.domain.request import Place, Request
from app.store import lanes as lanes_module
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from tests.builders import approval, person
from tests.contract.test_requests import open_one

DRAWN = CardDrawn(target="#approvals", place=Place(channel="C0APPROVAL", ts="1.1"), face=1)


def held_ids(lanes: RedisLanes, limit: int = 10) -> list[str]:
    return [claim.request_id for claim in lanes.claim(Lane.SLACK, limit).claims]


def test_a_claim_keeps_others_off(store: RedisRequests, lanes: RedisLanes):
    requests = [open_one(store) for _ in range(3)]
    assert len(lanes.claim(Lane.SLACK, 2).claims) == 2
    assert len(lanes.claim(Lane.SLACK, 2).claims) == 1
    assert lanes.claim(Lane.SLACK, 2).claims == []
    assert lanes.claim(Lane.CALLBACK, 2).claims == []
    assert len(requests) == 3


def test_what_was_done_and_let_go_is_not_due_again(store: RedisRequests, lanes: RedisLanes):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 10).claims
    change(store, request.id, DRAWN)
    lanes.release(claim)
    assert lanes.due_in_ms(Lane.SLACK) is None


def test_what_was_let_go_undone_is_due_at_once(store: RedisRequests, lanes: RedisLanes):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 10).claims
    lanes.release(claim)
    [again] = lanes.claim(Lane.SLACK, 10).claims
    assert again.request_id == request.id
    assert not again.unfinished


def test_news_that_come_during_a_claim_are_not_lost_with_it(
    store: RedisRequests, lanes: RedisLanes
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 10).claims
    change(store, request.id, DRAWN)
    change(store, request.id, approval(request, seen=DRAWN.place))
    assert held_ids(lanes) == [], "the one who holds it will see to it"
    lanes.release(claim)
    assert held_ids(lanes) == [request.id]


def test_a_lease_that_ran_out_says_that_its_work_may_be_half_done(
    store: RedisRequests, lanes: RedisLanes, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lanes_module, "LEASE_MS", 0)
    request = open_one(store)
    [lost] = lanes.claim(Lane.SLACK, 10).claims
    [found] = lanes.claim(Lane.SLACK, 10).claims
    assert found.request_id == request.id
    assert found.unfinished
    lanes.release(lost)
    assert client.hlen("cs:claims:slack") == 1, "a lease that was lost ends nobody else's"


def test_what_is_postponed_stays_alone_for_that_long(store: RedisRequests, lanes: RedisLanes):
    open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 10).claims
    lanes.postpone(claim, 60_000)
    assert lanes.claim(Lane.SLACK, 10).claims == []
    wait_ms = lanes.due_in_ms(Lane.SLACK)
    assert wait_ms is not None
    assert 0 < wait_ms <= 60_000


def test_what_fails_is_set_aside_longer_each_time_and_holds_up_nobody(
    store: RedisRequests, lanes: RedisLanes, client: redis.Redis
):
    poison = open_one(store)
    waits = []
    for _ in range(3):
        [claim] = lanes.claim(Lane.SLACK, 10).claims
        assert claim.request_id == poison.id
        lanes.set_aside(claim, "ValueError")
        waits.append(lanes.due_in_ms(Lane.SLACK) or 0)
        client.zadd("cs:due:slack", {poison.id: 0})
    assert 0 < waits[0] <= 1000 < waits[1] <= 2000 < waits[2] <= 4000
    assert str(client.hget("cs:aside:slack", poison.id)).startswith("3 ")
    [claim] = lanes.claim(Lane.SLACK, 10).claims
    lanes.release(claim)
    assert client.hlen("cs:aside:slack") == 0


def test_the_clock_is_told_when_the_next_is_due(store: RedisRequests, lanes: RedisLanes):
    assert lanes.due_in_ms(Lane.TIME) is None
    request: Request = open_one(store)
    wait_ms = lanes.due_in_ms(Lane.TIME)
    assert wait_ms is not None
    assert 86_000_000 < wait_ms <= 86_400_000
    assert lanes.due_in_ms(Lane.SLACK) == 0
    assert request.pending


def test_a_bell_rings_again_once_it_was_answered(lanes: RedisLanes, client: redis.Redis):
    lanes.ring(Lane.TIME)
    lanes.ring(Lane.TIME)
    assert client.llen("rq:queue:countersign-time") == 1
    lanes.answer(Lane.TIME)
    lanes.ring(Lane.TIME)
    assert client.llen("rq:queue:countersign-time") == 2


def test_what_was_found_unfinished_stays_so_while_it_is_put_off(
    store: RedisRequests, lanes: RedisLanes, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
):
    request = open_one(store)
    monkeypatch.setattr(lanes_module, "LEASE_MS", 0)
    lanes.claim(Lane.SLACK, 10)
    monkeypatch.undo()
    [found] = lanes.claim(Lane.SLACK, 10).claims
    lanes.postpone(found, 60_000)
    lanes.release(found)
    assert held_ids(lanes) == [], "letting go twice undoes nothing"
    client.zadd("cs:due:slack", {request.id: 0})
    [again] = lanes.claim(Lane.SLACK, 10).claims
    assert again.unfinished
    lanes.set_aside(again, "ValueError")
    client.zadd("cs:due:slack", {request.id: 0})
    [last] = lanes.claim(Lane.SLACK, 10).claims
    assert last.unfinished
    lanes.release(last)
    assert client.hlen("cs:claims:slack") == 0


def test_a_claim_says_whether_more_is_due(store: RedisRequests, lanes: RedisLanes):
    for _ in range(3):
        open_one(store)
    assert lanes.claim(Lane.SLACK, 2).more
    assert not lanes.claim(Lane.SLACK, 2).more


def test_a_change_leaves_the_back_off_of_other_lanes_alone(
    store: RedisRequests, lanes: RedisLanes, client: redis.Redis
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1).claims
    lanes.set_aside(claim, "ValueError")
    intruder = approval(request, person=person(id="U0EVE00001", email="eve@example.com"))
    with pytest.raises(NotAReviewer):
        change(store, request.id, intruder)
    assert lanes.claim(Lane.SLACK, 1).claims == []
    assert client.hlen("cs:aside:slack") == 1


def test_nobody_is_called_for_what_somebody_is_at(
    store: RedisRequests, lanes: RedisLanes, client: redis.Redis
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1).claims
    lanes.answer(Lane.SLACK)
    rung = client.llen("rq:queue:countersign-slack")
    change(store, request.id, DRAWN)
    change(store, request.id, approval(request, seen=DRAWN.place))
    assert client.llen("rq:queue:countersign-slack") == rung
    lanes.release(claim)
    assert held_ids(lanes) == [request.id]
