"""The store's contract is kept on fakeredis and on a real server."""

from __future__ import annotations

from collections.abc import Iterator

import fakeredis
import pytest
import redis

from app.store.bells import Bells
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from tests.servers import running_server


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


@pytest.fixture(params=["fakeredis", "valkey"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[redis.Redis, redis.Redis]]:
    """A client of text and one of bytes, to an empty server."""
    if request.param == "fakeredis":
        fake = fakeredis.FakeServer()
        text: redis.Redis = fakeredis.FakeRedis(server=fake, decode_responses=True)
        raw: redis.Redis = fakeredis.FakeRedis(server=fake)
    else:
        url = request.getfixturevalue("server").url
        text, raw = connect(url), connect(url, text=False)
        text.flushall()
    yield text, raw
    text.close()
    raw.close()


@pytest.fixture
def client(pair: tuple[redis.Redis, redis.Redis]) -> redis.Redis:
    return pair[0]


@pytest.fixture
def bells(pair: tuple[redis.Redis, redis.Redis]) -> Bells:
    return Bells(pair[1])


@pytest.fixture
def store(client: redis.Redis, bells: Bells) -> RedisRequests:
    return RedisRequests(client, bells)


@pytest.fixture
def lanes(client: redis.Redis, bells: Bells) -> RedisLanes:
    return RedisLanes(client, bells)
