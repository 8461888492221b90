"""`Pace` and `Cache` on Redis: keys that end by themselves, seen by every process."""

from __future__ import annotations

import redis

from .connection import talk


class RedisPace:
    """A gap between two sends to one place."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def reserve(self, place: str, gap_ms: int) -> int:
        key = f"cs:pace:{place}"
        if talk(lambda: self._redis.set(key, "1", nx=True, px=gap_ms)):
            return 0
        return max(1, int(talk(lambda: self._redis.pttl(key))))

    def hold(self, place: str, wait_ms: int) -> None:
        talk(lambda: self._redis.set(f"cs:pace:{place}", "1", px=max(1, wait_ms)))


class RedisCache:
    """What was looked up lately."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def get(self, key: str) -> str | None:
        found = talk(lambda: self._redis.get(f"cs:cache:{key}"))
        return None if found is None else str(found)

    def put(self, key: str, value: str, fresh_s: int) -> None:
        talk(lambda: self._redis.set(f"cs:cache:{key}", value, ex=fresh_s))
