"""Bells: somebody is asked to look at a lane. They carry no work and may be lost.

A worker that has looked stays near for a while and waits for the bell, so that what is due next
costs it one answer of Redis. Where nobody is near, a job of RQ calls a worker.
"""

from __future__ import annotations

import logging
import threading

import redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from app.domain.due import Lane
from app.identifiers import new_operation

from .connection import once, script

_log = logging.getLogger("countersign.store")

_JOBS = {
    Lane.TIME: "workers.jobs.run_timers",
    Lane.SLACK: "workers.jobs.sync_cards",
    Lane.CALLBACK: "workers.jobs.send_callbacks",
    Lane.PEOPLE: "workers.jobs.move_work",
    Lane.HOME: "workers.jobs.draw_homes",
}

_UNHEARD = 100
"""Jobs that may wait; with no worker about, more of them would only take space."""


def queue_name(lane: Lane) -> str:
    """One queue per lane, each with workers of its own."""
    return f"countersign-{lane.value}"


class Bells:
    """One bell and one RQ queue per lane."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._ring = script(client, "bells", "ring")
        self._process = new_operation()
        self._queues = {
            lane: Queue(queue_name(lane), connection=client, serializer=JSONSerializer)
            for lane in Lane
        }

    @property
    def me(self) -> str:
        """This thread, among those that are near a bell."""
        return f"{self._process}.{threading.get_ident()}"

    def ring(self, lane: Lane) -> None:
        """Ask a worker to look at the lane, unless one was just asked."""
        try:
            if self._ring(args=[lane.value]):
                self.call(lane)
        except RedisError as error:
            _log.warning("the bell of lane %s was not rung: %s", lane.value, error)

    def call(self, lane: Lane) -> None:
        """Have RQ bring a worker. Losing it is harmless: the clock rings for whatever is still due.

        RQ's own time-out would raise in the middle of a commit; ours are on every network call.
        """
        queue = self._queues[lane]
        try:
            if queue.count < _UNHEARD:
                queue.enqueue(_JOBS[lane], job_timeout=-1, result_ttl=0, ttl=60, failure_ttl=60)
        except RedisError as error:
            _log.warning("no job for lane %s, the clock will ring: %s", lane.value, error)

    def answer(self, lane: Lane) -> None:
        """A worker came: whoever finds nobody near from now on calls again."""
        once(lambda: self._redis.delete(f"{_bell(lane)}:called"))

    def listen(self, lane: Lane, wait_s: float) -> None:
        """Wait until the bell rings, for `wait_s` at most. Raises `StoreUnavailable`.

        For whoever a claim that found nothing has left near it (`claim.lua`).
        """
        once(lambda: self._redis.blpop([f"{_bell(lane)}:rung"], wait_s))

    def leave(self, lane: Lane) -> None:
        """Be near no more, and have somebody else take the place. Raises `StoreUnavailable`."""
        once(lambda: self._redis.zrem(f"{_bell(lane)}:near", self.me))
        self.ring(lane)


def _bell(lane: Lane) -> str:
    return f"cs:bell:{lane.value}"
