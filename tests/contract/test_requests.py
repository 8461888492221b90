"""One request, one commit: everything of it, once, or nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import redis

from app.changes import change
from app.domain import lifecycle
from app.domain.commands import CallbackTried, Cancel, Command, Wake
from app.domain.due import Lane
from app.domain.errors import AlreadyDecided, RequestNotFound, RequestUnreadable
from app.domain.request import Actor, Request, Status
from app.domain.transition import Transition
from app.ports import Conflict, Idempotency, Query, Replay, RequestStore, TooLate
from policies.plan import Outcome
from tests.builders import approval, body, person
from tests.contract.conftest import ON_REDIS
from tests.contract.inside import Inside

CLIENT = Actor(kind="client", id="billing", name="billing")


def opening(store: RequestStore, **changes: Any) -> Transition:
    now = changes.pop("opened_ms", None) or store.now()
    return lifecycle.begin(body(opened_ms=now, **changes))


def open_one(store: RequestStore, **changes: Any) -> Request:
    transition = opening(store, **changes)
    store.commit(transition, "op-open")
    assert transition.after is not None
    return transition.after


def prepared(store: RequestStore, request: Request, command: Command) -> Transition:
    transition = lifecycle.apply(request, command, store.now())
    assert transition is not None
    return transition


def test_what_was_opened_is_read_back_to_the_letter(store: RequestStore):
    request = open_one(
        store, context={"note": "naïve — 東京"}, metadata={"run": 7}, payload={"amount": 12.5}
    )
    loaded = store.load(request.id)
    assert loaded.request == request
    assert abs(loaded.now - store.now()) < 60_000


def test_an_unknown_request_is_not_found(store: RequestStore):
    with pytest.raises(RequestNotFound):
        store.load("req_" + "0" * 26)


@ON_REDIS
def test_a_newer_stored_form_is_left_alone(store: RequestStore, client: redis.Redis):
    request = open_one(store)
    client.hset(f"cs:request:{request.id}", "form", "99")
    with pytest.raises(RequestUnreadable, match="being upgraded"):
        store.load(request.id)
    assert store.load_many([request.id]) == []
    assert store.is_of(request.body.client, request.id)
    assert not store.is_of("another", request.id)


def test_of_two_changes_to_one_version_the_second_conflicts(store: RequestStore):
    request = open_one(store)
    first = prepared(store, request, approval(request))
    second = prepared(store, request, approval(request, outcome=Outcome.REJECT))
    store.commit(first, "op-1")
    with pytest.raises(Conflict):
        store.commit(second, "op-2")
    assert store.load(request.id).request.state.status is Status.APPROVED


def test_a_commit_repeated_after_a_lost_reply_finds_itself_done(store: RequestStore):
    request = open_one(store)
    decision = prepared(store, request, approval(request))
    store.commit(decision, "op-1")
    store.commit(decision, "op-1")
    assert [event.type.value for event in store.events(request.id)] == [
        "request.opened",
        "request.decided",
    ]


def test_of_many_commits_each_stands_for_itself(store: RequestStore):
    long_ago = store.now() - 2 * 86_400_000
    good, outrun, last = open_one(store), open_one(store), open_one(store)
    late = open_one(store, opened_ms=long_ago)
    changes = [(prepared(store, one, approval(one)), "op-1") for one in (good, outrun)]
    too_late = lifecycle.apply(late, approval(late), long_ago + 1000)
    assert too_late is not None
    changes += [(too_late, "op-1"), (prepared(store, last, approval(last)), "op-1")]
    change(store, outrun.id, Cancel(by=CLIENT))
    assert store.commit_many(changes) == [True, False, False, True]
    requests = store.load_many([good.id, outrun.id, late.id, last.id])
    assert [one.state.status.value for one in requests] == [
        "approved",
        "cancelled",
        "pending",
        "approved",
    ]


def test_many_commits_repeated_after_a_lost_reply_find_themselves_done(
    store: RequestStore, inside: Inside
):
    requests = [open_one(store) for _ in range(3)]
    changes = [(prepared(store, one, approval(one)), "op-1") for one in requests]
    assert store.commit_many(changes) == [True, True, True]
    assert inside.jobs(Lane.CALLBACK) == 1
    before = inside.everything()
    assert store.commit_many(changes) == [True, True, True]
    assert inside.everything() == before


def test_there_may_be_nothing_to_commit(store: RequestStore):
    assert store.commit_many([]) == []


def test_an_opening_repeated_after_somebody_changed_it_finds_itself_done(store: RequestStore):
    transition = opening(store)
    store.commit(transition, "op-open")
    request = transition.after
    assert request is not None
    store.commit(prepared(store, request, approval(request)), "op-1")
    assert store.commit(transition, "op-open") is None
    assert store.load(request.id).request.state.status is Status.APPROVED


def test_a_decision_past_its_last_instant_is_refused_by_the_stores_clock(store: RequestStore):
    long_ago = store.now() - 2 * 86_400_000
    request = open_one(store, opened_ms=long_ago)
    late = lifecycle.apply(request, approval(request), long_ago + 1000)
    assert late is not None
    with pytest.raises(TooLate):
        store.commit(late, "op-1")
    assert store.load(request.id).request.pending


def test_a_refused_commit_leaves_no_trace(store: RequestStore, inside: Inside):
    request = open_one(store)
    stale = prepared(store, request, approval(request))
    store.commit(prepared(store, request, Cancel(by=CLIENT)), "op-1")
    before = inside.everything()
    with pytest.raises(Conflict):
        store.commit(stale, "op-2")
    assert inside.everything() == before


def test_an_idempotency_key_opens_one_request(store: RequestStore):
    key = Idempotency(client="billing", key="order-7", fingerprint="f1")
    first = opening(store, idempotency_key="order-7")
    assert store.commit(first, "op-1", idempotency=key) is None
    second = opening(store, idempotency_key="order-7")
    replay = store.commit(second, "op-2", idempotency=key)
    assert replay == Replay(first.request.id, "f1")
    assert store.replay("billing", "order-7") == replay
    assert store.replay("payroll", "order-7") is None
    with pytest.raises(RequestNotFound):
        store.load(second.request.id)


def test_the_trail_is_kept_in_order(store: RequestStore):
    request = open_one(store)
    intruder = person(id="U0EVE00001", email=None)
    store.commit(prepared(store, request, approval(request, person=intruder)), "op-1")
    change(store, request.id, approval(request))
    types = [event.type.value for event in store.events(request.id)]
    assert types == ["request.opened", "decision.refused", "request.decided"]
    versions = [event.version for event in store.events(request.id)]
    assert versions == [1, 2, 3]


def test_a_trail_can_be_read_in_parts(store: RequestStore):
    request = open_one(store)
    change(store, request.id, approval(request))
    whole = store.events(request.id)
    assert len(whole) == 2
    parts = [store.events(request.id, start, 1) for start in range(3)]
    assert parts == [whole[:1], whole[1:], []]
    assert store.events(request.id, 0, 9) == whole
    assert store.events(request.id, 1) == whole[1:]


def test_the_body_of_the_callback_is_frozen_with_the_decision(store: RequestStore):
    request = open_one(store)
    with pytest.raises(RequestNotFound):
        store.message(request.id)
    decision = prepared(store, request, approval(request))
    store.commit(decision, "op-1")
    assert store.message(request.id) == decision.message


def test_a_clients_requests_are_listed_newest_first_in_pages(store: RequestStore):
    now = store.now()
    ids = [open_one(store, id=f"req_{n:026d}", opened_ms=now + n).id for n in range(5)]
    open_one(store, client="payroll")
    first = store.page(Query(client="billing", limit=2))
    assert [one.id for one in first.requests] == [ids[4], ids[3]]
    second = store.page(Query(client="billing", limit=2, cursor=first.cursor))
    third = store.page(Query(client="billing", limit=2, cursor=second.cursor))
    assert [one.id for one in (*second.requests, *third.requests)] == [ids[2], ids[1], ids[0]]
    assert third.cursor is None


def test_lists_are_narrowed_by_status_and_policy(store: RequestStore):
    one, two = open_one(store), open_one(store)
    change(store, one.id, approval(one))

    def found(**narrowed: Any) -> list[str]:
        return [each.id for each in store.page(Query(client="billing", **narrowed)).requests]

    assert found(status=Status.APPROVED) == [one.id]
    assert found(status=Status.PENDING) == [two.id]
    assert set(found(policy="refund")) == {one.id, two.id}
    assert found(policy="refund", status=Status.PENDING) == [two.id]
    assert found(policy="other", status=Status.PENDING) == []


def test_an_erased_request_leaves_nothing_but_its_events(store: RequestStore, inside: Inside):
    key = Idempotency(client="billing", key="order-7", fingerprint="f1")
    long_ago = store.now() - 100 * 86_400_000
    transition = opening(store, opened_ms=long_ago, idempotency_key="order-7")
    store.commit(transition, "op-1", idempotency=key)
    request_id = transition.request.id
    request = store.load(request_id).request
    decided = lifecycle.apply(request, Wake(), long_ago + 2 * 86_400_000)
    assert decided is not None
    store.commit(decided, "op-2")
    delivered = CallbackTried(status=200, error=None, retry_after_s=None, took_ms=1, jitter=0)
    change(store, request_id, delivered)
    assert change(store, request_id, Wake()) is None
    assert inside.left() == set()
    assert inside.stream()[-1] == "request.erased"


def test_of_eight_reviewers_at_once_one_decides_and_seven_hear_who(store: RequestStore):
    request = open_one(store)
    heard: list[str] = []
    start = threading.Barrier(8)

    def press(number: int) -> None:
        outcome = list(Outcome)[number % 3]
        name = f"Reviewer {number}"
        start.wait()
        try:
            command = approval(request, person=person(name=name), outcome=outcome, comment="why")
            change(store, request.id, command)
        except AlreadyDecided as error:
            heard.append(error.message)

    threads = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decision = store.load(request.id).request.state.decision
    assert decision is not None
    assert len(heard) == 7
    assert all(message.startswith(decision.by[0].name) for message in heard)
    decided = [e for e in store.events(request.id) if e.type.value == "request.decided"]
    assert len(decided) == 1


def test_a_commit_sets_what_is_due_and_rings_for_what_is_due_now(
    store: RequestStore, inside: Inside
):
    request = open_one(store)
    assert inside.due_ms(Lane.TIME, request.id) == request.state.expires_ms
    since = inside.due_ms(Lane.SLACK, request.id) or 0
    assert request.body.opened_ms <= since <= store.now(), "what is due already is due from now on"
    assert inside.due_ms(Lane.CALLBACK, request.id) is None
    assert inside.jobs(Lane.SLACK) == 1
    assert inside.jobs(Lane.TIME) == 0
    open_one(store)
    assert inside.jobs(Lane.SLACK) == 1, "a bell that was rung stays quiet"


def test_what_ended_is_listed_by_how_it_ended_newest_first_in_pages(store: RequestStore):
    requests = [open_one(store) for _ in range(4)]
    for request in requests[:3]:
        change(store, request.id, Cancel(by=CLIENT, reason=None))
    newest = sorted((one.id for one in requests[:3]), reverse=True)
    assert store.ended(Status.CANCELLED, None, 2) == newest[:2]
    assert store.ended(Status.CANCELLED, newest[1], 2) == newest[2:]
    assert store.ended(Status.APPROVED, None, 2) == []
