"""What waits for a decision, by policy and by age, counted by the sets that list it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import redis
from redis.client import Pipeline

from app.domain import counting
from app.ports import AGES_S, Waiting

from . import documents
from .connection import script, talk, talk_in_one

_ENDS_MS = (0, *(age * 1000 for age in AGES_S))


class RedisWaiting:
    """One sorted set for each policy, by when what is in it was opened."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._tidy = script(client, "tidy")

    def policies(self, counters: Iterable[str]) -> list[str]:
        """Those in force, and those under which anything was ever opened."""
        opened = counting.of(counting.OPENED, dict.fromkeys(counters, 0))
        in_force = talk(lambda: self._redis.hkeys("cs:policies"))
        return sorted({str(name) for name in in_force} | {name for (name,), _ in opened})

    def figures(self, policies: Sequence[str], now: int) -> dict[str, Waiting]:
        """At the same cost for each policy, however much waits under it."""

        def ask(pipe: Pipeline) -> None:
            for policy in policies:
                key = documents.pending_key(policy)
                pipe.zrange(key, 0, 0, withscores=True)
                for younger, older in pairwise(_ENDS_MS):
                    pipe.zcount(key, f"({now - older}", now - younger if younger else "+inf")
                pipe.zcount(key, "-inf", now - _ENDS_MS[-1])

        answers = talk_in_one(self._redis, ask) if policies else []
        width = len(_ENDS_MS) + 1
        rows = (answers[at : at + width] for at in range(0, len(answers), width))
        return {name: _waiting(row, now) for name, row in zip(policies, rows, strict=True)}

    def tidy(self, policies: Sequence[str], limit: int) -> int:
        """Take out what waits no more, looking at `limit` of each; gives how many those were."""

        def ask(pipe: Pipeline) -> None:
            for policy in policies:
                self._tidy(args=[policy, limit], client=pipe)

        return sum(map(int, talk_in_one(self._redis, ask))) if policies else 0


def _waiting(row: Sequence[Any], now: int) -> Waiting:
    first, *counts = row
    oldest_ms = max(0, now - int(first[0][1])) if first else 0
    return Waiting(tuple(map(int, counts)), oldest_ms)
