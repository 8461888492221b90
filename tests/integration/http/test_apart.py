"""Clients are kept apart, to their policies and to their keys, on every route that there is."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from app.identifiers import new_request_id
from app.ports import Client, Loaded
from app.reviewing import At
from policies.plan import Outcome
from tests.builders import NOW
from tests.integration.http.door import (
    BILLING_KEY,
    MONITOR_KEY,
    NEW,
    REFUNDS_MONITOR_KEY,
    SHOP_KEY,
    Door,
)
from tests.integration.http.world import World

BODIES: dict[str, Any] = {
    "/v1/requests": NEW,
    "/v1/requests/{id}/consume": {"digest": "0" * 64},
    "/v1/requests/{id}/cancel": {"reason": "Paid by hand."},
    "/v1/requests/{id}/redeliver": {},
    "/v1/requests/{id}/result": {"ok": True, "text": "Refund sent"},
    "/v1/requests/{id}/revisions": {"payload": {"amount": 1}},
    "/v1/requests/{id}/signals": {"signals": {"anomaly": True}},
    "/v1/policies/{name}/explain": {"payload": {"amount": 20}},
    "/v1/admin/pause": {"reason": "Orders look odd"},
    "/v1/admin/resume": {},
}
"""What each call with a body takes; a route that is not here fails the tests until it is."""


def routes(door: Door, having: str = "/v1/") -> list[tuple[str, str]]:
    """Every call that the description knows, as method and path."""
    return [
        (method.upper(), path)
        for path, methods in door.described["paths"].items()
        for method in methods
        if having in path
    ]


def call(
    door: Door, method: str, path: str, key: str | None, request_id: str | None = None
) -> httpx2.Response:
    sent = {"json": BODIES[path]} if method == "POST" else {}
    there = path.replace("{id}", request_id or new_request_id(NOW)).replace("{name}", "refund")
    return door.call(method, there, key=key, **sent)


def seen(answer: httpx2.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All of an answer but the id of the call."""
    headers = [(name, told) for name, told in answer.headers.items() if name != "x-request-id"]
    return answer.status_code, answer.content, headers


def test_anothers_request_can_not_be_told_from_one_that_is_not_there(door: Door, world: World):
    theirs = door.open(key=SHOP_KEY, callback_url="https://example.com/resume")
    found = [one for one in routes(door, "/v1/requests/{id}") if "/signals" not in one[1]]
    assert len(found) >= 6
    for method, path in found:
        other = call(door, method, path, BILLING_KEY, theirs["id"])
        assert other.status_code == 404, path
        assert seen(other) == seen(call(door, method, path, BILLING_KEY)), path
        assert seen(other) == seen(call(door, method, path, BILLING_KEY, "nonsense")), path
    waited = door.get(f"/v1/requests/{theirs['id']}?wait=60")
    assert seen(waited) == seen(door.get(f"/v1/requests/{new_request_id(NOW)}?wait=60"))
    assert door.get(f"/v1/requests/{theirs['id']}", key=SHOP_KEY).json() == theirs


def test_anothers_request_that_can_not_be_read_is_like_one_that_is_not_there(
    door: Door, world: World
):
    theirs = door.open(key=SHOP_KEY)
    world.store.unreadable.add(theirs["id"])
    for method, path in routes(door, "/v1/requests/{id}"):
        if "/signals" not in path:
            other = call(door, method, path, BILLING_KEY, theirs["id"])
            assert seen(other) == seen(call(door, method, path, BILLING_KEY)), path
    own = door.get(f"/v1/requests/{theirs['id']}", key=SHOP_KEY)
    assert (own.status_code, own.json()["code"]) == (503, "request_unreadable")


def test_a_monitor_can_not_tell_what_is_outside_its_policies_from_what_is_not_there(
    door: Door, world: World
):
    theirs = door.open(key=SHOP_KEY, policy="refund", payload={"amount": 120})
    path = "/v1/requests/{id}/signals"
    assert call(door, "POST", path, REFUNDS_MONITOR_KEY, theirs["id"]).status_code == 200
    narrowed = Client(id="refunds-watchdog", policies=("payout",), monitor=True)
    world.clients.keys[REFUNDS_MONITOR_KEY] = narrowed
    outside = call(door, "POST", path, REFUNDS_MONITOR_KEY, theirs["id"])
    assert outside.status_code == 404
    assert seen(outside) == seen(call(door, "POST", path, REFUNDS_MONITOR_KEY))


