"""Claims: who holds what, until when, and what happens to what nobody finished."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.changes import change
from app.domain.cards import Place
from app.domain.commands import CardDrawn
from app.domain.due import Lane
from app.domain.errors import NotAReviewer
from app.domain.request import Request
from app.ports import Lanes, RequestStore
from app.store import lanes as lanes_module
from tests.builders import approval, person
from tests.contract.inside import Inside
from tests.contract.test_requests import open_one

DRAWN = CardDrawn(target="#approvals", place=Place(channel="C0APPROVAL", ts="1.1"), face=1)


def held_ids(lanes: Lanes, limit: int = 10) -> list[str]:
    return [claim.request_id for claim in lanes.claim(Lane.SLACK, limit)]


def test_a_claim_keeps_others_off(store: RequestStore, lanes: Lanes):
    requests = [open_one(store) for _ in range(3)]
    assert len(lanes.claim(Lane.SLACK, 2)) == 2
    assert len(lanes.claim(Lane.SLACK, 2)) == 1
    assert lanes.claim(Lane.SLACK, 2) == []
    assert lanes.claim(Lane.CALLBACK, 2) == []
    assert len(requests) == 3


def test_what_was_done_and_let_go_is_not_due_again(store: RequestStore, lanes: Lanes):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 10)
    change(store, request.id, DRAWN)
    lanes.release(claim)
    assert lanes.waits()[Lane.SLACK] is None


def test_what_was_let_go_undone_is_due_at_once(store: RequestStore, lanes: Lanes):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 10)
    lanes.release(claim)
    [again] = lanes.claim(Lane.SLACK, 10)
    assert again.request_id == request.id
    assert not again.unfinished


def test_many_are_let_go_at_once(store: RequestStore, lanes: Lanes, inside: Inside):
    done, undone, lost = (open_one(store) for _ in range(3))
    claims = lanes.claim(Lane.SLACK, 10)
    change(store, done.id, DRAWN)
    stolen = [replace(one, token="another") for one in claims if one.request_id == lost.id]
    lanes.release_all([*(one for one in claims if one.request_id != lost.id), *stolen])
    assert held_ids(lanes) == [undone.id]
    assert inside.claimed(Lane.SLACK) == 2, "what another holds stays with them"


def test_news_that_come_during_a_claim_are_not_lost_with_it(store: RequestStore, lanes: Lanes):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 10)
    change(store, request.id, DRAWN)
    change(store, request.id, approval(request, seen=DRAWN.place))
    assert held_ids(lanes) == [], "the one who holds it will see to it"
    lanes.release(claim)
    assert held_ids(lanes) == [request.id]


def test_a_lease_that_ran_out_says_that_its_work_may_be_half_done(
    store: RequestStore, lanes: Lanes, inside: Inside, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lanes_module, "LEASE_MS", 0)
    request = open_one(store)
    [lost] = lanes.claim(Lane.SLACK, 10)
    [found] = lanes.claim(Lane.SLACK, 10)
    assert found.request_id == request.id
    assert found.unfinished
    lanes.release(lost)
    assert inside.claimed(Lane.SLACK) == 1, "a lease that was lost ends nobody else's"


def test_what_is_postponed_stays_alone_for_that_long(store: RequestStore, lanes: Lanes):
    open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 10)
    lanes.postpone(claim, 60_000)
    assert lanes.claim(Lane.SLACK, 10) == []
    wait_ms = lanes.waits()[Lane.SLACK]
    assert wait_ms is not None
    assert 0 < wait_ms <= 60_000


def test_what_fails_is_set_aside_longer_each_time_and_holds_up_nobody(
    store: RequestStore, lanes: Lanes, inside: Inside
):
    poison = open_one(store)
    waits = []
    for _ in range(3):
        [claim] = lanes.claim(Lane.SLACK, 10)
        assert claim.request_id == poison.id
        lanes.set_aside(claim, "ValueError")
        waits.append(lanes.waits()[Lane.SLACK] or 0)
        inside.make_due(Lane.SLACK, poison.id)
    assert 0 < waits[0] <= 1000 < waits[1] <= 2000 < waits[2] <= 4000
    assert inside.set_aside(Lane.SLACK) == {poison.id: 3}
    [claim] = lanes.claim(Lane.SLACK, 10)
    lanes.release(claim)
    assert inside.set_aside(Lane.SLACK) == {}


def test_the_clock_is_told_when_the_next_is_due(store: RequestStore, lanes: Lanes):
    assert lanes.waits()[Lane.TIME] is None
    request: Request = open_one(store)
    wait_ms = lanes.waits()[Lane.TIME]
    assert wait_ms is not None
    assert 86_000_000 < wait_ms <= 86_400_000
    assert lanes.waits()[Lane.SLACK] == 0
    assert request.pending


def test_a_bell_rings_again_once_it_was_answered(lanes: Lanes, inside: Inside):
    lanes.ring(Lane.TIME)
    lanes.ring(Lane.TIME)
    assert inside.jobs(Lane.TIME) == 1
    lanes.answer(Lane.TIME)
    lanes.ring(Lane.TIME)
    assert inside.jobs(Lane.TIME) == 2


def test_what_was_found_unfinished_stays_so_while_it_is_put_off(
    store: RequestStore, lanes: Lanes, inside: Inside, monkeypatch: pytest.MonkeyPatch
):
    request = open_one(store)
    monkeypatch.setattr(lanes_module, "LEASE_MS", 0)
    lanes.claim(Lane.SLACK, 10)
    monkeypatch.undo()
    [found] = lanes.claim(Lane.SLACK, 10)
    lanes.postpone(found, 60_000)
    lanes.release(found)
    assert held_ids(lanes) == [], "letting go twice undoes nothing"
    inside.make_due(Lane.SLACK, request.id)
    [again] = lanes.claim(Lane.SLACK, 10)
    assert again.unfinished
    lanes.set_aside(again, "ValueError")
    inside.make_due(Lane.SLACK, request.id)
    [last] = lanes.claim(Lane.SLACK, 10)
    assert last.unfinished
    lanes.release(last)
    assert inside.claimed(Lane.SLACK) == 0


def test_help_is_called_only_when_more_is_due(store: RequestStore, lanes: Lanes, inside: Inside):
    for _ in range(3):
        open_one(store)
    lanes.answer(Lane.SLACK)
    called = inside.jobs(Lane.SLACK)
    lanes.claim(Lane.SLACK, 2)
    assert inside.jobs(Lane.SLACK) == called + 1
    lanes.answer(Lane.SLACK)
    lanes.claim(Lane.SLACK, 2)
    assert inside.jobs(Lane.SLACK) == called + 1


def test_a_change_leaves_the_back_off_of_other_lanes_alone(
    store: RequestStore, lanes: Lanes, inside: Inside
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    lanes.set_aside(claim, "ValueError")
    intruder = approval(request, person=person(id="U0EVE00001", email="eve@example.com"))
    with pytest.raises(NotAReviewer):
        change(store, request.id, intruder)
    assert lanes.claim(Lane.SLACK, 1) == []
    assert inside.set_aside(Lane.SLACK) == {request.id: 1}


def test_nobody_is_called_for_what_somebody_is_at(
    store: RequestStore, lanes: Lanes, inside: Inside
):
    request = open_one(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    lanes.answer(Lane.SLACK)
    rung = inside.jobs(Lane.SLACK)
    change(store, request.id, DRAWN)
    change(store, request.id, approval(request, seen=DRAWN.place))
    assert inside.jobs(Lane.SLACK) == rung
    lanes.release(claim)
    assert held_ids(lanes) == [request.id]
