"""Two versions side by side: what a newer one wrote an older one leaves alone, and says so."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
import redis
from redis.client import NEVER_DECODE

from app.auditor import Auditor
from app.changes import change
from app.claims import drain
from app.domain.commands import CallbackTried, Cancel, Erase, Wake
from app.domain.due import Lane
from app.domain.errors import RequestUnreadable
from app.domain.request import Actor, Operator, Request
from app.lanes import TimeLane
from app.ports import Query
from app.slack.blocks.notices import refused
from app.store.alarms import RedisAlarms
from app.store.inspection import RedisInspection
from app.store.lanes import RedisLanes
from app.store.packing import STATE
from app.store.requests import RedisRequests
from tests.builders import approval
from tests.contract.conftest import ON_REDIS
from tests.contract.inside import InsideRedis, content
from tests.contract.test_requests import open_one, opening

pytestmark = ON_REDIS

BILLING = Actor(kind="client", id="billing", name="billing")


def newer(client: redis.Redis, request: Request, where: str = "state") -> None:
    """A newer version writes something into it that this one does not know."""
    part: Any = getattr(request, where)
    text = json.dumps(part.model_dump(mode="json", exclude_defaults=True) | {"mood": "curious"})
    client.hset(f"cs:request:{request.id}", where, text)


def older(client: redis.Redis, request: Request) -> None:
    """As a version left it that packed nothing, and knew less."""
    key = f"cs:request:{request.id}"
    state = request.state.model_dump_json(exclude={"claim", "questions"})
    body = request.body.model_dump_json(exclude={"spent", "asked_in"})
    client.hset(key, mapping={"form": "1", "body": body, "state": state})
    client.hdel(key, "packed_body", "packed_state")


@pytest.mark.parametrize("where", ["state", "body"])
def test_what_a_newer_version_wrote_is_changed_by_nothing_that_people_or_clients_do(
    store: RedisRequests, client: redis.Redis, inside: InsideRedis, where: str
):
    request = open_one(store)
    newer(client, request, where)
    before = inside.everything()
    for command in (approval(request), Cancel(by=BILLING), Wake()):
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
    kept = content(client, f"cs:request:{first.request.id}")
    drain(lanes, Lane.TIME, TimeLane(store, lanes), 16)
    assert not store.load(second.request.id).request.pending
    assert set(inside.set_aside(Lane.TIME)) == {first.request.id}
    assert content(client, f"cs:request:{first.request.id}") == kept


def test_the_auditor_finds_it_and_repairs_only_what_needs_no_reading(
    store: RedisRequests, client: redis.Redis
):
    request = open_one(store)
    newer(client, request)
    client.zrem("cs:due:time", request.id)
    kept = content(client, f"cs:request:{request.id}")
    inspection = RedisInspection(client)
    assert Auditor(inspection, RedisAlarms(client), None).run()
    assert inspection.figures().counters["found:unreadable"] == 1
    assert client.zscore("cs:due:time", request.id) is not None
    assert content(client, f"cs:request:{request.id}") == kept


def test_what_makes_no_use_of_what_is_new_is_read_by_an_older_version(
    store: RedisRequests, client: redis.Redis
):
    """What is as it is by default is not written, so an older version never meets its name."""
    request = open_one(store)
    ask: Any = partial(client.execute_command, **{NEVER_DECODE: True})
    state = json.loads(STATE.unpack(ask("HGET", f"cs:request:{request.id}", "packed_state")))
    assert "votes" not in state
    assert "claim" not in state
    assert store.load(request.id).request == request


def test_what_an_older_version_wrote_has_the_defaults_of_what_it_did_not_know(
    store: RedisRequests, client: redis.Redis
):
    """Versions before wrote every field, those at their defaults too."""
    request = open_one(store)
    older(client, request)
    assert store.load(request.id).request == request


def test_what_was_stored_before_texts_were_packed_goes_on(
    store: RedisRequests, client: redis.Redis
):
    request = open_one(store)
    older(client, request)
    decided = change(store, request.id, approval(request))
    assert store.load(request.id).request == decided


def test_a_version_that_packs_nothing_takes_what_is_packed_for_newer_and_not_for_none(
    store: RedisRequests, client: redis.Redis
):
    """It knows `form`, `body` and `state`, reads form 1 alone, and takes none for no request."""
    packed, mixed = open_one(store), opening(store)
    store.commit(mixed, "op-2")
    older(client, mixed.request)
    change(store, mixed.request.id, approval(mixed.request))
    for request in (packed, mixed.request):
        form, body, state = client.hmget(f"cs:request:{request.id}", ["form", "body", "state"])
        assert None not in (form, body, state)
        assert form != "1" or state == ""


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"\x00\xff", STATE.pack("{}")[:-1]])
def test_what_can_not_be_unpacked_is_left_alone(
    store: RedisRequests, client: redis.Redis, spoilt: bytes
):
    request = open_one(store)
    client.hset(f"cs:request:{request.id}", "packed_state", spoilt)
    with pytest.raises(RequestUnreadable):
        store.load(request.id)


def test_sets_that_nobody_reads_any_more_go_with_the_request(
    store: RedisRequests, client: redis.Redis, inside: InsideRedis
):
    request = open_one(store)
    older(client, request)
    for index in ("cs:index:policy:refund", "cs:index:client:billing", "cs:seen:U0ANA00001"):
        client.zadd(index, {request.id: 0})
    reason = Erase(operator=Operator(account="root", host="db1"), reason="asked to")
    change(store, request.id, Cancel(by=BILLING))
    change(
        store,
        request.id,
        CallbackTried(status=200, error=None, retry_after_s=None, took_ms=1, jitter=0),
    )
    assert change(store, request.id, reason) is None
    assert inside.left() == set()
