"""Typing commands at a server, as an operator would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import redis
from click.testing import CliRunner, Result

from app.cli import main
from app.store.clients import RedisClients
from app.store.connection import connect
from app.store.embedded import EmbeddedServer

SECRET = "s" * 32


def typed(server: EmbeddedServer, *words: str) -> Result:
    env = {"REDIS_URL": server.url, "COUNTERSIGN_SECRET": SECRET}
    return CliRunner(env=env).invoke(main, words)


def key_in(output: str) -> str:
    found = re.search(r"csk_\w+", output)
    assert found is not None
    return found.group()


@contextmanager
def inside(server: EmbeddedServer) -> Iterator[redis.Redis]:
    with closing(connect(server.url)) as client:
        yield client


def who(clients: RedisClients, key: str) -> str | None:
    """Whose key it is."""
    caller = clients.call(key)
    return None if caller is None else caller.client.id
