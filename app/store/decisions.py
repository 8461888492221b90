"""News of decisions over Redis Pub/Sub, for those who wait for one."""

from __future__ import annotations

import threading
from collections.abc import Callable

import redis

from .news import listen

CHANNEL = "cs:decided"


class RedisDecisions:
    """Hears the id of each request that leaves `pending`."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def listen(self, heard: Callable[[str], None], stop: threading.Event) -> None:
        listen(self._redis, CHANNEL, heard, stop)
