"""What a worker does with what is due while everything is paused, and afterwards."""

from __future__ import annotations

import pytest

from app.changes import change
from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import CardDrawn, Stop
from app.domain.due import Lane
from app.domain.request import Held, Request, Status
from app.identifiers import new_operation
from app.lanes import TimeLane
from app.ports import Answer, Paused
from policies.plan import Route, Watch
from tests import fakes
from tests.builders import body, evaluation, person, plan
from tests.unit.test_lanes import FakeLanes, OneCallback, asked, callback_lane, claim_of, decided


@pytest.fixture
def store() -> fakes.FakeStore:
    return fakes.FakeStore()


@pytest.fixture
def lanes() -> FakeLanes:
    return FakeLanes()


def test_no_callback_is_sent_during_a_pause(store: fakes.FakeStore, lanes: FakeLanes):
    request = decided(store)
    callbacks = OneCallback(Answer(200, None, None, 3))
    store.lanes.paused = True
    callback_lane(store, lanes, callbacks)(claim_of(request, Lane.CALLBACK))
    assert callbacks.sent == 0
    store.lanes.paused = False
    callback_lane(store, lanes, callbacks)(claim_of(request, Lane.CALLBACK))
    assert callbacks.sent == 1


def held(store: fakes.FakeStore) -> Request:
    """What its policy approves, opened during a pause."""
    judged = body(evaluation=evaluation(Route.APPROVE))
    opening = lifecycle.begin(judged, Held(reason="paused", since_ms=store.clock))
    store.commit(opening, new_operation())
    store.lanes.paused = True
    return opening.request


def test_an_approval_by_policy_alone_waits_for_the_end_of_the_pause(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request = held(store)
    TimeLane(store, lanes)([claim_of(request, Lane.TIME)])
    assert lanes.ended == [(request.id, "held 300000")]
    assert store.load(request.id).request == request
    store.lanes.paused = False
    TimeLane(store, lanes)([claim_of(request, Lane.TIME)])
    assert store.load(request.id).request.state.status is Status.APPROVED


def watch(store: fakes.FakeStore) -> Request:
    """A watch whose window is over, an hour before it expires."""
    review = plan(watch=Watch(for_s=900), expire_s=4500)
    request = asked(store, evaluation=evaluation(Route.WATCH, plan=review))
    place = Place(channel="C0APPROVAL", ts="1.1")
    change(store, request.id, CardDrawn(target="#approvals", place=place, face=1))
    store.clock += 900_000
    return request


def test_a_watch_waits_for_the_end_of_the_pause_but_not_past_its_expiry(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request = watch(store)
    store.lanes.paused = True
    TimeLane(store, lanes)([claim_of(request, Lane.TIME)])
    found = store.load(request.id).request
    assert found.state.held == Held(reason="paused", since_ms=store.clock)
    store.clock += 3_599_000
    later = FakeLanes()
    TimeLane(store, later)([claim_of(request, Lane.TIME)])
    assert later.ended == [(request.id, "held 1000")]
    store.clock += 1_000
    TimeLane(store, later)([claim_of(request, Lane.TIME)])
    assert store.load(request.id).request.state.status is Status.EXPIRED


def test_what_was_stopped_in_the_meantime_waits_for_no_pause(
    store: fakes.FakeStore, lanes: FakeLanes, monkeypatch: pytest.MonkeyPatch
):
    request = watch(store)
    store.lanes.paused = True
    commit = store.commit

    def stopped_first(*args, **kwargs):
        monkeypatch.setattr(store, "commit", commit)
        stop = Stop(person=person(), reason="No.", digest=request.body.digest)
        change(store, request.id, stop)
        raise Paused

    monkeypatch.setattr(store, "commit", stopped_first)
    TimeLane(store, lanes)([claim_of(request, Lane.TIME)])
    assert lanes.ended == [(request.id, "released")]
    assert store.load(request.id).request.state.held is None
