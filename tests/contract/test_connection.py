"""A server that stalls or takes nothing: reads come again, nothing is made up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.domain.due import Lane
from app.domain.errors import RequestUnreadable, StoreUnavailable
from app.store.bells import Bells
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.fitness import RedisHealth
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from tests.contract.test_requests import open_one

STALL_MS = 300


@pytest.fixture
def impatient(server: EmbeddedServer) -> Iterator[redis.Redis]:
    """A client that waits for a reply for less than the server stalls."""
    client = redis.Redis.from_url(
        server.url, decode_responses=True, socket_timeout=0.1, retry=Retry(NoBackoff(), 0)
    )
    client.flushall()
    yield client
    client.close()


def stall(server: EmbeddedServer) -> None:
    """No reply to anything for a moment."""
    other = connect(server.url)
    other.client_pause(STALL_MS, all=True)
    other.close()


def test_reads_outlive_a_stall_and_are_whole(server: EmbeddedServer, impatient: redis.Redis):
    bells = Bells(connect(server.url, text=False))
    store, lanes = RedisRequests(impatient, bells), RedisLanes(impatient, bells)
    request = open_one(store)
    stall(server)
    assert store.load(request.id).request == request
    stall(server)
    assert store.load_many([request.id]) == [request]
    stall(server)
    assert len(store.events(request.id)) == 1
    stall(server)
    assert lanes.waits()[Lane.SLACK] == 0


def test_what_is_no_request_is_unreadable_and_not_a_store_that_is_away(
    server: EmbeddedServer, impatient: redis.Redis
):
    impatient.set("cs:request:req_poison", "not a hash")
    store = RedisRequests(impatient, Bells(connect(server.url, text=False)))
    with pytest.raises(RequestUnreadable):
        store.load("req_poison")


def test_a_server_that_takes_no_writes_is_not_ready(server: EmbeddedServer, impatient: redis.Redis):
    assert RedisHealth(impatient).report()["set_aside"]
    impatient.config_set("maxmemory", "1mb")
    try:
        with pytest.raises(StoreUnavailable):
            RedisHealth(impatient).report()
    finally:
        impatient.config_set("maxmemory", "0")
