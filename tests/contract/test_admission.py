"""How much a client may ask, exactly, and the pace of what comes past that."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
import redis

from app.ports import Client, ClientLimit
from app.store.gate import RedisAdmission
from app.store.requests import RedisRequests
from tests.contract.conftest import ON_REDIS

pytestmark = ON_REDIS


@pytest.fixture
def admission(client: redis.Redis) -> RedisAdmission:
    return RedisAdmission(client)


def limited(count: int, window_s: int) -> Client:
    return Client(id="agent", limit=ClientLimit(count=count, window_s=window_s))


def test_a_client_without_a_limit_is_never_held(admission: RedisAdmission, client: redis.Redis):
    assert [admission.admit(Client(id="agent")) for _ in range(100)] == [None] * 100
    assert client.keys("cs:admission:*") == []


def test_as_many_pass_as_the_limit_says_and_the_rest_come_at_its_pace(
    admission: RedisAdmission, store: RedisRequests
):
    before = store.now()
    slots = [admission.admit(limited(4, 60)) for _ in range(12)]
    assert slots[:4] == [None] * 4
    later = [slot for slot in slots[4:] if slot is not None]
    assert len(later) == 8
    assert before + 60_000 <= later[0] <= store.now() + 60_000
    assert [b - a for a, b in pairwise(later)] == [15_000] * 7


def test_no_window_has_more_than_the_limit(admission: RedisAdmission, client: redis.Redis):
    """Also not where a crowd comes just before the first slots leave the window."""
    now = admission.admit(limited(3, 60))
    assert now is None
    base = int(client.lindex("cs:admission:agent", 0) or 0)
    slots = [base - 59_000, base - 30_000, base - 10_000]
    client.delete("cs:admission:agent")
    client.lpush("cs:admission:agent", *slots)
    for _ in range(9):
        slots.append(admission.admit(limited(3, 60)) or 0)
    assert 0 not in slots
    assert all(d - a >= 60_000 for a, d in zip(slots, slots[3:], strict=False))


def test_what_left_the_window_makes_room_again(admission: RedisAdmission, client: redis.Redis):
    admission.admit(limited(2, 60))
    base = int(client.lindex("cs:admission:agent", 0) or 0)
    client.delete("cs:admission:agent")
    client.lpush("cs:admission:agent", base - 60_001, base - 60_000)
    assert admission.admit(limited(2, 60)) is None
    assert admission.admit(limited(2, 60)) is None
    assert admission.admit(limited(2, 60)) is not None


def test_slots_nobody_uses_are_forgotten(admission: RedisAdmission, client: redis.Redis):
    for _ in range(50):
        admission.admit(limited(2, 60))
    assert client.llen("cs:admission:agent") == 2
    assert 0 < client.pttl("cs:admission:agent") <= 60_000 + 60_000 + 49 * 30_000


def test_fifty_at_once_get_exactly_what_there_is(admission: RedisAdmission):
    start, slots = threading.Barrier(50), []

    def ask() -> None:
        start.wait()
        slots.append(admission.admit(limited(20, 3600)))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slots.count(None) == 20
    assert len(set(slots)) == 31
