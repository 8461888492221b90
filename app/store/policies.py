"""The policies in force, on record; and orders to load them anew, to every web process at once."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping

import redis
from pydantic import ValidationError
from redis.client import Pipeline

from app.domain.events import PolicyEvent, PolicyEventType
from app.domain.reload import Order, Report

from .connection import milliseconds, once, script, talk, talk_in_one
from .news import listen

_log = logging.getLogger("countersign.store")

CHANNEL = "cs:reload"
_LAST = "cs:reload:last"
_ANSWERS_KEPT_S = 300


class RedisPolicies:
    """What is in force, and what was refused, in the one stream of events."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._record = script(client, "policies")

    def names(self) -> frozenset[str]:
        """The policies in force; none before a web process has loaded any."""
        return frozenset(str(name) for name in talk(lambda: self._redis.hkeys("cs:policies")))

    def record(self, hashes: Mapping[str, str], by: str, host: str) -> int:
        """Put a set of policies on record, by name and hash, once however many processes load it.

        Gives the store's clock (ms). Raises `StoreUnavailable`.
        """
        write = json.dumps({"hashes": dict(hashes), "by": by, "host": host})
        return int(talk(lambda: self._record(args=[write])))

    def refuse(self, problems: int, by: str, host: str) -> None:
        """Put on record that a folder with so many problems was refused.

        Raises `StoreUnavailable`.
        """
        event = PolicyEvent(
            type=PolicyEventType.REFUSED,
            at_ms=milliseconds(talk(self._redis.time)),
            actor=by,
            detail={"host": host, "problems": problems},
        )
        once(lambda: self._redis.xadd("cs:events", {"event": event.model_dump_json()}))


class RedisOrders:
    """Orders to reload: announced, heard by every web process, answered by each."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def announce(self, order: Order) -> int:
        """How many processes hear it. Raises `StoreUnavailable`."""
        text = order.model_dump_json()
        pipe = self._redis.pipeline()  # who is not connected finds it there later
        pipe.set(_LAST, text)
        pipe.publish(CHANNEL, text)
        _, listeners = once(pipe.execute)
        return int(listeners)

    def last(self) -> Order | None:
        """The newest order, whoever has followed it. Raises `StoreUnavailable`."""
        return _order(talk(lambda: self._redis.get(_LAST)))

    def listen(self, heard: Callable[[Order], None], stop: threading.Event) -> None:
        """Call `heard` with each order until `stop` is set, and with the last one once connected.

        So an order is not missed, and may be heard twice.
        """

        def read(text: str | bytes | None) -> None:
            order = _order(text)
            if order is not None:
                heard(order)

        listen(self._redis, CHANNEL, read, stop, lambda: read(self._redis.get(_LAST)))

    def answer(self, order_id: str, report: Report) -> None:
        """Tell whoever waits what this process did. Raises `StoreUnavailable`."""
        key = _answers_key(order_id)

        def say(pipe: Pipeline) -> None:
            pipe.rpush(key, report.model_dump_json())
            pipe.expire(key, _ANSWERS_KEPT_S)

        talk_in_one(self._redis, say)

    def answers(self, order_id: str, number: int, wait_s: float) -> list[Report]:
        """What so many processes did; fewer when they are not all heard of within `wait_s`.

        Raises `StoreUnavailable`.
        """
        found: dict[str, Report] = {}  # an answer can come twice
        end = time.monotonic() + wait_s
        while len(found) < number and (left_s := end - time.monotonic()) > 0:
            block_s = max(0.1, min(1, left_s))  # well below the time-out of the connection
            answer = self._pop(_answers_key(order_id), block_s)
            if answer is not None:
                found[answer.process] = answer
        return sorted(found.values(), key=lambda one: (one.host, one.pid))

    def _pop(self, key: str, block_s: float) -> Report | None:
        popped = talk(lambda: self._redis.blpop([key], timeout=block_s))
        return None if popped is None else Report.model_validate_json(popped[1])


def _order(text: str | bytes | None) -> Order | None:
    try:
        return None if text is None else Order.model_validate_json(text)
    except ValidationError:
        _log.warning("an order to reload that can't be read is left alone")
        return None


def _answers_key(order_id: str) -> str:
    return f"cs:reload:{order_id}"
