"""Who waits in the line of a channel, and those who are taken out of their turn."""

from __future__ import annotations

import pytest
import redis

from app.changes import change
from app.domain.commands import TargetLost
from app.domain.due import Lane
from app.domain.request import Request
from app.ports import Claim, InLine, Lanes, RequestStore
from app.store import lanes as lanes_module
from app.store.pace import RedisPace
from tests.builders import approval, evaluation, plan
from tests.contract.inside import Inside
from tests.contract.test_lanes import DRAWN
from tests.contract.test_requests import open_one

CHANNEL = "#approvals"


def several(store: RequestStore, count: int, **changes: object) -> list[Request]:
    """Requests in the order of their ids, which is that of opening."""
    return sorted([open_one(store, **changes) for _ in range(count)], key=lambda one: one.id)


def taken(lanes: Lanes, limit: int = 20) -> list[Claim]:
    return lanes.claim_line(Lane.SLACK, CHANNEL, limit)


def ids(claims: list[Claim]) -> list[str]:
    return [claim.request_id for claim in claims]


def test_who_waits_for_a_card_stands_in_line_in_order_of_opening(store: RequestStore, lanes: Lanes):
    one, two, three = several(store, 3)
    assert [store.in_line(CHANNEL, each.id) for each in (one, two, three)] == [
        InLine(0, 2),
        InLine(1, 2),
        InLine(2, 2),
    ]
    assert ids(taken(lanes, 2)) == [one.id, two.id]
    assert ids(taken(lanes, 2)) == [three.id], "those who are held are passed over"


def test_who_has_a_card_or_needs_none_leaves_the_line(store: RequestStore, lanes: Lanes):
    drawn, decided, lost, left = several(store, 4)
    change(store, drawn.id, DRAWN)
    change(store, decided.id, approval(decided, seen=None))
    change(store, lost.id, TargetLost(target=CHANNEL, problem="is_archived"))
    assert store.in_line(CHANNEL, drawn.id) is None
    assert store.in_line(CHANNEL, left.id) == InLine(0, 0)
    assert ids(taken(lanes)) == [left.id]


def test_each_channel_has_a_line_of_its_own(store: RequestStore, lanes: Lanes):
    elsewhere = evaluation(plan=plan(channel="#elsewhere"))
    [here], [there] = several(store, 1), several(store, 1, evaluation=elsewhere)
    assert store.in_line("#elsewhere", there.id) == InLine(0, 0)
    assert store.in_line("#elsewhere", here.id) is None
    assert lanes.claim_line(Lane.SLACK, "D0ANA00001", 20) == []
    assert ids(taken(lanes)) == [here.id]


def test_those_that_wait_are_taken_whenever_they_are_due(store: RequestStore, lanes: Lanes):
    one, two = several(store, 2)
    for claim in lanes.claim(Lane.SLACK, 2):
        lanes.postpone(claim, 60_000)
    claims = taken(lanes)
    assert [(each.request_id, each.unfinished) for each in claims] == [
        (one.id, False),
        (two.id, False),
    ]
    assert taken(lanes) == [], "a claim keeps others off, this kind too"
    for claim in claims:
        lanes.release(claim)
    assert len(lanes.claim(Lane.SLACK, 2)) == 2


def test_nobody_is_taken_who_is_held_set_aside_or_done(store: RequestStore, lanes: Lanes):
    held, aside = several(store, 2)
    claims = {claim.request_id: claim for claim in lanes.claim(Lane.SLACK, 2)}
    lanes.set_aside(claims[aside.id], "ValueError")
    [done] = several(store, 1)
    [claim] = lanes.claim(Lane.SLACK, 1)
    change(store, done.id, DRAWN)
    lanes.release(claim)
    assert taken(lanes) == []
    assert store.in_line(CHANNEL, held.id) == InLine(0, 1)


def test_what_is_taken_past_its_lease_may_be_half_done(
    store: RequestStore, lanes: Lanes, monkeypatch: pytest.MonkeyPatch
):
    several(store, 2)
    monkeypatch.setattr(lanes_module, "LEASE_MS", 0)
    lanes.claim(Lane.SLACK, 1)
    assert sorted(claim.unfinished for claim in taken(lanes)) == [False, True]


def test_those_in_line_come_one_after_the_other_and_nobody_else_is_moved(
    store: RequestStore, lanes: Lanes, inside: Inside
):
    elsewhere = evaluation(plan=plan(channel="#elsewhere"))
    [other] = several(store, 1, evaluation=elsewhere)
    requests = several(store, 4)
    first = taken(lanes, 3)
    for claim in first[:2]:
        lanes.release(claim)
    held = first[2]
    lanes.stagger(Lane.SLACK, CHANNEL, 30_000, 50)
    [claim] = lanes.claim(Lane.SLACK, 10)
    assert claim.request_id == other.id
    due = [inside.due_ms(Lane.SLACK, one.id) or 0 for one in requests]
    assert [due[1] - due[0], due[3] - due[0]] == [50, 150]
    lanes.release(held)
    assert [one.request_id for one in lanes.claim(Lane.SLACK, 10)] == [requests[2].id]


def test_who_was_left_half_done_is_not_moved(
    store: RequestStore, lanes: Lanes, monkeypatch: pytest.MonkeyPatch
):
    several(store, 1)
    monkeypatch.setattr(lanes_module, "LEASE_MS", 0)
    lanes.claim(Lane.SLACK, 1)
    monkeypatch.undo()
    lanes.stagger(Lane.SLACK, CHANNEL, 30_000, 50)
    assert [one.unfinished for one in lanes.claim(Lane.SLACK, 1)] == [True]


def test_who_knows_how_many_come_first_is_told_so_long(client: redis.Redis):
    pace = RedisPace(client)
    assert pace.reserve("slack:C1", 60_000, 2.5) == 0
    waits = [pace.reserve("slack:C1", 60_000, ahead) for ahead in (0, 0, 2.5)]
    assert [round((wait - waits[0]) / 30_000) for wait in waits] == [0, 0, 5]
