"""`Cache`: on Redis, where every process sees it, and near, where it costs no round trip."""

from __future__ import annotations

import time
from collections.abc import Sequence

import redis
from redis.client import Pipeline

from .connection import talk, talk_in_one

_MOST = 10_000
"""So much is remembered near; then all of it is asked for anew."""


class RedisCache:
    """Keys that end by themselves, seen by every process."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def get(self, key: str) -> str | None:
        return self.get_many([key])[0]

    def get_many(self, keys: Sequence[str]) -> list[str | None]:
        return [None if found is None else found[0] for found in self.fresh(keys)]

    def put(self, key: str, value: str, fresh_s: int) -> None:
        talk(lambda: self._redis.set(_key(key), value, ex=fresh_s))

    def fresh(self, keys: Sequence[str]) -> list[tuple[str, float] | None]:
        """What was put there, and for how many seconds each is fresh yet; in one trip."""

        def ask(pipe: Pipeline) -> None:
            pipe.mget(map(_key, keys))
            for key in keys:
                pipe.pttl(_key(key))

        values, *left_ms = talk_in_one(self._redis, ask)
        pairs = zip(values, left_ms, strict=True)
        return [None if value is None else (str(value), ms / 1000) for value, ms in pairs]


class NearCache:
    """What this process put into the cache or got from it, remembered for as long as it is fresh.

    So what everybody asks for all the time is asked once a minute. What another process has looked
    up meanwhile is only seen then.
    """

    def __init__(self, cache: RedisCache) -> None:
        self._cache = cache
        self._known: dict[str, tuple[str, float]] = {}

    def get(self, key: str) -> str | None:
        return self.get_many([key])[0]

    def get_many(self, keys: Sequence[str]) -> list[str | None]:
        now = time.monotonic()
        known = {key: self._fresh(key, now) for key in keys}
        missing = [key for key, value in known.items() if value is None]
        asked = self._cache.fresh(missing) if missing else []
        for key, found in zip(missing, asked, strict=True):
            if found is not None:
                known[key] = self._remembered(key, found[0], now + found[1])
        return [known[key] for key in keys]

    def put(self, key: str, value: str, fresh_s: int) -> None:
        now = time.monotonic()
        self._cache.put(key, value, fresh_s)
        self._remembered(key, value, now + fresh_s)

    def _fresh(self, key: str, now: float) -> str | None:
        value, end = self._known.get(key, ("", now))
        return value if now < end else None

    def _remembered(self, key: str, value: str, end: float) -> str:
        if len(self._known) >= _MOST:
            self._known = {}
        self._known[key] = (value, end)
        return value


def _key(key: str) -> str:
    return f"cs:cache:{key}"
