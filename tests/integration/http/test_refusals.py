"""Bad input: a clear 4xx with a stable code, nothing stored, nothing of it in the log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.ports import Client
from tests.integration.http.door import BILLING_KEY, NEW, REFUNDS_KEY, Door
from tests.integration.http.world import World

SECRET = "hunter2"


def body(**changes: Any) -> bytes:
    return json.dumps(
        {"title": f"Refund {SECRET}", "payload": {"note": SECRET}, **changes}
    ).encode()


BAD = [
    (b"", 400, "invalid_json"),
    (b"{" + SECRET.encode(), 400, "invalid_json"),
    (b"\xff\xfe" + SECRET.encode(), 400, "invalid_json"),
    (b'{"title": "hunter2", "title": "b"}', 400, "invalid_json"),
    (b'{"title": "hunter2", "payload": {"a": NaN}}', 400, "invalid_json"),
    (b'{"title": "\\ud800hunter2", "payload": {}}', 400, "invalid_json"),
    (b'{"title": "hunter2", "payload": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400, "invalid_json"),
    (b'{"title": "hunter2", "payload": {"a": 9007199254740993}}', 422, "number_too_large"),
    (b'{"title": "hunter2", "payload": {"a": 1e999}}', 422, "number_too_large"),
    (b'["hunter2"]', 422, "invalid_request"),
    (b'"hunter2"', 422, "invalid_request"),
    (b"null", 422, "invalid_request"),
    (body(payload=None), 422, "invalid_request"),
    (body(titel="x"), 422, "invalid_request"),
    (body(idempotency_key="a b"), 422, "invalid_request"),
    (body(payload={"x": SECRET * 10_000}), 413, "field_too_large"),
    (body(context=SECRET * 40_000), 413, "field_too_large"),
    (body(context=SECRET * 60_000), 413, "body_too_large"),
    (body(policy="refnd"), 422, "policy_not_found"),
    (body(policy="refund"), 422, "inputs_refused"),
    (body(callback_url="http://127.0.0.1:9/"), 422, "callback_url_refused"),
    (body(callback_url="not an address"), 422, "callback_url_refused"),
]


@pytest.mark.parametrize(("sent", "status", "code"), BAD, ids=lambda value: repr(value)[:40])
def test_a_bad_body_is_refused_by_its_code_stored_nowhere_and_logged_nowhere(
    door: Door, world: World, caplog: pytest.LogCaptureFixture, sent: bytes, status: int, code: str
):
    answer = door.post(
        "/v1/requests", content=sent, headers={"Content-Type": "application/json; charset=utf-8"}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(world.store) == 0
    assert SECRET not in caplog.text
    assert BILLING_KEY not in caplog.text


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"],
)
def test_a_body_that_does_not_say_that_it_is_json_is_refused(
    door: Door, world: World, content_type: str | None
):
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = door.post("/v1/requests", content=json.dumps(NEW).encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_content_type")
    assert len(world.store) == 0


def test_a_problem_names_the_field_and_says_what_to_do(door: Door):
    answer = door.post("/v1/requests", json={**NEW, "payload": {"amount": 2**53}})
    assert answer.json()["errors"][0]["field"] == "payload.amount"
    assert answer.json()["advice"] == "Send it as a string, where the policy takes one."
    unknown = door.post("/v1/requests", json={**NEW, "callback": "https://example.com"})
    (error,) = unknown.json()["errors"]
    assert error["field"] == "callback"
    assert error["message"] == "is not a field; did you mean callback_on or callback_url?"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer nobody", "Basic YTpi", "Bearer two words", "bearer\t",
     "Bearer kl\xfcssel", "Bearer " + "x" * 5000],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/requests"), ("GET", "/v1/requests"), ("GET", "/v1/requests/req_1/events")],
)
def test_without_a_key_that_is_known_nothing_is_told(
    door: Door, world: World, method: str, path: str, authorization: str
):
    answer = door.call(
        method, path, key=None, headers={"Authorization": authorization.encode("latin-1")}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_comes_before_anything_else(door: Door):
    assert door.post("/v1/requests", key=None, content=b"{").status_code == 401
    assert door.post("/v1/requests", key="nobody", content=b" " * 500_000).status_code == 401
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert door.post("/v1/requests", key="nobody", content=b"a=b", headers=form).status_code == 401
    assert door.get("/v1/requests?status=nonsense", key=None).status_code == 401
    assert door.get("/v1/requests/nonsense?wait=1", key="nobody").status_code == 401


def test_a_client_is_kept_to_its_policies(door: Door, world: World):
    answer = door.post("/v1/requests", key=REFUNDS_KEY, json={**NEW, "policy": "payout"})
    assert (answer.status_code, answer.json()["code"]) == (403, "policy_not_allowed")
    assert len(world.store) == 0


@pytest.mark.parametrize(
    "query",
    ["status=done", "status=", "limit=0", "limit=101", "limit=many", "limit=1e1", "policy=",
     "cursor=a b", "cursor=%00", "cursor=" + "c" * 201, "stauts=pending", "wait=5"],
)  # fmt: skip
def test_a_bad_query_is_refused(door: Door, query: str):
    answer = door.get(f"/v1/requests?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("query", ["wait=-1", "wait=61", "wait=soon", "wait=1.5", "wiat=5"])
def test_a_bad_wait_is_refused(door: Door, query: str):
    answer = door.get(f"/v1/requests/{door.open()['id']}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("call", ["cancel", "redeliver"])
@pytest.mark.parametrize(
    ("sent", "code"),
    [(b"{", "invalid_json"), (b"[]", "invalid_request"), (b'{"reazon": "x"}', "invalid_request"),
     (b'{"reason": 1}', "invalid_request"), (b"9007199254740992", "number_too_large")],
)  # fmt: skip
def test_a_bad_body_of_a_small_call_changes_nothing(door: Door, call: str, sent: bytes, code: str):
    opened = door.open()
    answer = door.post(
        f"/v1/requests/{opened['id']}/{call}",
        content=sent,
        headers={"Content-Type": "application/json"},
    )
    assert answer.json()["code"] == code
    assert door.get(f"/v1/requests/{opened['id']}").json() == opened


def test_a_bad_idempotency_header_is_refused(door: Door, world: World):
    for header in ("", "two words", "k" * 256, "schl\xfcssel"):
        answer = door.post(
            "/v1/requests", json=NEW, headers={"Idempotency-Key": header.encode("latin-1")}
        )
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key", header
    assert len(world.store) == 0


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/requests/", 404, "not_found"),
        ("POST", "/v1/requests/req_1/approve", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/metric", 404, "not_found"),
        ("DELETE", "/v1/requests", 405, "method_not_allowed"),
        ("PUT", "/v1/requests/req_1", 405, "method_not_allowed"),
        ("GET", "/slack/events", 405, "method_not_allowed"),
        ("OPTIONS", "/v1/requests", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_here_is_a_problem_too(
    door: Door, method: str, path: str, status: int, code: str
):
    answer = door.call(method, path, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "access-control-allow-origin" not in answer.headers
    assert ("allow" in answer.headers) == (status == 405)


def test_a_store_that_is_away_is_no_fault_of_the_client(door: Door, world: World):
    opened = door.open()
    world.store.down = True
    for answer in (
        door.post("/v1/requests", json=NEW),
        door.get("/v1/requests"),
        door.get(f"/v1/requests/{opened['id']}?wait=30"),
        door.post(f"/v1/requests/{opened['id']}/cancel"),
        door.get("/readyz", key=None),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert int(answer.headers["retry-after"]) > 0


def test_a_fault_of_ours_is_told_without_its_text_and_logged_without_the_body(
    door: Door, world: World, caplog: pytest.LogCaptureFixture
):
    def broken(client: Client) -> int:
        raise ValueError(f"can't cope with {SECRET}, {client.id}")

    world.admission.admit = broken  # type: ignore[method-assign]
    answer = door.post("/v1/requests", json={**NEW, "context": SECRET})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert SECRET not in answer.text
    assert SECRET not in caplog.text
    assert ": ValueError\n" in caplog.text
    assert f"call={answer.headers['x-request-id']}" in caplog.text
    assert "in broken" in caplog.text
