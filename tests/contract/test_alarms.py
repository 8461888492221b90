"""The outbox of alarms: kept until they were told, and none is lost."""

from __future__ import annotations

import pytest
import redis

from app.domain.alarms import Alarm
from app.domain.commands import Override
from app.domain.episodes import Episode
from app.domain.findings import Kind
from app.domain.request import Actor, Operator
from app.domain.transition import Transition
from app.ports import Conflict
from app.store.alarms import MOST, RedisAlarms
from app.store.requests import RedisRequests
from policies.plan import Outcome
from tests.builders import NOW
from tests.contract.conftest import ON_REDIS
from tests.contract.test_requests import open_one, prepared

GOING_ON = Episode(kind=Kind.OVERDUE, lane=None, since_ms=NOW, said_ms=NOW, seen_ms=NOW, unsaid=0)

pytestmark = ON_REDIS


@pytest.fixture
def alarms(client: redis.Redis) -> RedisAlarms:
    return RedisAlarms(client)


def numbered(*numbers: int) -> list[Alarm]:
    return [Alarm(at_ms=NOW, kind="overdue", text=f"alarm {n}", ids=("req_1",)) for n in numbers]


def overridden(store: RedisRequests) -> Transition:
    request = open_one(store)
    command = Override(
        by=Actor(kind="person", id="ana@example.com", name="ana@example.com"),
        operator=Operator(account="root", host="host-1"),
        outcome=Outcome.APPROVE,
        digest=request.body.digest,
        reason="Slack is down.",
    )
    return prepared(store, request, command)


def test_alarms_wait_in_order_until_they_were_told(alarms: RedisAlarms):
    alarms.keep({}, numbered(1, 2, 3))
    assert alarms.waiting(2) == numbered(1, 2)
    alarms.keep({}, numbered(4))
    alarms.told(numbered(1, 2))
    assert alarms.waiting(10) == numbered(3, 4)


def test_what_goes_on_is_remembered_until_it_is_over(alarms: RedisAlarms):
    assert alarms.episodes() == {}
    alarms.keep({"overdue:slack": GOING_ON}, [])
    assert alarms.episodes() == {"overdue:slack": GOING_ON}
    alarms.keep({}, [])
    assert alarms.episodes() == {}


def test_the_newest_wait_when_nobody_takes_them_for_days(alarms: RedisAlarms):
    alarms.keep({}, numbered(*range(MOST + 5)))
    assert alarms.waiting(1) == numbered(5)


def test_what_can_t_be_read_stands_in_nobody_s_way(alarms: RedisAlarms, client: redis.Redis):
    client.rpush("cs:alarms", "{}")
    client.hset("cs:audit:episodes", "overdue:slack", "{}")
    alarms.keep({}, numbered(1))
    assert alarms.waiting(10) == numbered(1)
    assert client.llen("cs:alarms") == 1
    client.hset("cs:audit:episodes", "overdue:slack", "{}")
    assert alarms.episodes() == {}


def test_a_decision_by_break_glass_and_its_alarm_are_one_commit(
    store: RedisRequests, alarms: RedisAlarms, client: redis.Redis
):
    transition = overridden(store)
    store.commit(transition, "op-override")
    store.commit(transition, "op-override")  # the reply of the first was lost
    assert alarms.waiting(10) == [transition.alarm]
    assert client.hget("cs:counters", "break_glass") == "1"


def test_a_decision_that_comes_too_late_raises_no_alarm(store: RedisRequests, alarms: RedisAlarms):
    transition = overridden(store)
    store.commit(transition, "op-1")
    with pytest.raises(Conflict):
        store.commit(transition, "op-2")
    assert len(alarms.waiting(10)) == 1
