"""The store's contract is kept in memory, on fakeredis and on a real server.

What only Redis has (its clients, the pace, the policies, keys that end by themselves) is tested
`ON_REDIS` alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import fakeredis
import pytest
import redis

from app.ports import Lanes, RequestStore
from app.store.bells import Bells
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from tests.contract.inside import Inside, InsideMemory, InsideRedis
from tests.memory.requests import MemoryStore
from tests.servers import running_server

ON_REDIS = pytest.mark.parametrize("backend", ["fakeredis", "valkey"], indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


@pytest.fixture(params=["memory", "fakeredis", "valkey"])
def backend(request: pytest.FixtureRequest) -> str:
    """What the store of this test is made of."""
    return str(request.param)


@pytest.fixture
def pair(backend: str, request: pytest.FixtureRequest) -> Iterator[tuple[redis.Redis, redis.Redis]]:
    """A client of text and one of bytes, to an empty server."""
    if backend == "fakeredis":
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
def parts(backend: str, request: pytest.FixtureRequest) -> tuple[RequestStore, Lanes, Inside]:
    """A store, its lanes, and a look inside."""
    if backend == "memory":
        memory = MemoryStore()
        return memory, memory.lanes, InsideMemory(memory)
    text, raw = request.getfixturevalue("pair")
    bells = Bells(raw)
    return RedisRequests(text, bells), RedisLanes(text, bells), InsideRedis(text)


@pytest.fixture
def store(parts: tuple[RequestStore, Lanes, Inside]) -> RequestStore:
    return parts[0]


@pytest.fixture
def lanes(parts: tuple[RequestStore, Lanes, Inside]) -> Lanes:
    return parts[1]


@pytest.fixture
def inside(parts: tuple[RequestStore, Lanes, Inside]) -> Inside:
    return parts[2]
