"""POST /v1/requests/{id}/signals: what monitors may do, and all that they may see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.request import PolicyRef
from app.identifiers import new_operation, new_request_id
from policies.plan import Route, Watch
from tests.builders import HASH, NOW, body, evaluation, plan
from tests.integration.http.door import MONITOR_KEY, NEW, REFUNDS_MONITOR_KEY, Door
from tests.integration.http.world import World

ANOMALY = {"signals": {"anomaly": True}}
SECRET = "hunter2"


def signals_of(request: dict[str, Any]) -> str:
    return f"/v1/requests/{request['id']}/signals"


@pytest.fixture
def watched(door: Door, world: World) -> dict[str, Any]:
    """A request of billing's under the policy refund, which goes ahead unless it is stopped."""
    judged = evaluation(Route.WATCH, plan=plan(watch=Watch(for_s=900)))
    opening = lifecycle.begin(body(client="billing", evaluation=judged))
    world.store.commit(opening, new_operation())
    seen: dict[str, Any] = door.get(f"/v1/requests/{opening.request.id}").json()
    assert seen["review"]["watch"] == {"goes_ahead_at": None, "stop": "review"}
    assert seen["review"]["stopped"] is None
    return seen


def test_a_monitor_reports_on_another_clients_request_and_sees_nothing_of_it(door: Door):
    theirs = door.open(payload={"note": SECRET}, context=SECRET, title=SECRET)
    sent = {"signals": {"confidence": 0.4, "affected": 12}}
    answer = door.post(signals_of(theirs), key=MONITOR_KEY, json=sent)
    assert answer.status_code == 200
    told = answer.json()
    assert told.keys() == {"id", "status", "watched", "reports"}
    assert (told["id"], told["status"], told["watched"]) == (theirs["id"], "pending", False)
    assert {one["name"]: one["value"] for one in told["reports"]} == sent["signals"]
    assert SECRET not in answer.text


def test_the_client_sees_who_reported_what(door: Door):
    opened = door.open(signals={"confidence": 0.9})
    door.post(signals_of(opened), key=MONITOR_KEY, json=ANOMALY)
    seen = door.get(f"/v1/requests/{opened['id']}").json()
    (report,) = seen["reports"]
    assert (report["name"], report["value"], report["by"]) == ("anomaly", True, "watchdog")
    assert seen["signals"] == {"confidence": 0.9}
    assert seen["signals_by"] == "requester"


def test_what_a_monitor_asks_for_itself_is_not_the_requesters_own_word(door: Door):
    assert door.open(key=MONITOR_KEY, signals={"confidence": 0.9})["signals_by"] == "monitor"


def test_an_anomaly_ends_a_watch_and_people_are_asked(door: Door, watched: dict[str, Any]):
    quiet = door.post(signals_of(watched), key=MONITOR_KEY, json={"signals": {"anomaly": False}})
    assert quiet.json()["watched"]
    told = door.post(signals_of(watched), key=MONITOR_KEY, json=ANOMALY).json()
    assert (told["status"], told["watched"]) == ("pending", False)
    review = door.get(f"/v1/requests/{watched['id']}").json()["review"]
    assert review["watch"] is None
    by = review["stopped"]["by"]
    assert (by["kind"], by["id"]) == ("client", "watchdog")


def test_a_monitor_is_told_of_its_own_reports_alone(door: Door, watched: dict[str, Any]):
    door.post(signals_of(watched), key=MONITOR_KEY, json={"signals": {"affected": 3}})
    other = door.post(signals_of(watched), key=REFUNDS_MONITOR_KEY, json=ANOMALY).json()
    assert [(one["name"], one["by"]) for one in other["reports"]] == [
        ("anomaly", "refunds-watchdog")
    ]


def test_only_a_monitor_reports_even_on_its_own_request(door: Door):
    opened = door.open()
    answer = door.post(signals_of(opened), json=ANOMALY)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_a_monitor")
    assert "--monitor" in answer.json()["advice"]
    assert door.get(f"/v1/requests/{opened['id']}").json() == opened


def test_who_is_no_monitor_can_not_tell_which_requests_there_are(door: Door):
    theirs = door.open(key=MONITOR_KEY)
    answers = [
        door.post(f"/v1/requests/{request_id}/signals", json=ANOMALY)
        for request_id in (theirs["id"], new_request_id(NOW))
    ]
    assert len({answer.content for answer in answers}) == 1


