"""What the figures stand on: the same without the product's own work."""

from __future__ import annotations

import asyncio
import itertools
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import uvloop
from standardwebhooks import Webhook

from bench.wire import Caller

from .calls import Call, took
from .world import Site, World

_WRITE = b"redis.call('HSET', KEYS[1], 'body', ARGV[1]) return 1"


async def empty(world: World, number: int, at_once: int) -> dict[str, Any]:
    """A route of the same server that does nothing."""

    def getting() -> Call:
        caller = world.caller()
        return lambda: caller.call("GET", "/healthz")

    return (await took([getting() for _ in range(at_once)], number)).written()


async def redis(_: World, path: str, size: int, number: int, at_once: int) -> dict[str, Any]:
    """So many bytes, each time at another key, by one call of a script; `path` is a unix socket."""
    numbers = itertools.count()
    writing = [await _writing(path, b"x" * size, numbers) for _ in range(at_once)]
    return (await took(writing, number)).written()


async def _writing(path: str, value: bytes, numbers: itertools.count[int]) -> Call:
    reader, writer = await asyncio.open_unix_connection(path)

    async def call() -> None:
        parts = [b"EVAL", _WRITE, b"1", b"bench:%d" % next(numbers), value]
        lengths = (b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
        writer.write(b"*%d\r\n" % len(parts) + b"".join(lengths))
        if await reader.readline() != b":1\r\n":
            raise AssertionError("a floor that is not written")

    return call


async def post(world: World, message: str, number: int, at_once: int) -> dict[str, Any]:
    """The same callback again and again, from a process of its own, signed and verified."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, get_context("spawn")) as sender:
        return await loop.run_in_executor(sender, _post, world.site, message, number, at_once)


def _post(site: Site, message: str, number: int, at_once: int) -> dict[str, Any]:
    webhook = Webhook(site.webhook_secret)
    posting = [_posting(site.receiver_port, webhook, message) for _ in range(at_once)]
    return uvloop.run(took(posting, number)).written()


def _posting(port: int, webhook: Webhook, message: str) -> Call:
    caller, body = Caller("127.0.0.1", port), message.encode()

    async def call() -> None:
        now = datetime.now(tz=UTC)
        signed = {
            "Content-Type": "application/json",
            "webhook-id": "msg_bench",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": webhook.sign("msg_bench", now, message),
        }
        answer = await caller.call("POST", "/callback", body, signed)
        if answer.status != 204:
            raise AssertionError(f"{answer.first!r}")

    return call
