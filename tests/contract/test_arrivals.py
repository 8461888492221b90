"""What comes from Slack is new once, for every process, and known as long as its signature is."""

from __future__ import annotations

import redis

from app.store.arrivals import KEPT_S, RedisArrivals
from tests.contract.conftest import ON_REDIS

pytestmark = ON_REDIS


def test_what_came_is_new_once_and_then_begun_and_done(client: redis.Redis):
    one, other = RedisArrivals(client), RedisArrivals(client)
    assert one.begin("v0=1").was == "new"
    assert other.begin("v0=1").was == "begun"
    one.done("v0=1")
    assert other.begin("v0=1").was == "done"
    assert other.begin("v0=2").was == "new"


def test_it_is_forgotten_once_no_signature_can_be_good_any_more(client: redis.Redis):
    arrivals = RedisArrivals(client)
    arrivals.begin("v0=1")
    assert 600 < int(str(client.ttl("cs:arrived:v0=1"))) <= KEPT_S
    arrivals.done("v0=1")
    assert 600 < int(str(client.ttl("cs:arrived:v0=1"))) <= KEPT_S


def test_a_reply_that_was_lost_makes_no_copy_of_the_first(client: redis.Redis, monkeypatch):
    arrivals, say, lost = RedisArrivals(client), client.execute_command, []

    def loses_the_first_reply(*args: object, **more: object) -> object:
        came = say(*args, **more)
        if not lost:
            lost.append(came)
            raise redis.ConnectionError("the reply was lost")
        return came

    arrivals.begin("v0=0")  # the server learns the script
    monkeypatch.setattr(client, "execute_command", loses_the_first_reply)
    assert arrivals.begin("v0=1").was == "new"
    assert lost
    assert arrivals.begin("v0=1").was == "begun"


def test_what_came_is_told_the_time_of_the_store(client: redis.Redis):
    seconds, _ = client.time()
    assert abs(RedisArrivals(client).begin("v0=1").at_ms // 1000 - seconds) <= 60
