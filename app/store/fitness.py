"""Is this Redis fit to hold approvals? Read from INFO: managed vendors forbid CONFIG.

Only how often the append-only file is written to disk is in CONFIG alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import redis
from pydantic import JsonValue
from redis.exceptions import ResponseError

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
            "durability": durability(info, self._written()),
            "faults": [*faults(info)],
            "set_aside": {**aside},
        }

    @staticmethod
    def troubles(report: Mapping[str, JsonValue]) -> list[str]:
        found, told = report.get("faults"), report.get("durability")
        troubles = [str(fault) for fault in found] if isinstance(found, list) else []
        if isinstance(told, dict) and told.get("rewritten") not in (None, "ok"):
            troubles.append(
                "Redis could not rewrite its append-only file, which grows until it can. "
                "Look at its log, and at the space on its disk."
            )
        return troubles

    def _written(self) -> str:
        """How often the append-only file is written to disk; managed vendors refuse to say."""

        def ask() -> str:
            try:
                return str(self._redis.config_get("appendfsync").get("appendfsync", "unknown"))
            except ResponseError:
                return "unknown"

        return talk(ask)

    def _set_aside(self, lane: Lane) -> int:
        return int(talk(lambda: self._redis.hlen(f"cs:aside:{lane.value}")))


_LOSES = {
    "always": "Nothing that was acknowledged, neither in a crash nor when power fails.",
    "everysec": "Nothing in a crash of any process; the last second or two when power fails.",
    "no": "Nothing in a crash of any process; the last half minute or more when power fails.",
    "unknown": "Nothing in a crash of any process; when power fails, what was not on disk yet. "
    "This server does not tell how often it writes to disk (appendfsync): ask its vendor.",
    "none": "All that came since the last snapshot, whenever the server ends.",
}
_REPLICAS = " A failover to a replica may lose what was not replicated yet."


def durability(info: Mapping[str, Any], written: str) -> dict[str, JsonValue]:
    """How safe what is acknowledged is, from INFO and the setting `appendfsync`: what may be lost.

    Without an append-only file the `level` is `none`. `rewritten` says how the last rewrite of the
    file ended.
    """
    level = written if info.get("aof_enabled") else "none"
    level = level if level in _LOSES else "unknown"
    replicas = int(info.get("connected_slaves", 0))
    return {
        "level": level,
        "may_lose": _LOSES[level] + (_REPLICAS if replicas else ""),
        "replicas": replicas,
        "written": info.get("aof_last_write_status"),
        "rewritten": info.get("aof_last_bgrewrite_status"),
    }
