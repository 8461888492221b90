"""Listening to a Redis Pub/Sub channel for as long as a process runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import redis
from redis.exceptions import RedisError

_log = logging.getLogger("countersign.store")

_LOOK_UP_S = 0.5
"""How often the listener looks up from its socket to see whether it should stop."""


def _nothing() -> None:
    """What is missed between two connections is found otherwise."""


def listen(
    client: redis.Redis,
    channel: str,
    heard: Callable[[str], None],
    stop: threading.Event,
    connected: Callable[[], None] = _nothing,
) -> None:
    """Call `heard` with each message until `stop` is set, over one connection after another.

    `connected` is called once each of them hears: what was said before it has to be caught up on.
    """
    while not stop.is_set():
        try:
            _listen(client, channel, heard, stop, connected)
        except RedisError as error:
            _log.warning("news on %s are interrupted: %s", channel, error)
            stop.wait(1)


def _listen(
    client: redis.Redis,
    channel: str,
    heard: Callable[[str], None],
    stop: threading.Event,
    connected: Callable[[], None],
) -> None:
    with client.pubsub() as news:  # type: ignore[no-untyped-call]
        news.subscribe(channel)
        while not stop.is_set():
            message = news.get_message(timeout=_LOOK_UP_S)
            if message is None:
                continue
            if message["type"] == "subscribe":
                connected()
            elif message["type"] == "message":
                heard(message["data"])
