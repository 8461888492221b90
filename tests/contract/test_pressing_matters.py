"""What is to be shown at once does not wait in line behind a channel's backlog."""

from __future__ import annotations

from app.changes import change
from app.domain.commands import Claim as ClaimIt
from app.domain.commands import TargetsFound, Wake
from app.domain.due import Lane
from app.domain.request import Request
from app.ports import InLine, Lanes, RequestStore
from policies.plan import Escalation
from tests.builders import approval, evaluation, person, plan
from tests.contract.test_requests import open_one

CHANNEL = "#approvals"
BACKUP = "U0CFO00001"
FAR_MS = 1_000_000
HOUR_MS = 3_600_000
STEPS = (Escalation(after_s=3600, ask=(BACKUP,)),)


def overdue(store: RequestStore) -> Request:
    """A request that escalates with the next look at its timers."""
    judged = evaluation(plan=plan(escalations=STEPS))
    return open_one(store, opened_ms=store.now() - 2 * HOUR_MS, evaluation=judged)


def put_off(lanes: Lanes) -> None:
    """What is due waits its turn in a long line."""
    for claim in lanes.claim(Lane.SLACK, 10):
        lanes.postpone(claim, FAR_MS)


def due_now(lanes: Lanes) -> list[str]:
    return [claim.request_id for claim in lanes.claim(Lane.SLACK, 10)]


def test_an_escalation_is_shown_at_once_whatever_waits_in_the_channel(
    store: RequestStore, lanes: Lanes
):
    request = overdue(store)
    put_off(lanes)
    change(store, request.id, Wake())
    assert due_now(lanes) == [request.id]


def test_the_requester_hears_of_a_decision_at_once(store: RequestStore, lanes: Lanes):
    request = open_one(store, on_behalf_of="U0REQ00001")
    put_off(lanes)
    change(store, request.id, approval(request, seen=None))
    assert due_now(lanes) == [request.id]


def test_whoever_waits_for_the_channel_alone_is_not_brought_forward(
    store: RequestStore, lanes: Lanes
):
    request = open_one(store)
    put_off(lanes)
    press = ClaimIt(person=person(), digest=request.body.digest, seen=None)
    assert change(store, request.id, press) != request
    assert due_now(lanes) == []


def test_the_line_puts_nobody_off_who_has_more_to_show(store: RequestStore, lanes: Lanes):
    request = overdue(store)
    change(store, request.id, Wake())
    lanes.stagger(Lane.SLACK, CHANNEL, FAR_MS, 50)
    assert store.in_line(CHANNEL, request.id) == InLine(0, 0), "it keeps its place"
    assert due_now(lanes) == [request.id]
    change(store, request.id, TargetsFound(refs=(BACKUP,), targets=("D0CFO00001",)))
    another = open_one(store)
    lanes.stagger(Lane.SLACK, CHANNEL, FAR_MS, 50)
    assert another.id not in due_now(lanes)


def test_a_change_while_a_worker_is_at_it_is_not_put_off_with_the_rest(
    store: RequestStore, lanes: Lanes
):
    request = overdue(store)
    [claim] = lanes.claim(Lane.SLACK, 1)
    change(store, request.id, Wake())
    assert due_now(lanes) == []
    lanes.postpone(claim, FAR_MS)
    [again] = lanes.claim(Lane.SLACK, 1)
    lanes.postpone(again, FAR_MS)
    assert due_now(lanes) == [], "once"
