"""What comes from Slack is new once, for every process, and known as long as its signature is."""

from __future__ import annotations

import redis

from app.store.arrivals import KEPT_S, RedisArrivals
from tests.contract.conftest import ON_REDIS

pytestmark = ON_REDIS


def test_what_came_is_new_once_and_then_begun_and_done(client: redis.Redis):
    one, other = RedisArrivals(client), RedisArrivals(client)
    assert one.begin("v0=1") == "new"
    assert other.begin("v0=1") == "begun"
    one.done("v0=1")
    assert other.begin("v0=1") == "done"
    assert other.begin("v0=2") == "new"


def test_it_is_forgotten_once_no_signature_can_be_good_any_more(client: redis.Redis):
    arrivals = RedisArrivals(client)
    arrivals.begin("v0=1")
    assert 600 < int(str(client.ttl("cs:arrived:v0=1"))) <= KEPT_S
    arrivals.done("v0=1")
    assert 600 < int(str(client.ttl("cs:arrived:v0=1"))) <= KEPT_S


def test_a_reply_that_was_lost_makes_no_copy_of_the_first(client: redis.Redis, monkeypatch):
    arrivals, set_, lost = RedisArrivals(client), client.set, []

    def loses_the_first_reply(*args: object, **more: object) -> object:
        came = set_(*args, **more)  # type: ignore[arg-type]
        if not lost:
            lost.append(came)
            raise redis.ConnectionError("the reply was lost")
        return came

    monkeypatch.setattr(client, "set", loses_the_first_reply)
    assert arrivals.begin("v0=1") == "new"
    assert arrivals.begin("v0=1") == "begun"
