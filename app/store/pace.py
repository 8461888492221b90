"""`Pace` and `Cache` on Redis: keys that end by themselves, seen by every process."""

from __future__ import annotations

from collections.abc import Sequence

import redis

from .connection import COUNTERS, script, talk


class RedisPace:
    """A gap between two sends to one place."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._reserve = script(client, "pace")

    def reserve(self, place: str, gap_ms: int, ahead: float | None = None) -> int:
        args = [gap_ms, "" if ahead is None else ahead]
        return int(talk(lambda: self._reserve(keys=[f"cs:pace:{place}"], args=args)))

    def held(self, place: str) -> int:
        return max(0, int(talk(lambda: self._redis.pttl(f"cs:hold:{place}"))))

    def hold(self, place: str, wait_ms: int) -> None:
        talk(lambda: self._redis.set(f"cs:hold:{place}", "1", px=max(1, wait_ms)))

    def count(self, counter: str) -> None:
        talk(lambda: self._redis.hincrby(COUNTERS, counter, 1))


class RedisCache:
    """What was looked up lately."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def get(self, key: str) -> str | None:
        found = talk(lambda: self._redis.get(f"cs:cache:{key}"))
        return None if found is None else str(found)

    def get_many(self, keys: Sequence[str]) -> list[str | None]:
        found = talk(lambda: self._redis.mget([f"cs:cache:{key}" for key in keys]))
        return [None if text is None else str(text) for text in found]

    def put(self, key: str, value: str, fresh_s: int) -> None:
        talk(lambda: self._redis.set(f"cs:cache:{key}", value, ex=fresh_s))
