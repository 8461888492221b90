"""A server of the module's own, empty before each test, and the clients on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.store.clients import RedisClients
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from tests.integration.commands import SECRET
from tests.servers import running_server


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def clients(server: EmbeddedServer) -> Iterator[RedisClients]:
    client = connect(server.url)
    client.flushall()
    yield RedisClients(client, SECRET.encode())
    client.close()
