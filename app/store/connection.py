"""Talking to Redis: clients, scripts, and the one place where its failures become ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import redis
from redis.backoff import NoBackoff
from redis.client import NEVER_DECODE, Pipeline
from redis.commands.core import Script as TextScript
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import NoScriptError, RedisError
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


class _Client(redis.Redis):
    """Says each command once, over a connection that it keeps.

    redis-py would count each connection out of its pool and back in, measure the command and see
    to its repeats, which takes longer than the command itself.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._idle: list[Any] = []

    def execute_command(self, *args: Any, **options: Any) -> Any:
        connection, read = self._connection(), cast(Any, self.parse_response)
        try:
            connection.send_command(*args)
            return read(connection, args[0], **options)
        finally:
            self._idle.append(connection)

    def _connection(self) -> Any:
        """One that nobody else has; what the server closed meanwhile connects anew."""
        try:
            connection = self._idle.pop()
        except IndexError:
            return self.connection_pool.get_connection()
        try:
            stale = connection.can_read()
        except (LostConnection, NoReply):
            stale = True
        if stale:
            connection.disconnect()
        return connection


def connect(
    url: str, *, text: bool = True, errors: str = "strict", timeout_s: float = 5
) -> redis.Redis:
    """A client that never repeats a command by itself (redis-py 8 would, writes included).

    It answers in `text`; RQ wants bytes. `errors` says what becomes of bytes that are no UTF-8.
    """
    return _Client.from_url(
        url,
        decode_responses=text,
        encoding_errors=errors,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=timeout_s,
        socket_connect_timeout=2,
        health_check_interval=30,
    )


class Script(TextScript):
    """One of the Lua scripts in this folder; called it answers as its client does, in text."""

    def in_bytes(self, keys: Sequence[str] = (), args: Sequence[str | int] = ()) -> Any:
        """Run it, and have its answer in bytes, for what is no text."""
        client: Any = self.registered_client
        call = ("EVALSHA", self.sha, len(keys), *keys, *args)
        try:
            return client.execute_command(*call, **{NEVER_DECODE: True})
        except NoScriptError:
            client.script_load(self.script)
            return client.execute_command(*call, **{NEVER_DECODE: True})


def script(client: redis.Redis, *names: str) -> Script:
    """One of the Lua scripts in this folder, after those with the functions that it calls."""
    folder = Path(__file__).parent
    sources = [(folder / f"{name}.lua").read_text(encoding="utf-8") for name in names]
    return Script(client, "\n".join(sources))


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
