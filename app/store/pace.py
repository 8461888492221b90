"""`Pace` on Redis: keys that end by themselves, seen by every process."""

from __future__ import annotations

import redis

from .connection import COUNTERS, script, talk


class RedisPace:
    """A gap between two sends to one place."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._reserve = script(client, "pace")

    def reserve(self, place: str, gap_ms: int, ahead: float | None = None) -> int:
        keys, args = [f"cs:pace:{place}", _hold(place)], [gap_ms, "" if ahead is None else ahead]
        return int(talk(lambda: self._reserve(keys=keys, args=args)))

    def held(self, place: str) -> int:
        return max(0, int(talk(lambda: self._redis.pttl(_hold(place)))))

    def hold(self, place: str, wait_ms: int) -> None:
        talk(lambda: self._redis.set(_hold(place), "1", px=max(1, wait_ms)))

    def count(self, counter: str) -> None:
        talk(lambda: self._redis.hincrby(COUNTERS, counter, 1))


def _hold(place: str) -> str:
    return f"cs:hold:{place}"
