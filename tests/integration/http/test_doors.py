"""/slack/events, /healthz, /readyz, /openapi.json, and what is on every answer and in the log."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from app.http.problems import STATUS
from app.http.routes.slack import LIMIT
from tests.integration.http.door import BILLING_KEY, Door
from tests.integration.http.world import FakeSlack, SlackSaid, World

ENDS = ("60.0", "1800.0", "3600.0", "604800.0", "+Inf")


def numbers(door: Door) -> dict[tuple[str, ...], float]:
    """What a scrape gets, by name and labels, which come in the order of their names."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(door.get("/metrics", key=None).text)
        for sample in family.samples
    }


def test_slack_gets_the_bytes_as_they_came_and_its_answer_is_passed_on(door: Door, world: World):
    sent = b"payload=%7B%22type%22%7D\xff"
    answer = door.post("/slack/events", key=None, content=sent, headers={"X-Slack-Signature": "v0"})
    assert isinstance(world.slack, FakeSlack)
    ((headers, body),) = world.slack.calls
    assert (body, headers["x-slack-signature"]) == (sent, "v0")
    assert (answer.status_code, answer.content) == (401, b"not signed")
    assert answer.headers["x-slack"] == "no"


def test_too_much_from_slack_does_not_reach_it(door: Door, world: World):
    answer = door.post("/slack/events", key=None, content=b"x" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert isinstance(world.slack, FakeSlack)
    assert world.slack.calls == []


def test_a_fault_behind_slacks_door_is_told_without_its_text(caplog: pytest.LogCaptureFixture):
    def broken(headers: Mapping[str, str], body: bytes) -> SlackSaid:
        raise RuntimeError(f"can't cope with {body!r}")

    with TestClient(World(slack=broken).application) as client:
        answer = Door(client).post("/slack/events", content=b"hunter2")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "hunter2" not in answer.text + caplog.text


def test_without_http_for_slack_there_is_no_such_path():
    with TestClient(World(slack=None).application) as client:
        assert Door(client).post("/slack/events", content=b"x").json()["code"] == "not_found"


def test_the_process_is_alive_whatever_the_store_does(door: Door, world: World):
    world.store.down = True
    answer = door.get("/healthz", key=None)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_shows_what_an_operator_wants_to_see(door: Door):
    assert door.get("/readyz", key=None).json() == {"durability": "appendfsync always"}


def test_the_deployment_is_told_in_numbers_without_a_key(door: Door):
    door.open()
    answer = door.get("/metrics", key=None)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = numbers(door)
    assert told["countersign_open_requests",] == 1
    assert told["countersign_paused",] == 1
    assert told["countersign_overdue", "slack"] == 2
    assert told["countersign_oldest_due_seconds", "time"] == 1.5
    assert told["countersign_set_aside", "callback"] == 1
    assert told["countersign_audit_found_total", "lost_due"] == 5
    assert told["countersign_audit_repaired_total", "lost_due"] == 5
    assert told["countersign_audit_found_total", "nothing_due"] == 0, "each is there from the start"
    assert told["countersign_audit_cases", "card_lags"] == 3
    assert told["countersign_audit_age_seconds",] == float("inf"), "there never was one"
    assert told["countersign_alarms_waiting",] == 4
    assert told["countersign_break_glass_decisions_total",] == 6
    assert told["countersign_callbacks_given_up",] == 7
    assert told["countersign_held_requests", "paused"] == 8
    assert told["countersign_held_requests", "limit"] == 9
    assert told["countersign_slack_refused_requests", "token_revoked"] == 10
    assert told["countersign_channel_lost_requests",] == 11
    assert told["countersign_record_sealed_entries",] == 12
    assert told["countersign_record_unsealed_entries",] == 13
    assert told["countersign_record_unsealed_seconds",] == 1.4
    assert told["countersign_record_checkpoint_age_seconds",] == float("inf"), "there never was one"
    assert told["countersign_record_breaks_total",] == 15
    assert told["countersign_build_info", version("countersign")] == 1


def test_decisions_and_what_they_set_off_are_told_by_policy_and_kind(door: Door):
    told = numbers(door)
    assert told["countersign_requests_opened_total", "refund"] == 30
    assert told["countersign_decisions_total", "person", "approved", "refund"] == 12
    assert told["countersign_decisions_total", "policy", "approved", "refund"] == 13
    assert told["countersign_sla_breaches_total", "refund", "expire"] == 14
    assert told["countersign_sla_breaches_total", "refund", "escalate"] == 0, "from the start"
    assert told["countersign_callback_attempts_total", "5xx"] == 15
    assert told["countersign_callback_attempts_total", "timeout"] == 0
    assert told["countersign_slack_rate_limited_total", "chat.postMessage"] == 16
    assert told["countersign_slack_held_back_total", "chat.postMessage"] == 17


def test_what_waits_is_told_by_age_and_how_long_decisions_took_in_sums(door: Door):
    told = numbers(door)
    assert told["countersign_pending_requests", "<5m", "refund"] == 1
    assert told["countersign_pending_requests", "1h-4h", "refund"] == 2
    assert told["countersign_pending_requests", ">7d", "refund"] == 3
    assert told["countersign_oldest_pending_seconds", "refund"] == 7200
    took = {end: told["countersign_decision_seconds_bucket", end, "refund"] for end in ENDS}
    assert took == {"60.0": 2, "1800.0": 2, "3600.0": 5, "604800.0": 5, "+Inf": 6}
    assert told["countersign_decision_seconds_sum", "refund"] == 90
    assert told["countersign_decision_seconds_count", "refund"] == 6


def test_who_is_at_work_and_how_the_token_stands_is_told(door: Door):
    told = numbers(door)
    assert told["countersign_clock_age_seconds",] == 1.5
    assert told["countersign_worker_age_seconds", "slack"] == float("inf")
    assert told["countersign_slack_token", "refused"] == 1
    assert told["countersign_slack_token", "good"] == 0


def test_numbers_that_can_t_be_had_are_a_problem_like_any_other(door: Door, world: World):
    world.store.down = True
    answer = door.get("/metrics", key=None)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")


def test_a_call_keeps_the_id_that_its_client_gave_it(door: Door):
    assert door.get("/healthz", headers={"X-Request-Id": "run-7.a"}).headers["x-request-id"] == (
        "run-7.a"
    )


@pytest.mark.parametrize("hostile", ["", "a b", "x" * 65, "kl\xfcssel", '"><script>'])
def test_an_id_that_could_do_harm_is_replaced(door: Door, hostile: str):
    headers = {"X-Request-Id": hostile.encode("latin-1")}
    assert door.get("/healthz", headers=headers).headers["x-request-id"] != hostile


def test_each_call_is_one_line_in_the_log_without_key_query_or_body(
    door: Door, caplog: pytest.LogCaptureFixture
):
    caplog.clear()
    door.open(title="hunter2")
    door.get("/v1/requests?policy=hunter2", headers={"X-Request-Id": "run-7"})
    lines = [record for record in caplog.records if record.name == "countersign.http"]
    assert [(line.levelno, line.__dict__["status"]) for line in lines] == [
        (logging.INFO, 201),
        (logging.INFO, 200),
    ]
    last = lines[1].__dict__
    assert (last["call"], last["client"], last["method"]) == ("run-7", "billing", "GET")
    assert last["path"] == "/v1/requests"
    assert "hunter2" not in "".join(line.getMessage() for line in lines)
    assert BILLING_KEY not in caplog.text


def test_a_path_can_not_forge_a_line_in_the_log(door: Door, caplog: pytest.LogCaptureFixture):
    caplog.clear()
    door.client.get("/x%0Acall%20status=200" + "y" * 5000)
    (line,) = [record for record in caplog.records if record.name == "countersign.http"]
    assert "\n" not in line.getMessage()
    assert len(line.getMessage()) < 500


def test_the_description_refers_to_nothing_that_it_lacks(door: Door):
    components = door.described["components"]
    for reference in _references(door.described):
        _, kind, name = reference.removeprefix("#/").split("/")
        assert name in components[kind], reference


def test_each_example_of_an_error_is_under_its_own_status(door: Door):
    for methods in door.described["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                problems = answer.get("content", {}).get("application/problem+json", {})
                for code in problems.get("examples", {}):
                    told = door.described["components"]["examples"][code]["value"]
                    assert (str(told["status"]), told["code"]) == (status, code)


def test_every_call_with_a_key_says_so(door: Door):
    for path, methods in door.described["paths"].items():
        for operation in methods.values():
            assert ("security" in operation) == path.startswith("/v1/"), path
            assert ("401" in operation["responses"]) == path.startswith(("/v1/", "/slack/")), path


def test_every_code_is_described_with_every_key(door: Door):
    examples = door.described["components"]["examples"]
    assert examples.keys() == {kind.code for kind in STATUS}
    keys = {"type", "title", "status", "detail", "code", "advice", "errors"}
    assert all(example["value"].keys() == keys for example in examples.values())


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _references(each)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for each in value.values() for found in _references(each)]
