"""Asking again after Revise, and what came of an approval."""

from __future__ import annotations

from typing import Any

import pytest

from app.reviewing import At
from policies.plan import Outcome
from tests.integration.http.door import SHOP_KEY, Door
from tests.integration.http.world import World

ANA = "U0ANA00001"
CHANGED = {"amount": 200, "customer": "Acme"}


def decided(door: Door, world: World, outcome: Outcome, **fields: Any) -> dict[str, Any]:
    opened = door.open(**fields)
    at = At(opened["id"], ANA, opened["digest"])
    world.reviewing.decide(at, outcome, comment="Without the shipping, please.")
    return opened


def again(door: Door, request: dict[str, Any], **fields: Any):
    return door.post(f"/v1/requests/{request['id']}/revisions", json={"payload": CHANGED, **fields})


def test_it_is_asked_again_under_one_root_with_the_difference(door: Door, world: World):
    first = decided(
        door, world, Outcome.REVISE, policy="refund", payload={"amount": 240, "customer": "Acme"}
    )
    answer = again(door, first, callback_url="https://example.com/resume/2")
    assert answer.status_code == 201
    second = answer.json()
    assert (second["root_id"], second["revision"]) == (first["id"], 2)
    assert second["id"] != first["id"]
    assert second["status"] == "pending"
    assert second["callback_url"] == "https://example.com/resume/2"
    assert second["title"] == first["title"]
    assert second["revises"]["id"] == first["id"]
    assert second["revises"]["comment"] == "Without the shipping, please."
    assert second["revises"]["changes"] == [
        {"field": "amount", "kind": "changed", "before": 240, "after": 200}
    ]
    assert [stage["approvals"] for stage in second["review"]["stages"]] == [[]]


def test_the_same_again_is_the_same_request_and_anything_else_is_refused(door: Door, world: World):
    first = decided(door, world, Outcome.REVISE)
    second = again(door, first).json()
    repeated = again(door, first)
    assert repeated.json()["id"] == second["id"]
    assert repeated.headers["Idempotent-Replayed"] == "true"
    other = again(door, first, payload={"amount": 1, "customer": "Acme"})
    assert (other.status_code, other.json()["code"]) == (409, "not_revisable")
    assert second["id"] in other.json()["detail"]


def test_what_a_policy_would_let_through_is_looked_at_when_it_is_asked_again(
    door: Door, world: World
):
    first = decided(door, world, Outcome.REVISE, policy="refund", payload={"amount": 240})
    second = again(door, first, payload={"amount": 20})
    assert second.json()["status"] == "pending"


def test_the_same_payload_with_the_same_words_is_refused(door: Door, world: World):
    first = decided(door, world, Outcome.REVISE, payload={"amount": 240})
    same = again(door, first, payload={"amount": 240.0})
    assert (same.status_code, same.json()["code"]) == (422, "revision_unchanged")
    explained = again(door, first, payload={"amount": 240}, context={"why": "It is what it costs."})
    assert explained.status_code == 201


@pytest.mark.parametrize("outcome", [Outcome.APPROVE, Outcome.REJECT])
def test_only_what_a_reviewer_wanted_changed_is_asked_again(
    door: Door, world: World, outcome: Outcome
):
    answer = again(door, decided(door, world, outcome))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_revisable")
    waiting = again(door, door.open())
    assert (waiting.status_code, waiting.json()["code"]) == (409, "not_revisable")


def test_nobody_asks_again_for_another_client(door: Door, world: World):
    first = decided(door, world, Outcome.REVISE)
    path = f"/v1/requests/{first['id']}/revisions"
    answer = door.post(path, json={"payload": CHANGED}, key=SHOP_KEY)
    assert answer.status_code == 404


def test_the_result_of_an_approval_is_kept_and_shown(door: Door, world: World):
    approved = decided(door, world, Outcome.APPROVE)
    path = f"/v1/requests/{approved['id']}/result"
    told = door.post(path, json={"ok": True, "text": "Refund sent, re_123"})
    assert told.status_code == 200
    assert told.json()["result"]["text"] == "Refund sent, re_123"
    seen = door.get(f"/v1/requests/{approved['id']}").json()
    assert seen["result"]["ok"] is True


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"ok": "yes", "text": "Done"},
        {"ok": True, "text": ""},
        {"ok": True, "text": "two\nlines"},
        {"ok": True, "text": "Done", "link": "javascript:alert(1)"},
        {"ok": True, "text": "x" * 501},
    ],
)
def test_a_result_that_does_not_fit_is_refused(door: Door, world: World, report: dict[str, Any]):
    approved = decided(door, world, Outcome.APPROVE)
    answer = door.post(f"/v1/requests/{approved['id']}/result", json=report)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_nothing_comes_of_what_waits(door: Door):
    answer = door.post(
        f"/v1/requests/{door.open()['id']}/result", json={"ok": True, "text": "Done"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_report")
