"""Bells on Redis: who is near hears them, and RQ brings somebody where nobody is."""

from __future__ import annotations

import pytest
import redis

from app.domain.due import Lane
from app.store.bells import Bells
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from tests.contract.inside import InsideRedis
from tests.contract.test_requests import open_one

NEAR_S = 60


@pytest.fixture
def store(client: redis.Redis, bells: Bells) -> RedisRequests:
    return RedisRequests(client, bells)


@pytest.fixture
def lanes(client: redis.Redis, bells: Bells) -> RedisLanes:
    return RedisLanes(client, bells)


@pytest.fixture
def inside(client: redis.Redis) -> InsideRedis:
    return InsideRedis(client)


def rung(client: redis.Redis) -> int:
    return int(client.llen("cs:bell:slack:rung"))


def test_who_found_nothing_hears_the_bell_and_nobody_is_called(
    store: RedisRequests, lanes: RedisLanes, inside: InsideRedis, client: redis.Redis
):
    assert lanes.claim(Lane.SLACK, 1, NEAR_S) == []
    request = open_one(store)
    assert inside.jobs(Lane.SLACK) == 0
    lanes.listen(Lane.SLACK, NEAR_S)  # it would wait for a minute
    assert rung(client) == 0
    [claim] = lanes.claim(Lane.SLACK, 1, NEAR_S)
    assert claim.request_id == request.id


def test_who_is_at_work_hears_no_bell_so_somebody_is_called(
    store: RedisRequests, lanes: RedisLanes, inside: InsideRedis
):
    lanes.claim(Lane.SLACK, 1, NEAR_S)
    open_one(store)
    [_] = lanes.claim(Lane.SLACK, 1, NEAR_S)
    assert inside.jobs(Lane.SLACK) == 0
    open_one(store)
    assert inside.jobs(Lane.SLACK) == 1


def test_one_ring_is_enough_however_much_is_due(
    store: RedisRequests, lanes: RedisLanes, client: redis.Redis
):
    lanes.claim(Lane.SLACK, 1, NEAR_S)
    for _ in range(3):
        open_one(store)
    assert rung(client) == 1


def test_whoever_died_near_a_bell_is_not_waited_for(
    store: RedisRequests, lanes: RedisLanes, inside: InsideRedis, client: redis.Redis
):
    lanes.claim(Lane.SLACK, 1, NEAR_S)
    [dead] = client.zrange("cs:bell:slack:near", 0, -1)
    client.zadd("cs:bell:slack:near", {str(dead): 1})  # long ago
    open_one(store)
    assert inside.jobs(Lane.SLACK) == 1
    lanes.claim(Lane.SLACK, 1)
    lanes.claim(Lane.SLACK, 1, NEAR_S)
    assert client.zcard("cs:bell:slack:near") == 1, "the dead are not gathered"


def test_who_leaves_has_somebody_else_called(
    store: RedisRequests, lanes: RedisLanes, inside: InsideRedis
):
    lanes.claim(Lane.SLACK, 1, NEAR_S)
    lanes.leave(Lane.SLACK)
    assert inside.jobs(Lane.SLACK) == 1


def test_during_a_pause_there_is_somebody_near_for_its_end(
    lanes: RedisLanes, inside: InsideRedis, client: redis.Redis
):
    client.set("cs:paused", "{}")
    assert lanes.claim(Lane.CALLBACK, 1, NEAR_S) == []
    lanes.ring(Lane.CALLBACK)
    assert inside.jobs(Lane.CALLBACK) == 0
