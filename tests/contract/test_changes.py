"""Changes by whoever holds a request: begun with what was seen of it, and let go with the last."""

from __future__ import annotations

from dataclasses import replace

import pytest
import redis

from app.changes import change, changed
from app.domain.commands import CallbackTried, SlackFailed, TargetsFound
from app.domain.due import Lane
from app.domain.errors import RequestNotFound, RequestUnreadable
from app.domain.events import EventType
from app.domain.request import Status
from app.ports import Lanes, RequestStore
from tests.builders import approval
from tests.contract.conftest import ON_REDIS
from tests.contract.inside import Inside
from tests.contract.test_lanes import DRAWN
from tests.contract.test_requests import open_one

TRIED = CallbackTried(status=204, error=None, retry_after_s=None, took_ms=1, jitter=0.0)
FOUND = TargetsFound(refs=("U0BEN00001",), targets=("D0BEN00001",))


def test_a_claim_brings_the_request_along(store: RequestStore, lanes: Lanes):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    seen, loaded = store.claimed(claim), store.load(request.id)
    assert seen.request == loaded.request
    assert 0 <= loaded.now - seen.now < 60_000
    assert not seen.paused


@ON_REDIS
def test_what_can_not_be_read_is_found_out_by_whoever_looks(
    store: RequestStore, lanes: Lanes, client: redis.Redis
):
    other, newer, gone = (open_one(store) for _ in range(3))
    client.delete(f"cs:request:{other.id}", f"cs:request:{gone.id}")
    client.set(f"cs:request:{other.id}", "no request")
    client.hset(f"cs:request:{newer.id}", "form", "999")
    claims = {claim.request_id: claim for claim in lanes.claim(Lane.SLACK, 10)}
    for request in (other, newer):
        with pytest.raises(RequestUnreadable):
            store.claimed(claims[request.id])
    with pytest.raises(RequestNotFound):
        store.claimed(claims[gone.id])


def test_a_change_begins_with_what_was_seen(store: RequestStore):
    request = open_one(store)
    seen = store.load(request.id)
    drawn = change(store, request.id, DRAWN, store.later(seen, seen.request))
    assert drawn == store.load(request.id).request
    decided = change(store, request.id, approval(request), store.later(seen, drawn or request))
    assert decided == store.load(request.id).request
    assert decided is not None
    assert decided.state.status is Status.APPROVED


def test_who_was_outrun_looks_again(store: RequestStore):
    request = open_one(store)
    seen = store.load(request.id)
    change(store, request.id, FOUND)
    drawn = change(store, request.id, DRAWN, store.later(seen, seen.request))
    assert drawn == store.load(request.id).request
    assert drawn is not None
    assert drawn.state.cards.targets == ("#approvals", "D0BEN00001"), "what came first stays"
    assert [copy.target for copy in drawn.state.cards.copies] == ["#approvals"]


def test_who_saw_nothing_to_change_looks_again(store: RequestStore):
    request = open_one(store)
    waiting = store.load(request.id)
    change(store, request.id, approval(request, seen=None))
    change(store, request.id, TRIED, store.later(waiting, waiting.request))
    callback = store.load(request.id).request.state.callback
    assert callback is not None
    assert callback.outcome == "delivered"


def test_a_clock_that_is_too_far_off_changes_nothing(store: RequestStore):
    request = open_one(store)
    seen = store.load(request.id)
    slow = replace(seen, now=seen.now - 5_000)
    change(store, request.id, DRAWN, slow)
    [posted] = [one for one in store.events(request.id) if one.type is EventType.CARD_POSTED]
    assert posted.at_ms >= seen.now


def test_the_last_change_lets_go_in_the_same_step(
    store: RequestStore, lanes: Lanes, inside: Inside
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    assert changed(store, request.id, DRAWN, claim=claim).let_go
    assert inside.claimed(Lane.SLACK) == 0
    assert lanes.waits()[Lane.SLACK] is None
    change(store, request.id, approval(request, seen=DRAWN.place))
    assert [one.request_id for one in lanes.claim(Lane.SLACK, 1)] == [request.id]


def test_a_change_that_leaves_more_to_do_lets_go_of_nothing(
    store: RequestStore, lanes: Lanes, inside: Inside
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    assert not changed(store, request.id, FOUND, claim=claim).let_go
    assert inside.claimed(Lane.SLACK) == 1


def test_what_is_to_be_tried_again_is_due_then(store: RequestStore, lanes: Lanes, inside: Inside):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    lanes.set_aside(claim, "ValueError")
    inside.make_due(Lane.SLACK, request.id)
    [again] = lanes.claim(Lane.SLACK, 1)
    made = changed(store, request.id, SlackFailed(problem="no answer in time"), claim=again)
    assert made.let_go
    assert made.request is not None
    assert inside.due_ms(Lane.SLACK, request.id) == made.request.state.cards.retry_ms
    assert inside.set_aside(Lane.SLACK) == {}, "it did not fail this time"


def test_what_another_holds_by_now_stays_with_them(
    store: RequestStore, lanes: Lanes, inside: Inside
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    changed(store, request.id, DRAWN, claim=replace(claim, token="of before"))
    assert inside.claimed(Lane.SLACK) == 1
    lanes.release(claim)
    assert lanes.waits()[Lane.SLACK] is None
