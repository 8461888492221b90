"""A server that stalls or takes nothing: reads come again, nothing is made up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from redis.exceptions import TimeoutError as NoReply

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
    client = connect(server.url, timeout_s=0.1)
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


def test_what_the_server_closed_while_nobody_spoke_is_opened_anew(server: EmbeddedServer):
    client, other = connect(server.url), connect(server.url)
    for number in range(3):
        client.set("said", number)
        other.client_kill_filter(_type="normal", skipme=True)
        assert client.get("said") == str(number)
    client.close()
    other.close()


def test_many_threads_hear_each_their_own_answer(server: EmbeddedServer):
    client = connect(server.url)

    def ask(number: int) -> list[str]:
        return [str(client.echo(f"{number}.{n}")) for n in range(200)]

    with ThreadPoolExecutor(8) as pool:
        heard = list(pool.map(ask, range(8)))
    assert heard == [[f"{number}.{n}" for n in range(200)] for number in range(8)]
    client.close()


def test_a_reply_that_came_too_late_is_taken_for_no_other(
    server: EmbeddedServer, impatient: redis.Redis
):
    stall(server)
    with pytest.raises(NoReply):
        impatient.echo("late")
    time.sleep(2 * STALL_MS / 1000)
    assert impatient.echo("next") == "next"


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
