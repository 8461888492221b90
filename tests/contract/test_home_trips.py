"""Drawing a Home takes as many look-ups for 10,000 requests that wait as for ten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis
from redis.connection import AbstractConnection

from app.domain.due import Lane
from app.home_lane import HomeLane
from app.looking import Looking
from app.store.absences import RedisAbsences
from app.store.bells import Bells
from app.store.gate import RedisGate
from app.store.homes import RedisHomes
from app.store.inspection import RedisInspection
from app.store.lanes import RedisLanes
from app.store.queues import RedisQueues
from app.store.requests import RedisRequests
from policies.plan import Stage
from tests import fakes
from tests.builders import evaluation, opened, plan
from tests.unit.test_home_lane import FakeTabs

ANA = "U0ANA00001"
ANAS = evaluation(plan=plan(stages=(Stage(reviewers=(ANA,)),)))

pytestmark = pytest.mark.parametrize("backend", ["valkey"], indirect=True)


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How often something is sent to the server: a pipeline goes in one."""
    sent, real = [0], AbstractConnection.send_packed_command

    def send(connection: Any, *args: Any, **kwargs: Any) -> Any:
        sent[0] += 1
        return real(connection, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(AbstractConnection, "send_packed_command", send)
        yield sent


def ask(store: RedisRequests, count: int) -> None:
    """So many more that wait for Ana."""
    while count > 0:
        some = [opened(evaluation=ANAS) for _ in range(min(count, 500))]
        done = store.commit_many([(one, f"open {one.request.id}") for one in some])
        assert all(done)
        count -= len(some)


def test_it_takes_as_many_trips_and_calls_however_much_waits(
    client: redis.Redis, bells: Bells, monkeypatch: pytest.MonkeyPatch
):
    store, lanes = RedisRequests(client, bells), RedisLanes(client, bells)
    homes = RedisHomes(client, bells)
    directory, tabs, gate = fakes.FakeDirectory(), FakeTabs(), RedisGate(client, bells)
    looking = Looking(store, RedisQueues(client, store), directory, gate, admins=(ANA,))
    absences, inspection = RedisAbsences(client, bells), RedisInspection(client)
    lane = HomeLane(lanes, homes, tabs, looking, absences, inspection)

    def draw() -> tuple[int, int, int]:
        """Trips to the store, calls to Slack for a person, and for a Home."""
        homes.opened(ANA)
        [claim] = lanes.claim(Lane.HOME, 1)
        people, drawn = directory.asked, len(tabs.published)
        with counted(monkeypatch) as sent:
            lane(claim)
        lanes.release(claim)
        return sent[0], directory.asked - people, len(tabs.published) - drawn

    ask(store, 10)
    draw()  # the server learns the scripts
    few = draw()
    ask(store, 9_990)
    many = draw()
    assert tabs.published[-1][1].shelves["waiting"].count == 10_000
    assert many == few
    assert few[1:] == (1, 1)
