"""One send in each gap, and those who wait come back one after the other."""

from __future__ import annotations

import time

import pytest
import redis

from app.store import cache as cache_module
from app.store.cache import NearCache, RedisCache
from app.store.pace import RedisPace
from tests.contract.conftest import ON_REDIS

pytestmark = ON_REDIS


def test_one_may_send_and_the_others_are_told_different_waits(client: redis.Redis):
    pace = RedisPace(client)
    assert pace.reserve("slack:C1", 60_000) == 0
    waits = [pace.reserve("slack:C1", 60_000) for _ in range(4)]
    assert 0 < waits[0] <= 60_000
    assert [round((wait - waits[0]) / 60_000) for wait in waits] == [0, 1, 2, 3]
    assert pace.reserve("slack:C2", 60_000) == 0


def test_nobody_is_told_to_wait_for_more_than_thirty_gaps(client: redis.Redis):
    pace = RedisPace(client)
    waits = [pace.reserve("slack:C1", 1000) for _ in range(100)]
    assert max(waits) <= 31_000


def test_a_place_that_wants_to_be_left_alone_is(client: redis.Redis):
    pace = RedisPace(client)
    assert pace.held("slack:C1") == 0
    pace.hold("slack:C1", 60_000)
    assert 0 < pace.held("slack:C1") <= 60_000
    assert pace.held("slack:C2") == 0
    assert 1_000 < pace.reserve("slack:C1", 1_000) <= 60_000
    assert pace.reserve("slack:C2", 1_000) == 0


def test_the_cache_forgets_by_itself(client: redis.Redis):
    cache = RedisCache(client)
    assert cache.get("person:U1") is None
    cache.put("person:U1", "Ana — 東京", 60)
    assert cache.get("person:U1") == "Ana — 東京"
    assert 0 < int(str(client.ttl("cs:cache:person:U1"))) <= 60


def test_several_are_told_at_once_in_their_order(client: redis.Redis):
    cache = RedisCache(client)
    cache.put("person:U1", "Ana", 60)
    cache.put("person:U3", "Chloe", 60)
    assert cache.get_many(["person:U3", "person:U2", "person:U1"]) == ["Chloe", None, "Ana"]


def test_what_is_remembered_near_is_asked_for_once_while_it_is_fresh(client: redis.Redis):
    near, shared = NearCache(RedisCache(client)), RedisCache(client)
    shared.put("person:U1", "Ana", 60)
    assert near.get("person:U1") == "Ana"
    client.delete("cs:cache:person:U1")
    assert near.get("person:U1") == "Ana"
    near.put("person:U2", "Ben", 60)
    assert shared.get("person:U2") == "Ben"
    client.delete("cs:cache:person:U2")
    assert near.get("person:U2") == "Ben"
    shared.put("person:U3", "Chloe", 60)
    assert near.get_many(["person:U4", "person:U3", "person:U1"]) == [None, "Chloe", "Ana"]


def test_nothing_is_remembered_for_longer_than_it_is_fresh(
    client: redis.Redis, monkeypatch: pytest.MonkeyPatch
):
    near, now = NearCache(RedisCache(client)), time.monotonic()
    client.set("cs:cache:person:U1", "Ana", px=20_000)  # somebody looked 40 s ago
    near.put("person:U2", "Ben", 60)
    assert near.get("person:U1") == "Ana"
    client.flushall()
    for later_s, known in ((19, ["Ana", "Ben"]), (21, [None, "Ben"]), (61, [None, None])):
        monkeypatch.setattr(time, "monotonic", lambda at=now + later_s: at)
        assert [near.get("person:U1"), near.get("person:U2")] == known


def test_no_more_than_so_much_is_remembered_near(
    client: redis.Redis, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cache_module, "_MOST", 2)
    near = NearCache(RedisCache(client))
    for person in ("U1", "U2", "U3"):
        near.put(person, "somebody", 60)
    client.flushall()
    assert [near.get(person) for person in ("U1", "U2", "U3")] == [None, None, "somebody"]
