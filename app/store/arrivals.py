"""`Arrivals` on Redis: one key for each thing that came, which ends by itself."""

from __future__ import annotations

import secrets
from typing import Literal

import redis

from .connection import talk

KEPT_S = 660
"""A signature is good for five minutes before its time and for five after; this is longer."""

_DONE = "done"


class RedisArrivals:
    """What came from Slack, seen by every process."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def begin(self, name: str) -> Literal["new", "begun", "done"]:
        # Told from a copy's even where the reply was lost and the command is repeated.
        ours, key = secrets.token_hex(8), _key(name)

        def claim() -> str:
            if self._redis.set(key, ours, nx=True, ex=KEPT_S):
                return ours
            return str(self._redis.get(key))

        held = talk(claim)
        if held == ours:
            return "new"
        return "done" if held == _DONE else "begun"

    def done(self, name: str) -> None:
        talk(lambda: self._redis.set(_key(name), _DONE, ex=KEPT_S))


def _key(name: str) -> str:
    return f"cs:arrived:{name}"
