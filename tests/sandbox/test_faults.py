from __future__ import annotations

import time
from typing import Any

import pytest

from tests.sandbox.conftest import Slack, section

HEADERS = {"Authorization": "Bearer xoxb-sandbox"}


def post(slack: Slack, channel: str = "#approvals") -> Any:
    wanted = {"channel": channel, "text": "x"}
    return slack.http.post("/api/slack/chat.postMessage", json=wanted, headers=HEADERS)


def test_a_rate_limit_says_how_long_to_wait(slack: Slack) -> None:
    slack.page("faults", method="chat.postMessage", kind="ratelimited", retry_after="1.5", times=1)
    limited = post(slack)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "1.5")
    assert limited.json() == {"ok": False, "error": "ratelimited"}
    assert post(slack).json()["ok"]
    assert len(slack.state()["messages"]["C0APPROVAL"]) == 1


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ({"kind": "ratelimited_200"}, 200, "ratelimited"),
        ({"kind": "error", "error": "missing_scope"}, 200, "missing_scope"),
        ({"kind": "error"}, 200, "internal_error"),
    ],
)
def test_a_fault_lasts_until_it_is_cleared(
    slack: Slack, fault: dict[str, Any], status: int, error: str
) -> None:
    slack.page("faults", method="*", **fault)
    for _ in range(3):
        reply = post(slack)
        assert (reply.status_code, reply.json()["error"]) == (status, error)
    assert slack.http.delete("/api/faults").json() == {"ok": True}
    assert post(slack).json()["ok"]


def test_a_fault_can_last_for_a_minute(slack: Slack) -> None:
    slack.page("faults", method="*", kind="ratelimited", retry_after="60", for_s=60)
    slack.clock.now += 59_999
    assert post(slack).status_code == 429
    slack.clock.now += 1
    assert post(slack).json()["ok"]


def test_a_server_error_is_no_json(slack: Slack) -> None:
    slack.page("faults", method="chat.postMessage", kind="http_500")
    reply = post(slack)
    assert (reply.status_code, reply.text) == (500, "Internal Server Error")


def test_a_fault_can_be_for_one_method_in_one_channel(slack: Slack) -> None:
    slack.page("faults", method="chat.postMessage", kind="error", channel="#approvals")
    assert not slack.post(section(), channel="C0APPROVAL")["ok"]
    assert slack.post(section(), channel="C0ADMIN001")["ok"]
    assert slack.call("auth.test")["ok"]


def test_a_slow_slack_answers_in_the_end(slack: Slack) -> None:
    slack.page("faults", method="auth.test", kind="delay", delay_s=0.05)
    started = time.monotonic()
    assert slack.call("auth.test")["ok"]
    assert time.monotonic() - started >= 0.05


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "*"},
        {"method": "*", "kind": "explode"},
        {"method": "*", "kind": "delay", "delay_s": -1},
        {"method": "*", "kind": "delay", "delay_s": "30"},
        {"method": "*", "kind": "error", "times": 1.5},
        {"method": "*", "kind": "ratelimited", "retry_after": 1},
    ],
)
def test_a_fault_of_another_form_is_refused(slack: Slack, fault: dict[str, Any]) -> None:
    assert slack.page("faults", 422, **fault)["error"]


def test_every_call_is_kept_without_its_token(slack: Slack) -> None:
    slack.post(section())
    form = {"token": "xoxb-sandbox", "user": "U0NOBODY01"}
    slack.http.post("/api/slack/users.info", data=form)
    calls = slack.http.get("/api/calls").json()
    assert [(c["method"], c["ok"], c["error"]) for c in calls] == [
        ("chat.postMessage", True, None),
        ("users.info", False, "user_not_found"),
    ]
    assert calls[1]["args"] == {"user": "U0NOBODY01"}
    only = slack.http.get("/api/calls", params={"method": "users.info"}).json()
    assert only == calls[1:]
