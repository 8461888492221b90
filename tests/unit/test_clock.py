"""How long the clock sleeps between two looks."""

from __future__ import annotations

import threading

import pytest

from app.domain.due import Lane
from tests.memory.lanes import MemoryLanes
from workers import clock

NOW = 1_790_000_000_000


class Nap(threading.Event):
    """Asked to stop at the first sleep, whose length it keeps."""

    length_s = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.length_s = timeout or 0.0
        self.set()
        return True


def lanes_with(**in_ms: int) -> MemoryLanes:
    """Something is due in each of these lanes, in so long."""
    lanes = MemoryLanes(lambda: NOW)
    for lane, wait_ms in in_ms.items():
        lanes.lanes[Lane(lane)].due.put("req_a", NOW + wait_ms)
    return lanes


def slept_s(lanes: MemoryLanes) -> float:
    nap = Nap()
    clock.run(lanes, nap)
    return nap.length_s


def test_it_sleeps_until_the_first_of_all_is_due_and_rings_for_none_before():
    lanes = lanes_with(slack=300, time=200)
    assert slept_s(lanes) == pytest.approx(0.2)
    assert not any(lane.rung for lane in lanes.lanes.values())


def test_it_never_sleeps_for_long_as_others_may_make_something_due_earlier():
    assert slept_s(lanes_with()) == slept_s(lanes_with(time=3_600_000))


def test_where_it_rang_it_looks_again_soon_as_whoever_came_may_put_it_off_for_a_moment():
    lanes = lanes_with(slack=0, time=3_600_000)
    assert slept_s(lanes) < slept_s(lanes_with()) / 10
    assert lanes.lanes[Lane.SLACK].rung == 1
