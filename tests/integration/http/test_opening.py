"""POST /v1/requests."""

from __future__ import annotations

from typing import Any

from tests.integration.http.door import NEW, REFUNDS_KEY, SHOP_KEY, Door
from tests.integration.http.world import World

KEY = {"Idempotency-Key": "refund-4711"}
_JSON = {"Content-Type": "application/json", "Idempotency-Key": "order"}


def test_a_request_that_a_person_must_see_is_pending(door: Door, world: World):
    answer = door.post("/v1/requests", json=NEW)
    opened = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/requests/{opened['id']}"
    assert (opened["status"], opened["decision"]) == ("pending", None)
    assert opened["policy"] == "default"
    assert door.get(answer.headers["location"]).json() == opened
    assert len(world.store) == 1


def test_what_the_policy_decides_is_final_in_the_answer(door: Door):
    opened = door.open(policy="refund", payload={"amount": 20})
    assert opened["status"] == "approved"
    assert opened["decision"]["by"][0]["kind"] == "policy"
    assert opened["evaluation"]["rule"] == "routine"


def test_everything_that_was_sent_is_given_back(door: Door):
    sent: dict[str, Any] = {
        "context": [{"note": "naïve — 東京"}, None, 1.5],
        "signals": {"confidence": 0.7},
        "metadata": {"run": "8f2c"},
        "on_behalf_of": "ana@example.com",
        "callback_url": "https://example.com/resume",
        "callback_on": "human",
    }
    opened = door.open(**sent)
    assert {name: opened[name] for name in sent} == sent


def test_the_same_key_with_the_same_body_opens_one_request(door: Door, world: World):
    first = door.post("/v1/requests", json=NEW, headers=KEY)
    again = door.post("/v1/requests", json=NEW, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(world.store) == 1


def test_the_field_and_the_header_are_one_key(door: Door, world: World):
    door.post("/v1/requests", json={**NEW, "idempotency_key": "refund-4711"})
    again = door.post("/v1/requests", json=NEW, headers=KEY)
    both = door.post("/v1/requests", json={**NEW, "idempotency_key": "refund-4711"}, headers=KEY)
    assert again.headers["idempotent-replayed"] == "true"
    assert both.headers["idempotent-replayed"] == "true"
    assert len(world.store) == 1


def test_the_order_of_fields_makes_no_other_body(door: Door):
    door.post("/v1/requests", content=b'{"title": "t", "payload": {"a": 1, "b": 2}}', headers=_JSON)
    again = door.post(
        "/v1/requests", content=b'{"payload": {"b": 2, "a": 1.0}, "title": "t"}', headers=_JSON
    )
    assert again.headers["idempotent-replayed"] == "true"


def test_a_key_and_a_field_that_differ_are_refused(door: Door, world: World):
    answer = door.post("/v1/requests", json={**NEW, "idempotency_key": "other"}, headers=KEY)
    assert answer.json()["code"] == "idempotency_keys_differ"
    assert len(world.store) == 0


def test_a_key_that_comes_with_another_body_is_refused(door: Door, world: World):
    door.post("/v1/requests", json=NEW, headers=KEY)
    answer = door.post("/v1/requests", json={**NEW, "title": "Another"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(world.store) == 1


def test_two_clients_may_use_one_key(door: Door, world: World):
    door.post("/v1/requests", json=NEW, headers=KEY)
    other = door.post("/v1/requests", json=NEW, headers=KEY, key=SHOP_KEY)
    assert other.status_code == 201
    assert "idempotent-replayed" not in other.headers
    assert len(world.store) == 2


def test_without_a_key_each_call_opens_a_request(door: Door, world: World):
    assert door.open()["id"] != door.open()["id"]
    assert len(world.store) == 2


def test_a_client_has_a_default_policy_and_may_always_ask_a_person(door: Door):
    assert door.open(key=REFUNDS_KEY, payload={"amount": 20})["policy"] == "refund"
    assert door.open(key=REFUNDS_KEY, policy="default")["policy"] == "default"


def test_a_preference_to_wait_is_applied_even_where_there_is_nothing_to_wait_for(door: Door):
    automatic = {**NEW, "policy": "refund", "payload": {"amount": 20}}
    answer = door.post("/v1/requests", json=automatic, headers={"Prefer": "wait=25"})
    assert answer.headers["preference-applied"] == "wait=25"
    assert answer.json()["status"] == "approved"


def test_a_preference_that_can_not_be_read_is_ignored(door: Door):
    answer = door.post("/v1/requests", json=NEW, headers={"Prefer": "wait=soon"})
    assert answer.status_code == 201
    assert "preference-applied" not in answer.headers


def test_a_store_that_goes_away_while_a_client_waits_does_not_make_it_ask_twice(
    door: Door, world: World
):
    commit = world.store.commit

    def commit_and_go(*args, **kwargs):
        replay = commit(*args, **kwargs)
        world.store.down = True
        return replay

    world.store.commit = commit_and_go  # type: ignore[method-assign]
    answer = door.post("/v1/requests", json=NEW, headers={"Prefer": "wait=25"})
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")
