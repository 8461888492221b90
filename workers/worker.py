"""The worker process: RQ SimpleWorkers on threads, some for each lane, stopped by a flag."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import redis
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from app.bootstrap.store import build_pulse
from app.bootstrap.worker import build_shifts
from app.domain.due import Lane
from app.faults import described
from app.ports import worker_of
from app.process import starting, stop_signal
from app.store.bells import queue_name
from app.store.connection import connect

from . import jobs

_log = logging.getLogger("countersign.worker")

THREADS = {Lane.TIME: 2, Lane.SLACK: 4, Lane.CALLBACK: 16, Lane.PEOPLE: 1, Lane.HOME: 2}
"""Callbacks have the most: each of up to 4 sends to one host can hang for 20 s, and some hosts
may hang while the others go on."""

_SHIFT_S = 60.0
"""After this a worker leaves its lane to the next one, so that RQ, for which a shift is a job,
knows that it is alive: it forgets who was not heard of for 90 s."""

STOP_S = 25
"""A send is over in 20 s; who takes longer than this to stop is left behind, its lease runs out."""


class LaneWorker(SimpleWorker):
    """An RQ worker on a thread: no signals, no commands from Redis, stopped by a flag."""

    death_penalty_class = TimerDeathPenalty
    max_connection_wait_time = 1

    def __init__(
        self, lane: Lane, connection: redis.Redis, stop: threading.Event, beat: Callable[[], None]
    ) -> None:
        self._stop = stop
        self._beat = beat
        super().__init__(
            [queue_name(lane)],
            connection=connection,
            job_class=jobs.AllowedJob,
            serializer=JSONSerializer,
            worker_ttl=30,
            log_job_description=False,
        )

    @property
    def dequeue_timeout(self) -> int:
        """Seconds of waiting for a job before the flag is looked at again."""
        return 2

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        """RQ's own rhythm, and the place to leave from: it beats before and after each job."""
        if self._stop.is_set():
            raise StopRequested
        super().heartbeat(*args, **kwargs)
        self._beat()

    def _install_signal_handlers(self) -> None:
        """Signals belong to the process."""

    def subscribe(self) -> None:
        """Nobody who can write to Redis may command a worker."""

    def unsubscribe(self) -> None:
        """Never subscribed."""


class WorkerThreads:
    """All workers of a process. `connect` makes a Redis client of bytes, one for each thread.

    `beat` is told who is at work.
    """

    def __init__(
        self, connect: Callable[[], redis.Redis], beat: Callable[[str], None] = lambda _: None
    ) -> None:
        self._connect = connect
        self._beat = beat
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name=f"{lane.value}-{n}", daemon=True)
            for lane, count in THREADS.items()
            for n in range(count)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def serve(self, shift: Callable[[Lane, Callable[[], bool]], None], lane: Lane) -> None:
        """Do a shift in a lane, until it is over or all are told to stop."""
        end = time.monotonic() + _SHIFT_S

        def on_duty() -> bool:
            self._beat(worker_of(lane))
            return not self._stop.is_set() and time.monotonic() < end

        shift(lane, on_duty)

    def stop(self) -> None:
        """Let each finish what it is at, and wait for all of them, `STOP_S` at most."""
        self._stop.set()
        end = time.monotonic() + STOP_S
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self, lane: Lane) -> None:
        """Work until told to stop; RQ gives up on some errors of Redis, so begin again."""
        while not self._stop.is_set():
            try:
                beat = partial(self._beat, worker_of(lane))
                worker = LaneWorker(lane, self._connect(), self._stop, beat)
                worker.work(logging_level="WARNING")
            except Exception as error:
                # Whatever it was, the lane needs its workers.
                _log.warning("a worker of lane %s starts anew: %s", lane.value, described(error))
            self._stop.wait(0.5)


def main() -> None:
    """The `worker` of the Procfile: runs until SIGTERM or SIGINT."""
    with starting("worker") as settings:
        pulse = build_pulse(settings)
        threads = WorkerThreads(partial(connect, settings.redis_url, text=False), pulse.beat)
        jobs.equip(partial(threads.serve, build_shifts(settings)))
    stop = stop_signal()
    threads.start()
    _log.info("worker ready: %d threads", sum(THREADS.values()))
    stop.wait()
    threads.stop()


if __name__ == "__main__":
    main()
