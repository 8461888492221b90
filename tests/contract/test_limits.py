"""A limit on approvals without a person: counted in their own commit, exact in any crowd."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import redis

from app.domain import lifecycle
from app.domain.errors import RequestNotFound
from app.domain.request import Request
from app.domain.transition import Transition
from app.ports import Conflict, Idempotency, LimitReached, RequestStore
from policies.plan import Allowance, Route
from tests.builders import body, evaluation
from tests.contract.conftest import ON_REDIS
from tests.contract.inside import Inside

DAY_S = 86_400
SLICE_MS = DAY_S * 1000 // 60
KEY = "refund:routine"


def allowance(**changes: Any) -> Allowance:
    given: dict[str, Any] = {"rule": "routine", "key": KEY, "window_s": DAY_S, "count": 3}
    return Allowance(**(given | changes))


def automatic(store: RequestStore, limit: Allowance) -> Transition:
    judged = evaluation(Route.APPROVE, rule="routine", allowance=limit)
    return lifecycle.begin(body(evaluation=judged, opened_ms=store.now()))


def approve(store: RequestStore, limit: Allowance) -> Request:
    transition = automatic(store, limit)
    store.commit(transition, f"op-{transition.request.id}")
    return transition.request


def count(store: RequestStore, limit: Allowance, tries: int) -> int:
    done = 0
    for _ in range(tries):
        try:
            approve(store, limit)
        except LimitReached:
            pass
        else:
            done += 1
    return done


def test_as_many_pass_as_the_limit_says(store: RequestStore):
    assert count(store, allowance(count=3), tries=5) == 3


def test_what_finds_no_room_is_not_written(store: RequestStore, inside: Inside):
    approve(store, allowance(count=1))
    before = inside.everything()
    refused = automatic(store, allowance(count=1))
    with pytest.raises(LimitReached) as caught:
        store.commit(refused, "op-refused")
    assert caught.value.rule == "routine"
    with pytest.raises(RequestNotFound):
        store.load(refused.request.id)
    assert inside.everything() == before


def test_the_sum_is_exact_to_the_millionth(store: RequestStore):
    limit = allowance(count=None, most=1_000_000, cost=333_333)
    assert count(store, limit, tries=5) == 3
    assert store.has_room(allowance(count=None, most=1_000_000, cost=1))
    assert not store.has_room(allowance(count=None, most=1_000_000, cost=2))


def test_a_sum_of_large_amounts_stays_exact(store: RequestStore):
    most = 10**15
    approve(store, allowance(count=None, most=most, cost=most - 1))
    assert store.has_room(allowance(count=None, most=most, cost=1))
    assert not store.has_room(allowance(count=None, most=most, cost=2))


def test_count_and_sum_both_hold(store: RequestStore):
    small = allowance(count=2, most=100, cost=1)
    assert count(store, small, tries=5) == 2
    other = allowance(key="refund:other", count=9, most=100, cost=60)
    assert count(store, other, tries=5) == 1


def test_each_key_is_counted_by_itself(store: RequestStore):
    approve(store, allowance(count=1, key="refund:routine:a"))
    assert store.has_room(allowance(count=1, key="refund:routine:b"))
    assert not store.has_room(allowance(count=1, key="refund:routine:a"))


def test_asking_for_room_uses_none_up(store: RequestStore, inside: Inside):
    for _ in range(3):
        assert store.has_room(allowance(count=1))
    assert inside.used_up(KEY) == set()


def test_what_left_the_window_makes_room_again(store: RequestStore, inside: Inside):
    ended_ms = store.now() - DAY_S * 1000
    inside.use_up(KEY, ended_ms, 3)
    approve(store, allowance(count=1))
    assert ended_ms not in inside.used_up(KEY), "it is dropped as well"


def test_what_may_still_be_in_the_window_counts(store: RequestStore, inside: Inside):
    ends_ms = store.now() - DAY_S * 1000 + 10_000
    inside.use_up(KEY, ends_ms, 3)
    assert not store.has_room(allowance(count=3))


@pytest.mark.parametrize("window_s", [60, 61, 3_600, DAY_S * 90])
def test_a_window_that_was_edited_still_counts_what_went_before(store: RequestStore, window_s: int):
    approve(store, allowance(count=2))
    approve(store, allowance(count=2, window_s=window_s))
    assert not store.has_room(allowance(count=2, window_s=window_s))
    assert not store.has_room(allowance(count=2))


def test_a_window_that_was_made_shorter_lets_go_of_what_left_it(
    store: RequestStore, inside: Inside
):
    ended_ms = store.now() - 3_600_000
    inside.use_up(KEY, ended_ms, 3)
    assert not store.has_room(allowance(count=3))
    assert store.has_room(allowance(count=3, window_s=3_600))


@ON_REDIS
def test_a_limit_nobody_uses_is_forgotten(store: RequestStore, client: redis.Redis):
    approve(store, allowance())
    left_ms = client.pttl(f"cs:limit:{KEY}")
    assert DAY_S * 1000 < left_ms <= DAY_S * 1000 + SLICE_MS


def test_a_commit_repeated_after_a_lost_reply_counts_once(store: RequestStore):
    transition = automatic(store, allowance(count=2))
    store.commit(transition, "op-1")
    store.commit(transition, "op-1")
    assert store.has_room(allowance(count=2))


def test_an_idempotency_key_asked_twice_counts_once(store: RequestStore):
    key = Idempotency(client="billing", key="k", fingerprint="f")
    store.commit(automatic(store, allowance(count=2)), "op-1", idempotency=key)
    replay = store.commit(automatic(store, allowance(count=2)), "op-2", idempotency=key)
    assert replay is not None
    assert store.has_room(allowance(count=2))


def test_a_conflict_counts_nothing(store: RequestStore):
    transition = automatic(store, allowance(count=2))
    store.commit(transition, "op-1")
    with pytest.raises(Conflict):
        store.commit(transition, "op-2")
    assert store.has_room(allowance(count=2))


@pytest.mark.parametrize("by", ["count", "sum"])
def test_fifty_at_once_get_exactly_what_there_is(store: RequestStore, by: str):
    """Twenty fit; more than twenty of fifty threads try their luck twice."""
    limit = allowance(count=20) if by == "count" else allowance(count=None, most=980, cost=49)
    start, passed = threading.Barrier(50), []

    def ask() -> None:
        start.wait()
        passed.append(count(store, limit, tries=2))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 50
    assert sum(passed) == 20
