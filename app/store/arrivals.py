"""`Arrivals` on Redis: one key for each thing that came, which ends by itself."""

from __future__ import annotations

import secrets

import redis

from app.ports import Arrival

from .connection import script, talk

KEPT_S = 660
"""A signature is good for five minutes before its time and for five after; this is longer."""

_DONE = "done"


class RedisArrivals:
    """What came from Slack, seen by every process."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._arrive = script(client, "arrive")

    def begin(self, name: str) -> Arrival:
        ours = secrets.token_hex(8)
        at_ms, held = talk(lambda: self._arrive(keys=[_key(name)], args=[ours, KEPT_S]))
        if held == ours:
            return Arrival(name, "new", at_ms)
        return Arrival(name, "done" if held == _DONE else "begun", at_ms)

    def done(self, name: str) -> None:
        talk(lambda: self._redis.set(_key(name), _DONE, ex=KEPT_S))


def _key(name: str) -> str:
    return f"cs:arrived:{name}"
