"""What clients see of a pause, and of asking for more than they may."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from app.changes import change
from app.domain.commands import Wake
from app.ports import Client, LimitReached
from policies.plan import Route
from tests.builders import NOW
from tests.fakes import FakeJudge
from tests.integration.http.door import MONITOR_KEY, NEW, Door
from tests.integration.http.world import World

ROUTINE: dict[str, Any] = {"policy": "refund", "payload": {"amount": 20}}
SINCE = "2026-09-21T14:13:20.000Z"
UNTIL = "2026-09-21T14:14:20.000Z"
KEY = {"Idempotency-Key": "refund-4711"}


def test_what_can_not_be_counted_is_not_let_in(door: Door, world: World):
    world.admission.down = True
    answer = door.post("/v1/requests", json=NEW)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert len(world.store) == 0


def test_during_a_pause_what_the_policy_approves_is_pending_and_held(door: Door, world: World):
    world.store.lanes.paused = True
    opened = door.open(**ROUTINE, callback_url="https://example.com/resume")
    assert (opened["status"], opened["decision"], opened["review"]) == ("pending", None, None)
    assert opened["held"] == {"reason": "paused", "since": SINCE, "until": None}
    assert (opened["evaluation"]["route"], opened["expires_at"]) == ("approve", None)
    assert door.get("/v1/requests?status=pending").json()["requests"] == [opened]
    world.store.lanes.paused = False
    change(world.store, opened["id"], Wake())
    approved = door.get(f"/v1/requests/{opened['id']}").json()
    assert (approved["status"], approved["held"]) == ("approved", None)
    assert approved["decision"]["by"][0]["kind"] == "policy"
    assert approved["callback"]["outcome"] == "waiting"


def test_during_a_pause_people_are_asked_as_before(door: Door, world: World):
    world.store.lanes.paused = True
    assert door.open()["held"] is None


def test_the_same_key_gives_the_same_held_request(door: Door, world: World):
    world.store.lanes.paused = True
    first = door.post("/v1/requests", json={**NEW, **ROUTINE}, headers=KEY)
    again = door.post("/v1/requests", json={**NEW, **ROUTINE}, headers=KEY)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(world.store) == 1


def test_what_is_held_can_be_withdrawn(door: Door, world: World):
    world.store.lanes.paused = True
    opened = door.open(**ROUTINE)
    answer = door.post(f"/v1/requests/{opened['id']}/cancel", json={})
    assert (answer.json()["status"], answer.json()["held"]) == ("cancelled", None)


def test_a_held_approval_counts_in_the_limit_of_its_rule():
    world = World(judge=FakeJudge(most=1))
    world.store.lanes.paused = True
    with TestClient(world.application) as client:
        door = Door(client)
        assert door.open(**ROUTINE)["held"]["reason"] == "paused"
        second = door.open(**ROUTINE)
    assert (second["evaluation"]["route"], second["held"]) == ("review", None)


def test_a_limit_that_is_reached_between_the_two_tries_leads_to_people(door: Door, world: World):
    world.store.lanes.paused = True
    commit, tries = world.store.commit, []

    def full(transition, *args, **kwargs):
        tries.append(transition)
        if len(tries) == 2:
            raise LimitReached("routine")
        return commit(transition, *args, **kwargs)

    world.store.commit = full  # type: ignore[method-assign]
    opened = door.open(**ROUTINE)
    assert len(tries) == 3
    assert (opened["evaluation"]["route"], opened["held"]) == (Route.REVIEW.value, None)


def test_a_monitors_anomaly_ends_what_only_waits_for_resume(door: Door, world: World):
    world.store.lanes.paused = True
    opened = door.open(**ROUTINE)
    path = f"/v1/requests/{opened['id']}/signals"
    answer = door.post(path, key=MONITOR_KEY, json={"signals": {"anomaly": True}})
    assert answer.json()["status"] == "rejected"
    world.store.lanes.paused = False
    change(world.store, opened["id"], Wake())
    assert door.get(f"/v1/requests/{opened['id']}").json()["status"] == "rejected"


def test_past_its_limit_a_client_is_answered_and_its_request_waits_for_people(
    door: Door, world: World
):
    world.admission.until_ms = NOW + 60_000
    opened = door.open(**ROUTINE)
    assert opened["status"] == "pending"
    assert opened["held"] == {"reason": "limit", "since": SINCE, "until": UNTIL}
    assert opened["evaluation"]["route"] == "review"
    assert opened["expires_at"] is None
    world.store.clock = NOW + 60_000
    change(world.store, opened["id"], Wake())
    released = door.get(f"/v1/requests/{opened['id']}").json()
    assert (released["status"], released["held"]) == ("pending", None)
    assert released["expires_at"] == "2026-09-22T14:14:20.000Z"
    trail = door.get(f"/v1/requests/{opened['id']}/events").json()["events"]
    assert [one["type"] for one in trail] == [
        "request.opened",
        "request.held",
        "request.released",
    ]
    assert trail[1]["detail"] == {"reason": "limit", "until_ms": NOW + 60_000}


def test_a_replay_and_a_refusal_use_up_nothing_of_a_limit(door: Door, world: World):
    door.post("/v1/requests", json=NEW, headers=KEY)
    asked: list[Client] = []

    def admit(client: Client) -> None:
        asked.append(client)

    world.admission.admit = admit  # type: ignore[method-assign]
    door.post("/v1/requests", json=NEW, headers=KEY)
    door.post("/v1/requests", json={**NEW, "policy": "refund", "payload": {"amount": "many"}})
    assert asked == []
    door.open()
    assert [client.id for client in asked] == ["billing"]
