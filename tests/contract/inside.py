"""What the ports don't show of a store, asked alike of Redis and of memory."""

from __future__ import annotations

import copy
import json
from functools import partial
from typing import Any, Protocol

import redis
from redis.client import NEVER_DECODE

from app.domain.due import Lane
from app.store.bells import queue_name
from tests.memory.requests import MemoryStore


class Inside(Protocol):
    """A look behind the ports, and a hand where a test can't wait."""

    def everything(self) -> object:
        """All that is stored, to be compared with what is stored later."""

    def left(self) -> set[str]:
        """What is stored beside the stream of events, the counters, and bells."""

    def stream(self) -> list[str]:
        """The types of all events, oldest first."""

    def due_ms(self, lane: Lane, request_id: str) -> int | None:
        """When it is due."""

    def make_due(self, lane: Lane, request_id: str) -> None:
        """The wait of what was put off is over."""

    def claimed(self, lane: Lane) -> int:
        """How many are held, or were let go undone."""

    def set_aside(self, lane: Lane) -> dict[str, int]:
        """How often each of those that are set aside has failed."""

    def jobs(self, lane: Lane) -> int:
        """How often a worker was called."""

    def used_up(self, key: str) -> set[int]:
        """The ends of the slices (ms) in which a limit was used."""

    def use_up(self, key: str, end_ms: int, count: int) -> None:
        """So many approvals counted in the slice that ends then."""


def contents(client: redis.Redis, pattern: str) -> dict[str, object]:
    """What lies at each of the keys, to be compared: a server keeps it in whatever order."""
    return {str(key): content(client, str(key)) for key in client.keys(pattern)}


def content(client: redis.Redis, key: str) -> object:
    """What lies at a key, in bytes."""
    ask: Any = partial(client.execute_command, **{NEVER_DECODE: True})
    match client.type(key):
        case "hash":
            return dict(ask("HGETALL", key))
        case "zset":
            return ask("ZRANGE", key, 0, -1, "WITHSCORES")
        case "set":
            return set(ask("SMEMBERS", key))
        case "list":
            return ask("LRANGE", key, 0, -1)
        case "stream":
            return ask("XRANGE", key, "-", "+")
        case _:
            return ask("GET", key)


class InsideRedis:
    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def everything(self) -> object:
        # Bells end by themselves.
        found = contents(self._redis, "cs:*")
        return {key: content for key, content in found.items() if not key.startswith("cs:bell")}

    def left(self) -> set[str]:
        keys = set(map(str, self._redis.keys("cs:*"))) - {"cs:events", "cs:counters"}
        return {key for key in keys if not key.startswith("cs:bell")}

    def stream(self) -> list[str]:
        entries: Any = self._redis.xrange("cs:events")
        return [json.loads(fields["event"])["type"] for _, fields in entries]

    def due_ms(self, lane: Lane, request_id: str) -> int | None:
        score = self._redis.zscore(f"cs:due:{lane.value}", request_id)
        return None if score is None else int(score)

    def make_due(self, lane: Lane, request_id: str) -> None:
        self._redis.zadd(f"cs:due:{lane.value}", {request_id: 0})

    def claimed(self, lane: Lane) -> int:
        return int(self._redis.hlen(f"cs:claims:{lane.value}"))

    def set_aside(self, lane: Lane) -> dict[str, int]:
        found = self._redis.hgetall(f"cs:aside:{lane.value}")
        return {str(one): int(str(told).split(" ")[0]) for one, told in found.items()}

    def jobs(self, lane: Lane) -> int:
        return int(self._redis.llen(f"rq:queue:{queue_name(lane)}"))

    def used_up(self, key: str) -> set[int]:
        return {int(str(name).split(":")[0]) for name in self._redis.hkeys(f"cs:limit:{key}")}

    def use_up(self, key: str, end_ms: int, count: int) -> None:
        self._redis.hset(f"cs:limit:{key}", mapping={f"{end_ms}:n": count, f"{end_ms}:s": 0})


class InsideMemory:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def everything(self) -> object:
        store = self._store
        kept = (store.rows, store.stream, store.replays, store.limits, store.lanes.lanes)
        return copy.deepcopy(kept)

    def left(self) -> set[str]:
        store = self._store
        found = {*store.rows, *map(str, store.replays), *store.limits.slices}
        for one in store.lanes.lanes.values():
            found |= {*one.due.at, *one.stated, *one.leases, *one.aside}
        return found

    def stream(self) -> list[str]:
        return [event.type.value for event in self._store.stream]

    def due_ms(self, lane: Lane, request_id: str) -> int | None:
        return self._store.lanes.lanes[lane].due.at.get(request_id)

    def make_due(self, lane: Lane, request_id: str) -> None:
        self._store.lanes.lanes[lane].due.put(request_id, 0)

    def claimed(self, lane: Lane) -> int:
        return len(self._store.lanes.lanes[lane].leases)

    def set_aside(self, lane: Lane) -> dict[str, int]:
        return dict(self._store.lanes.lanes[lane].aside)

    def jobs(self, lane: Lane) -> int:
        return self._store.lanes.lanes[lane].rung

    def used_up(self, key: str) -> set[int]:
        return set(self._store.limits.slices.get(key, ()))

    def use_up(self, key: str, end_ms: int, count: int) -> None:
        self._store.limits.slices[key] = {end_ms: (count, 0)}
