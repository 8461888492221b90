"""`Pulse` on Redis: a key for each who is at work, which ends by itself and so tells its age."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress

import redis
from redis.client import Pipeline
from redis.exceptions import RedisError

from app.domain.due import Lane
from app.ports import CLOCK, worker_of

from .connection import talk_in_one

EVERY_S = 5.0
"""The least time between two beats that one process writes for the same work."""

_KEPT_MS = 3_600_000
_ALL = (CLOCK, *(worker_of(lane) for lane in Lane))


class RedisPulse:
    """Ages are told by the server's own clock alone: that of a key's end."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._wrote: dict[str, float] = {}

    def beat(self, who: str) -> None:
        now = time.monotonic()
        if now - self._wrote.get(who, -EVERY_S) < EVERY_S:
            return
        self._wrote[who] = now
        with suppress(RedisError):
            self._redis.set(_key(who), "1", px=_KEPT_MS)

    def ages(self) -> Mapping[str, int | None]:
        def ask(pipe: Pipeline) -> None:
            for who in _ALL:
                pipe.pttl(_key(who))

        left = map(int, talk_in_one(self._redis, ask))
        return {who: _KEPT_MS - ms if ms >= 0 else None for who, ms in zip(_ALL, left, strict=True)}


def _key(who: str) -> str:
    return f"cs:pulse:{who}"
