"""The page's doors: bad input gets a 4xx with a sentence, strangers get nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import ANA, Slack, actions, button, modal

POSTS = ["click", "submit", "close", "command", "say", "home", "shortcut", "faults", "raw"]
POSTS += ["app", "channels", "users/U0ANA00001", "groups/S0FINANCE1", "channels/C0APPROVAL"]
BODIES: list[Any] = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b'{"user": NaN}',
    b'{"user": {"a": 1}}',
    b'{"user": "U0ANA00001", "surprise": 1}',
    b'{"user": "\\ud800"}',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"payload": ' + b'{"a":' * 200 + b"1" + b"}" * 201,
    b'{"n": ' + b"9" * 5_000 + b"}",
]


@pytest.mark.parametrize("path", POSTS)
def test_nonsense_gets_a_4xx_with_a_sentence(slack: Slack, path: str) -> None:
    for body in BODIES:
        reply = slack.http.post(f"/api/{path}", content=body)
        allowed = path.startswith(("users/", "channels/", "groups/", "app")) and body == b""
        assert allowed or 400 <= reply.status_code < 500, (body[:40], reply.text)
        assert allowed or reply.json()["error"]


def test_a_body_of_megabytes_is_refused(slack: Slack) -> None:
    assert slack.http.post("/api/say", content=b"x" * 2_000_001).status_code == 413
    headers = {"Authorization": "Bearer xoxb-sandbox", "Content-Type": "application/json"}
    sent = slack.http.post("/api/slack/auth.test", content=b"x" * 2_000_001, headers=headers)
    assert sent.status_code == 413


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"user": "U0NOBODY01"}, 404),
        ({"user": "U0CSBOT001"}, 404),
        ({"channel": "C0NOWHERE1"}, 404),
        ({"channel": "D0BEN00001"}, 404),
        ({"ts": "1.000000"}, 404),
        ({"view_id": "V0NONE"}, 404),
        ({"block_id": "other"}, 404),
        ({"block_id": 7}, 422),
        ({"state": [1]}, 422),
        ({"selected_date": "soon"}, 422),
    ],
)
def test_a_click_on_nothing_is_refused(slack: Slack, wanted: dict[str, Any], status: int) -> None:
    slack.post(actions(button()), channel="U0BEN00001")
    ts = slack.post(actions(button()))["ts"]
    known = {"user": ANA, "channel": "C0APPROVAL", "ts": ts, "block_id": "b", "action_id": "a"}
    assert slack.page("click", status, **{**known, **wanted})["error"]


@pytest.mark.parametrize(
    "state", [{"b": 1}, {"b": {"a": 1}}, {"nowhere": {"a": {"value": "x"}}}, {"b": [1]}]
)
def test_a_state_of_another_form_is_refused(slack: Slack, state: dict[str, Any]) -> None:
    view = modal(actions(button()))
    view_id = slack.call("views.open", trigger_id=slack.trigger(), view=view)["view"]["id"]
    reply = slack.http.post("/api/submit", json={"user": ANA, "view_id": view_id, "state": state})
    assert 400 <= reply.status_code < 500


def test_what_is_not_there_is_not_found(slack: Slack) -> None:
    assert slack.http.get("/api/nothing").status_code == 404
    assert slack.http.get("/page/../wire.py").status_code == 404
    assert slack.http.get("/page/%2e%2e/wire.py").status_code == 404
    assert slack.http.put("/api/say").status_code == 405
    assert slack.http.get("/api/state").status_code == 422
    assert slack.http.get("/api/live", params={"user": "nobody"}).status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8900", "127.0.0.1.evil.example", ""]
)
def test_another_host_is_refused(slack: Slack, host: str) -> None:
    assert slack.http.get("/api/calls", headers={"Host": host}).status_code == 403


def test_a_page_from_elsewhere_can_write_nothing(slack: Slack) -> None:
    for origin in ("https://evil.example", "http://127.0.0.1:9999", "null"):
        reply = slack.http.post("/api/home", json={"user": ANA}, headers={"Origin": origin})
        assert reply.status_code == 403
    same = {"Origin": "http://127.0.0.1:8900"}
    assert slack.http.post("/api/home", json={"user": ANA}, headers=same).status_code == 200