def test_every_call_needs_a_key(door: Door):
    for method, path in routes(door):
        for key in (None, "csk_nobody"):
            answer = call(door, method, path, key)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), path


def test_a_client_that_calls_too_often_is_told_when_it_may_again_whatever_it_calls(
    door: Door, world: World, caplog: pytest.LogCaptureFixture
):
    world.clients.busy.add("billing")
    for method, path in routes(door):
        answer = call(door, method, path, BILLING_KEY)
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited"), path
        assert answer.headers["retry-after"] == "2", path
    lines = [line for line in caplog.records if line.__dict__.get("status") == 429]
    assert {line.__dict__["client"] for line in lines} == {"billing"}
    assert len(world.store) == 0
    assert door.open(key=SHOP_KEY)["status"] == "pending"


def test_only_an_admin_gets_to_what_admins_do(door: Door, world: World):
    found = routes(door, "/v1/admin/")
    assert len(found) == 4
    for method, path in found:
        for key in (BILLING_KEY, MONITOR_KEY):
            answer = call(door, method, path, key, door.open()["id"])
            assert (answer.status_code, answer.json()["code"]) == (403, "admin_required"), path
    assert world.gate.shut is None


def test_what_a_client_may_no_longer_use_it_can_neither_ask_nor_ask_again(door: Door, world: World):
    opened = door.open(policy="refund", payload={"amount": 240})
    world.reviewing.decide(
        At(opened["id"], "U0ANA00001", opened["digest"]), Outcome.REVISE, comment="Less, please."
    )
    world.clients.keys[BILLING_KEY] = Client(id="billing", policies=("payout",))
    refused = [
        door.post("/v1/requests", json={**NEW, "policy": "refund"}),
        call(door, "POST", "/v1/requests/{id}/revisions", BILLING_KEY, opened["id"]),
        call(door, "POST", "/v1/policies/{name}/explain", BILLING_KEY),
        door.post("/v1/policies/nosuch/explain", json=BODIES["/v1/policies/{name}/explain"]),
    ]
    assert {(one.status_code, one.json()["code"]) for one in refused} == {
        (403, "policy_not_allowed")
    }
    assert door.get(f"/v1/requests/{opened['id']}").json()["status"] == "revision_requested"


def test_the_filter_by_policy_finds_ones_own_alone(door: Door):
    door.open(key=SHOP_KEY, policy="refund", payload={"amount": 120})
    assert door.get("/v1/requests?policy=refund").json() == {"requests": [], "cursor": None}
    table = door.get("/v1/requests?policy=refund", headers={"Accept": "text/csv"})
    assert table.text.count("\r\n") == 1


@pytest.mark.parametrize("opening", [False, True], ids=["looking", "opening"])
def test_whose_key_is_revoked_while_it_waits_is_told_nothing(
    door: Door, world: World, opening: bool
):
    opened, load = door.open(), world.store.load

    def revoking(request_id: str) -> Loaded:
        world.clients.keys.pop(BILLING_KEY, None)
        return load(request_id)

    world.store.load = revoking  # type: ignore[method-assign]
    if opening:
        answer = door.post("/v1/requests", json=NEW, headers={"Prefer": "wait=60"})
    else:
        answer = door.get(f"/v1/requests/{opened['id']}?wait=60")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_the_log_names_the_client_and_the_id_of_its_key(
    door: Door, caplog: pytest.LogCaptureFixture
):
    caplog.clear()
    door.get("/v1/requests")
    (line,) = [record for record in caplog.records if record.name == "countersign.http"]
    assert line.__dict__["client"] == "billing"
    assert line.__dict__["key"].startswith("k_")
    assert BILLING_KEY not in line.getMessage()
