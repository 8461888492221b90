"""What `/metrics` reads: counters that go up with the commit, and sets of what waits."""

from __future__ import annotations

import time

import pytest
import redis

from app.auditor import Auditor
from app.changes import change
from app.domain.commands import CallbackTried
from app.domain.due import Lane
from app.ports import CLOCK, worker_of
from app.store.alarms import RedisAlarms
from app.store.documents import pending_key
from app.store.inspection import RedisInspection
from app.store.pace import RedisPace
from app.store.pulse import RedisPulse
from app.store.requests import RedisRequests
from tests.builders import applied, approval
from tests.contract.conftest import ON_REDIS
from tests.contract.test_requests import open_one, opening

pytestmark = ON_REDIS

HOUR = 3_600_000


@pytest.fixture
def inspection(client: redis.Redis) -> RedisInspection:
    return RedisInspection(client)


def audit(client: redis.Redis) -> None:
    assert Auditor(RedisInspection(client), RedisAlarms(client), None).run()


def test_counters_go_up_in_the_commit_and_once_for_each_change(
    store: RedisRequests, inspection: RedisInspection
):
    request = open_one(store)
    decision = applied(request, approval(request), store.now())
    store.commit(decision, "op-1")
    store.commit(decision, "op-1")  # a repeat after a lost reply
    counters = inspection.figures().counters
    assert counters["opened:refund"] == 1
    assert counters["decided:refund:approved:person"] == 1
    tried = CallbackTried(status=500, error="500", retry_after_s=None, took_ms=1, jitter=0)
    change(store, request.id, tried)
    assert inspection.figures().counters["callback:5xx"] == 1


def test_what_waits_is_counted_by_policy_and_by_age(
    store: RedisRequests, inspection: RedisInspection
):
    now = store.now()
    for number, age_ms in enumerate((0, 2 * HOUR, 3 * HOUR, 30 * 24 * HOUR)):
        store.commit(opening(store, opened_ms=now - age_ms), f"op-{number}")
    waiting = inspection.figures().waiting["refund"]
    assert waiting.by_age == (1, 0, 2, 0, 0, 1)
    assert waiting.oldest_ms >= 30 * 24 * HOUR


def test_what_is_decided_waits_no_more(store: RedisRequests, inspection: RedisInspection):
    request = open_one(store)
    change(store, request.id, approval(request))
    waiting = inspection.figures().waiting["refund"]
    assert (sum(waiting.by_age), waiting.oldest_ms) == (0, 0)


def test_a_policy_in_force_is_there_from_the_start(
    inspection: RedisInspection, client: redis.Redis
):
    client.hset("cs:policies", "refund", "sha256:0")
    assert sum(inspection.figures().waiting["refund"].by_age) == 0


def test_what_an_older_version_opened_is_counted_once_the_auditor_saw_it(
    store: RedisRequests, inspection: RedisInspection, client: redis.Redis
):
    open_one(store)
    client.delete(pending_key("refund"))
    audit(client)
    assert sum(inspection.figures().waiting["refund"].by_age) == 1


def test_what_an_older_version_decided_is_taken_out_by_the_auditor(
    store: RedisRequests, inspection: RedisInspection, client: redis.Redis
):
    kept, request = open_one(store), opening(store)
    store.commit(request, "op-2")
    change(store, request.request.id, approval(request.request))
    client.zadd(pending_key("refund"), {request.request.id: 0})
    audit(client)
    assert client.zrange(pending_key("refund"), 0, -1) == [kept.id]


def test_tidying_goes_on_where_it_left_off_and_begins_anew(
    inspection: RedisInspection, client: redis.Redis
):
    client.hset("cs:policies", "refund", "sha256:0")
    client.zadd("cs:index:status:pending", {"req_b": 0, "req_d": 0})
    client.zadd(pending_key("refund"), {f"req_{name}": at for at, name in enumerate("abcde")})
    assert [inspection.tidy(2) for _ in range(4)] == [1, 1, 1, 0]
    assert client.zrange(pending_key("refund"), 0, -1) == ["req_b", "req_d"]


def test_whoever_is_at_work_is_seen_and_the_others_are_not(client: redis.Redis):
    pulse = RedisPulse(client)
    pulse.beat(CLOCK)
    ages = pulse.ages()
    at = ages[CLOCK]
    assert at is not None
    assert 0 <= at < 60_000
    assert ages[worker_of(Lane.SLACK)] is None


def test_a_beat_is_written_every_few_seconds_at_the_most(
    client: redis.Redis, monkeypatch: pytest.MonkeyPatch
):
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    pulse = RedisPulse(client)
    pulse.beat(CLOCK)
    client.delete("cs:pulse:clock")
    pulse.beat(CLOCK)
    assert pulse.ages()[CLOCK] is None
    now += 5
    pulse.beat(CLOCK)
    assert pulse.ages()[CLOCK] is not None


def test_what_slack_limits_is_counted(client: redis.Redis, inspection: RedisInspection):
    RedisPace(client).count("slack_limited:chat.postMessage")
    assert inspection.figures().counters["slack_limited:chat.postMessage"] == 1
