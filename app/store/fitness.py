"""Is this Redis fit to hold approvals? Read from INFO: managed vendors forbid CONFIG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import redis
from pydantic import JsonValue

from app.domain.due import Lane
from app.domain.errors import ServerUnfit

from .connection import talk

OVERRIDE = "COUNTERSIGN_ALLOW_UNSAFE_REDIS"


def check(client: redis.Redis) -> None:
    """Raises `ServerUnfit` with every fault of the server and how to mend it."""
    _refuse(faults(talk(client.info)))


def _refuse(found: list[str]) -> None:
    if found:
        raise ServerUnfit(
            "This Redis server could lose approvals:\n" + "\n".join(f"  - {one}" for one in found),
            f"Mend the server, or set {OVERRIDE}=true to run on it all the same.",
        )


def faults(info: Mapping[str, Any]) -> list[str]:
    """What INFO says against this server, one line each with its mend."""
    found = []
    if not info.get("aof_enabled"):
        found.append(
            "It keeps no append-only file, so a crash loses what was decided. Set: appendonly yes"
        )
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        found.append(
            f"It evicts keys when memory is short ({policy}). Set: maxmemory-policy noeviction"
        )
    if info.get("redis_mode") == "cluster" or info.get("cluster_enabled"):
        found.append(
            "It is a cluster; one commit needs all its keys on one server. Use a single primary."
        )
    if info.get("role") != "master":
        found.append("It is a replica, which may be behind and refuses writes. Use its primary.")
    return found


class RedisHealth:
    """What `/readyz` tells of the store."""

    def __init__(self, client: redis.Redis, allow_unsafe: bool = False) -> None:
        self._redis = client
        self._allow_unsafe = allow_unsafe

    def report(self) -> dict[str, JsonValue]:
        info: Mapping[str, Any] = talk(self._redis.info)
        if not self._allow_unsafe:
            _refuse(faults(info))
        # A server that is full or read-only answers every question, and takes no commit.
        talk(lambda: self._redis.set("cs:ready", "1", px=1000))
        aside = {lane.value: self._set_aside(lane) for lane in Lane}
        return {
            "durability": "append-only file" if info.get("aof_enabled") else "none",
            "faults": [*faults(info)],
            "set_aside": {**aside},
        }

    def _set_aside(self, lane: Lane) -> int:
        return int(talk(lambda: self._redis.hlen(f"cs:aside:{lane.value}")))
