"""News of decisions over Redis Pub/Sub, for those who wait for one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import redis
from redis.exceptions import RedisError

_log = logging.getLogger("countersign.store")

CHANNEL = "cs:decided"
_LOOK_UP_S = 0.5
"""How often the listener looks up from its socket to see whether it should stop."""


class RedisDecisions:
    """Hears the id of each request that leaves `pending`."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def listen(self, heard: Callable[[str], None], stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._listen(heard, stop)
            except RedisError as error:
                _log.warning("news of decisions are interrupted: %s", error)
                stop.wait(1)

    def _listen(self, heard: Callable[[str], None], stop: threading.Event) -> None:
        pubsub = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        with pubsub as news:
            news.subscribe(CHANNEL)
            while not stop.is_set():
                message = news.get_message(timeout=_LOOK_UP_S)
                if message is not None:
                    heard(message["data"])
