"""Bells: an RQ job tells a worker to look at a lane. It carries no work and may be lost."""

from __future__ import annotations

import logging

import redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from app.domain.due import Lane

_log = logging.getLogger("countersign.store")

_JOBS = {
    Lane.TIME: "workers.jobs.run_timers",
    Lane.SLACK: "workers.jobs.sync_cards",
    Lane.CALLBACK: "workers.jobs.send_callbacks",
    Lane.PEOPLE: "workers.jobs.move_work",
    Lane.HOME: "workers.jobs.draw_homes",
}

QUIET_MS = 1000
"""A bell rings once and is quiet until a worker answers it, or for this long if none does."""

_UNHEARD = 100
"""Bells that may wait unanswered; with no worker about, more of them would only take space."""


def queue_name(lane: Lane) -> str:
    """One queue per lane, each with workers of its own."""
    return f"countersign-{lane.value}"


class Bells:
    """One RQ queue per lane."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._queues = {
            lane: Queue(queue_name(lane), connection=client, serializer=JSONSerializer)
            for lane in Lane
        }

    def ring(self, lane: Lane) -> None:
        """Ask a worker to look at the lane, unless one was just asked or none seems to listen."""
        try:
            heard = self._queues[lane].count < _UNHEARD
            if heard and self._redis.set(f"cs:bell:{lane.value}", "1", nx=True, px=QUIET_MS):
                self.enqueue(lane)
        except RedisError as error:
            _log.warning("the bell of lane %s was not rung: %s", lane.value, error)

    def answer(self, lane: Lane) -> None:
        """Somebody is looking: whoever commits from now on has to ring again."""
        try:
            self._redis.delete(f"cs:bell:{lane.value}")
        except RedisError as error:
            _log.warning("the bell of lane %s stays quiet for a second: %s", lane.value, error)

    def enqueue(self, lane: Lane) -> None:
        """The RQ job itself. Losing it is harmless: the clock rings for whatever is still due.

        RQ's own time-out would raise in the middle of a commit; ours are on every network call.
        """
        queue = self._queues[lane]
        try:
            queue.enqueue(_JOBS[lane], job_timeout=-1, result_ttl=0, ttl=60, failure_ttl=60)
        except RedisError as error:
            _log.warning("no job for lane %s, the clock will ring: %s", lane.value, error)
