"""Talking to Redis: clients, scripts, and the one place where its failures become ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.commands.core import Script
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoReply
from redis.retry import Retry

from app.domain.errors import CountersignError, RequestUnreadable, StoreUnavailable

COUNTERS = "cs:counters"
"""The hash of everything that is only ever counted up."""

_log = logging.getLogger("countersign.store")

_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
"""Pauses before each repeat: about as long as a server takes to come back after a crash."""

_READ_S = 4.0
"""No repeat of a read after this: a server that hangs costs one time-out of 5 s, not one a try."""

COMMIT_S = 12.0
"""A commit is repeated for longer, since nobody can be told before its outcome is known."""

T = TypeVar("T")


def connect(url: str, *, text: bool = True, errors: str = "strict") -> redis.Redis:
    """A client that never repeats a command by itself (redis-py 8 would, writes included).

    It answers in `text`; RQ wants bytes. `errors` says what becomes of bytes that are no UTF-8.
    """
    return redis.Redis.from_url(
        url,
        decode_responses=text,
        encoding_errors=errors,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=5,
        socket_connect_timeout=2,
        health_check_interval=30,
    )


def script(client: redis.Redis, *names: str) -> Script:
    """One of the Lua scripts in this folder, after those with the functions that it calls."""
    folder = Path(__file__).parent
    sources = [(folder / f"{name}.lua").read_text(encoding="utf-8") for name in names]
    return client.register_script("\n".join(sources))


def talk(say: Callable[[], T], repeat_s: float = _READ_S) -> T:
    """Run `say`, again after a lost connection, for `repeat_s`. Raises `StoreUnavailable`.

    For reads, and for writes that come to the same when they are repeated.
    """
    end = time.monotonic() + repeat_s
    for pause_s in _PAUSES_S:
        try:
            return say()
        except (LostConnection, NoReply) as error:
            if time.monotonic() > end:
                raise _unavailable(error) from error
            _log.warning("redis did not answer, trying again in %s s: %s", pause_s, error)
            time.sleep(pause_s)
        except RedisError as error:
            raise _unavailable(error) from error
    return once(say)


def talk_in_one(
    client: redis.Redis,
    ask: Callable[[Pipeline], object],
    repeat_s: float = _READ_S,
    *,
    at_once: bool = False,
) -> list[Any]:
    """Several questions in one round trip; `ask` puts them into a pipeline.

    `at_once` has nothing else happen between them.

    A pipeline that failed is empty afterwards, so each try makes its own.
    """

    def say() -> list[Any]:
        pipe = client.pipeline(transaction=at_once)
        ask(pipe)
        return list(pipe.execute())

    return talk(say, repeat_s)


def once(say: Callable[[], T]) -> T:
    """Run `say`, which must not be repeated. Raises `StoreUnavailable`."""
    try:
        return say()
    except RedisError as error:
        raise _unavailable(error) from error


def _unavailable(error: RedisError) -> CountersignError:
    if "WRONGTYPE" in str(error):
        return RequestUnreadable("Something else lies in Redis where a request should be.")
    _log.error("redis refused or is away: %s: %s", type(error).__name__, error)
    return StoreUnavailable(
        "The store can't be reached or refuses to write.", "Send the same again in a moment."
    )


def milliseconds(clock: Any) -> int:
    """Redis TIME (seconds, microseconds) in milliseconds."""
    seconds, micros = clock
    return int(seconds) * 1000 + int(micros) // 1000
