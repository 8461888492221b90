"""Timers that are due at once, while those who see to them are killed: each happens once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from app.identifiers import new_operation
from app.store.bells import Bells
from app.store.connection import connect
from app.store.requests import RedisRequests
from tests.builders import evaluation, opened, plan
from tests.faults.lanes import LANES, lanes
from tests.world import World, eventually

pytestmark = pytest.mark.timeout(300)

TIMERS = 3_000
KILLS = 5
REMIND_S = 3_600


def test_reminders_outlive_the_worker_and_the_clock_and_come_once():
    with lanes() as world:
        timers = Timers(world)
        for _ in range(KILLS):
            timers.await_more()
            world.kill("worker")
            world.kill("clock")
        assert timers.left, "the last of them were killed in the middle of it"
        # What a killed worker held comes back when its lease of 60 s ends.
        eventually(lambda: not timers.left, 180, "every reminder")
        assert timers.reminders() == Counter({1: TIMERS})
        timers.close()


class Timers:
    """Requests whose reminders are due in one instant, straight in the store."""

    def __init__(self, world: World) -> None:
        self._client = connect(world.stack.server.url)
        self._store = RedisRequests(
            self._client, Bells(connect(world.stack.server.url, text=False))
        )
        self._due_ms = self._store.now() + 10_000
        self._ids = [one for number in range(TIMERS // 100) for one in self._hundred(number)]
        assert self._store.now() < self._due_ms, "all are open before the first is due"

    def _hundred(self, number: int) -> Iterator[str]:
        review = plan(channel=f"#lane{number % LANES}", remind_s=(REMIND_S,))
        opened_ms = self._due_ms - REMIND_S * 1000
        openings = [
            opened(opened_ms=opened_ms, evaluation=evaluation(plan=review)) for _ in range(100)
        ]
        assert all(self._store.commit_many([(each, new_operation()) for each in openings]))
        return (each.request.id for each in openings)

    @property
    def left(self) -> int:
        """Those whose reminder has not come: it is due, or somebody holds it under a lease."""
        hour_later = self._due_ms + REMIND_S * 1000
        return TIMERS - int(self._client.zcount("cs:due:time", hour_later, "+inf"))

    def await_more(self) -> None:
        """Wait until reminders come."""
        before = self.left
        eventually(lambda: self.left < before, 60, "more reminders")

    def reminders(self) -> Counter[int]:
        """How many requests were reminded so often."""
        return Counter(self._reminders(request_id) for request_id in self._ids)

    def close(self) -> None:
        self._client.close()

    def _reminders(self, request_id: str) -> int:
        types = [event.type.value for event in self._store.events(request_id)]
        return types.count("request.reminded")
