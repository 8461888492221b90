"""Workers on a real server: what they run, what they refuse, how they stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import redis
from rq import Callback, Queue
from rq.serializers import JSONSerializer

from app.domain.due import Lane
from app.store.bells import Bells, queue_name
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.lanes import RedisLanes
from tests.servers import running_server
from workers import clock, jobs
from workers.worker import THREADS, WorkerThreads


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def raw(server: EmbeddedServer) -> Iterator[redis.Redis]:
    client = connect(server.url, text=False)
    client.flushall()
    yield client
    client.close()


class Drained:
    """Stands in for the lanes: notes which were drained."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []

    def serve(self, lane: Lane) -> None:
        self.lanes.append(lane)


@pytest.fixture
def drained() -> Drained:
    drained = Drained()
    jobs.equip(drained.serve)
    return drained


@pytest.fixture
def workers(server: EmbeddedServer) -> Iterator[WorkerThreads]:
    workers = WorkerThreads(partial(connect, server.url, text=False))
    workers.start()
    yield workers
    workers.stop()


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_bell_has_its_lane_drained(raw: redis.Redis, drained: Drained, workers: WorkerThreads):
    for lane in Lane:
        Bells(raw).ring(lane)
    until(lambda: set(drained.lanes) == set(Lane))


def test_a_job_that_is_not_ours_is_not_run(
    raw: redis.Redis, drained: Drained, workers: WorkerThreads, tmp_path: Path
):
    mark = tmp_path / "run"
    queue = Queue(queue_name(Lane.TIME), connection=raw, serializer=JSONSerializer)
    queue.enqueue("os.mkdir", str(mark))
    queue.enqueue("workers.jobs.run_timers", on_success=Callback("os.getcwd"))
    Bells(raw).ring(Lane.TIME)
    until(lambda: Lane.TIME in drained.lanes)
    until(lambda: queue.count == 0)
    assert not mark.exists()


def test_workers_come_back_after_the_server_does(
    server: EmbeddedServer, raw: redis.Redis, drained: Drained, workers: WorkerThreads
):
    server.stop()
    server.start()
    until(lambda: _rings(raw, drained))


def _rings(raw: redis.Redis, drained: Drained) -> bool:
    Bells(raw).answer(Lane.SLACK)
    Bells(raw).ring(Lane.SLACK)
    return Lane.SLACK in drained.lanes


def test_idle_workers_stop_when_they_are_told_to(server: EmbeddedServer, drained: Drained):
    before = threading.active_count()
    workers = WorkerThreads(partial(connect, server.url, text=False))
    workers.start()
    until(lambda: threading.active_count() >= before + sum(THREADS.values()))
    workers.stop()
    until(lambda: threading.active_count() <= before)


def test_the_clock_rings_for_what_is_due_and_for_nothing_else(raw: redis.Redis):
    text = redis.Redis(connection_pool=raw.connection_pool)
    lanes, stop = RedisLanes(text, Bells(raw)), threading.Event()
    seconds, _ = raw.time()
    raw.zadd("cs:due:callback", {"req_due": 1})
    raw.zadd("cs:due:slack", {"req_later": (int(seconds) + 3600) * 1000})
    thread = threading.Thread(target=clock.run, args=(lanes, stop))
    thread.start()
    until(lambda: raw.llen(f"rq:queue:{queue_name(Lane.CALLBACK)}") >= 1)
    stop.set()
    thread.join()
    assert raw.llen(f"rq:queue:{queue_name(Lane.SLACK)}") == 0


def test_unanswered_bells_do_not_pile_up_for_ever(raw: redis.Redis):
    bells = Bells(raw)
    for _ in range(300):
        bells.answer(Lane.TIME)
        bells.ring(Lane.TIME)
    assert raw.llen(f"rq:queue:{queue_name(Lane.TIME)}") == 100