def test_requests_of_policies_that_a_monitor_may_not_use_are_as_good_as_none(
    door: Door, world: World
):
    opening = lifecycle.begin(body(policy=PolicyRef(name="payout", hash=HASH)))
    world.store.commit(opening, new_operation())
    hidden = opening.request.id
    answers = [
        door.post(f"/v1/requests/{request_id}/signals", key=REFUNDS_MONITOR_KEY, json=ANOMALY)
        for request_id in (hidden, new_request_id(NOW), "req_", "x", "%00", "req_" + "u" * 26)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert door.post(f"/v1/requests/{hidden}/signals", key=MONITOR_KEY, json=ANOMALY).is_success


def test_a_monitor_can_neither_read_nor_end_another_clients_request(door: Door):
    theirs = door.open()
    for method, call in (("GET", ""), ("GET", "/events"), ("POST", "/cancel")):
        answer = door.call(method, f"/v1/requests/{theirs['id']}{call}", key=MONITOR_KEY)
        assert answer.status_code == 404


def test_after_the_decision_there_is_nothing_to_report(door: Door):
    opened = door.open(policy="refund", payload={"amount": 20})
    answer = door.post(signals_of(opened), key=MONITOR_KEY, json=ANOMALY)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")


def test_after_the_deadline_it_is_too_late_to_report(door: Door, world: World):
    opened = door.open()
    world.store.clock += 100 * 86_400_000
    answer = door.post(signals_of(opened), key=MONITOR_KEY, json=ANOMALY)
    assert (answer.status_code, answer.json()["code"]) == (409, "request_expired")


BAD = [
    (b"", 400, "invalid_json"),
    (b"{" + SECRET.encode(), 400, "invalid_json"),
    (b'{"signals": {"anomaly": true, "anomaly": false}}', 400, "invalid_json"),
    (b'["hunter2"]', 422, "invalid_request"),
    (b"{}", 422, "invalid_request"),
    (b'{"signals": {}}', 422, "invalid_request"),
    (b'{"signals": null}', 422, "invalid_request"),
    (b'{"signals": "hunter2"}', 422, "invalid_request"),
    (b'{"signals": {"anomaly": true}, "reason": "hunter2"}', 422, "invalid_request"),
    (b'{"signals": {"affected": 9007199254740993}}', 422, "number_too_large"),
    (b'{"signals": {"hunter2": true}}', 422, "inputs_refused"),
    (b'{"signals": {"anomaly": "hunter2"}}', 422, "inputs_refused"),
    (b'{"signals": {"anomaly": null}}', 422, "inputs_refused"),
    (json.dumps({"signals": {"x": SECRET * 3_000}}).encode(), 413, "field_too_large"),
    (json.dumps({"signals": {"x": SECRET * 60_000}}).encode(), 413, "body_too_large"),
]


@pytest.mark.parametrize(("sent", "status", "code"), BAD, ids=lambda value: repr(value)[:40])
def test_a_bad_body_is_refused_by_its_code_changes_nothing_and_is_logged_nowhere(
    door: Door, caplog: pytest.LogCaptureFixture, sent: bytes, status: int, code: str
):
    opened = door.open()
    answer = door.post(
        signals_of(opened),
        key=MONITOR_KEY,
        content=sent,
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert door.get(f"/v1/requests/{opened['id']}").json() == opened
    assert SECRET not in caplog.text
    assert MONITOR_KEY not in caplog.text


def test_signals_have_to_say_that_they_are_json(door: Door):
    opened = door.open()
    answer = door.post(
        signals_of(opened),
        key=MONITOR_KEY,
        content=json.dumps(ANOMALY).encode(),
        headers={"Content-Type": "text/plain"},
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_content_type")


def test_signals_without_the_word_signals_are_told_what_is_missing(door: Door):
    opened = door.open()
    answer = door.post(signals_of(opened), key=MONITOR_KEY, json={"signal": {"anomaly": True}})
    told = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert told == {
        "signals": "is missing",
        "signal": "is not a field; did you mean signals?",
    }
    empty = door.post(signals_of(opened), key=MONITOR_KEY, json={"signals": {}})
    assert empty.json()["errors"] == [{"field": "signals", "message": "has to hold at least one"}]


def test_a_key_comes_before_anything_else(door: Door):
    for request_id in (door.open()["id"], "nonsense"):
        path = f"/v1/requests/{request_id}/signals"
        assert door.post(path, key=None, json=NEW).status_code == 401
        assert door.post(path, key="nobody", content=b"{").status_code == 401


def test_a_store_that_is_away_can_be_asked_again(door: Door, world: World):
    opened = door.open()
    world.store.down = True
    answer = door.post(signals_of(opened), key=MONITOR_KEY, json=ANOMALY)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
