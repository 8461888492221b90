"""Two versions side by side: what a newer one wrote an older one leaves alone, and says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
import redis

from app.auditor import Auditor
from app.changes import change
from app.claims import drain
from app.domain.commands import Cancel, Wake
from app.domain.due import Lane
from app.domain.errors import RequestUnreadable
from app.domain.request import Actor, Request
from app.lanes import TimeLane
from app.ports import Query
from app.slack.blocks.notices import refused
from app.store.alarms import RedisAlarms
from app.store.inspection import RedisInspection
from app.store.lanes import RedisLanes
from app.store.requests import RedisRequests
from tests.builders import approval
from tests.contract.conftest import ON_REDIS
from tests.contract.inside import InsideRedis
from tests.contract.test_requests import open_one, opening

pytestmark = ON_REDIS


def newer(client: redis.Redis, request: Request, where: str = "state") -> None:
    """A newer version writes something into it that this one does not know."""
    key = f"cs:request:{request.id}"
    stored: dict[str, Any] = json.loads(str(client.hget(key, where)))
    client.hset(key, where, json.dumps(stored | {"mood": "curious"}))


@pytest.mark.parametrize("where", ["state", "body"])
def test_what_a_newer_version_wrote_is_changed_by_nothing_that_people_or_clients_do(
    store: RedisRequests, client: redis.Redis, inside: InsideRedis, where: str
):
    request = open_one(store)
    newer(client, request, where)
    before = inside.everything()
    billing = Actor(kind="client", id="billing", name="billing")
    for command in (approval(request), Cancel(by=billing), Wake()):
        with pytest.raises(RequestUnreadable):
            change(store, request.id, command)
    assert inside.everything() == before


def test_who_presses_meanwhile_is_told_to_try_again(store: RedisRequests, client: redis.Redis):
    request = open_one(store)
    newer(client, request)
    with pytest.raises(RequestUnreadable) as caught:
        store.load(request.id)
    told = str(refused(caught.value).text)
    assert "being upgraded" in told
    assert "Nothing is lost. Try again in a minute." in told


def test_lists_go_on_without_it(store: RedisRequests, client: redis.Redis):
    request, other = open_one(store), opening(store)
    store.commit(other, "op-2")
    newer(client, request)
    page = store.page(Query(client="billing"))
    assert [one.id for one in page.requests] == [other.request.id]


def test_a_lane_sets_it_aside_and_does_the_others(
    store: RedisRequests, lanes: RedisLanes, client: redis.Redis, inside: InsideRedis
):
    late = store.now() - 2 * 86_400_000
    first, second = (opening(store, opened_ms=late) for _ in range(2))
    store.commit(first, "op-1")
    store.commit(second, "op-2")
    newer(client, first.request)
    kept = client.hgetall(f"cs:request:{first.request.id}")
    drain(lanes, Lane.TIME, TimeLane(store, lanes), 16)
    assert not store.load(second.request.id).request.pending
    assert set(inside.set_aside(Lane.TIME)) == {first.request.id}
    assert client.hgetall(f"cs:request:{first.request.id}") == kept


def test_the_auditor_finds_it_and_repairs_only_what_needs_no_reading(
    store: RedisRequests, client: redis.Redis
):
    request = open_one(store)
    newer(client, request)
    client.zrem("cs:due:time", request.id)
    kept = client.hgetall(f"cs:request:{request.id}")
    inspection = RedisInspection(client)
    assert Auditor(inspection, RedisAlarms(client), None).run()
    assert inspection.figures().counters["found:unreadable"] == 1
    assert client.zscore("cs:due:time", request.id) is not None
    assert client.hgetall(f"cs:request:{request.id}") == kept


def test_what_makes_no_use_of_what_is_new_is_read_by_an_older_version(
    store: RedisRequests, client: redis.Redis
):
    """What is as it is by default is not written, so an older version never meets its name."""
    request = open_one(store)
    state = json.loads(str(client.hget(f"cs:request:{request.id}", "state")))
    assert "votes" not in state
    assert "claim" not in state
    assert store.load(request.id).request == request


def test_what_an_older_version_wrote_has_the_defaults_of_what_it_did_not_know(
    store: RedisRequests, client: redis.Redis
):
    """Versions before wrote every field, those at their defaults too."""
    request = open_one(store)
    key = f"cs:request:{request.id}"
    client.hset(key, "state", request.state.model_dump_json(exclude={"claim", "questions"}))
    client.hset(key, "body", request.body.model_dump_json(exclude={"spent", "asked_in"}))
    assert store.load(request.id).request == request
