"""The request URL: signed and well-formed, or refused without a look at it."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.request import Status
from app.slack import ids
from app.slack.api import SlackApi
from app.slack.bolt import build_app
from app.slack.listeners.desk import Desk as AppDesk
from app.slack.receiver import BODY_LIMIT, SlackReceiver
from app.slack.replies import Replies
from tests import fakes
from tests.builders import NOW, opened

SECRET = "a signing secret"
FORM = "application/x-www-form-urlencoded"
TEAM = "T0SANDBOX"
CANARY = "tulip-in-the-snow"


class Door:
    """A receiver over a store in memory; Slack itself can't be reached."""

    def __init__(self) -> None:
        self.store, self.replies, self.homes = fakes.FakeStore(), Replies(), fakes.FakeHomes()
        self.api = SlackApi("xoxb-1", "http://127.0.0.1:9/api/", 1)
        people = fakes.people(self.store)
        app = build_app(
            AppDesk(*people, self.homes, self.api, lambda: TEAM, self.replies, "/approvals")
        )
        self.arrivals = fakes.FakeArrivals()
        self.receiver = SlackReceiver(app, SECRET, self.arrivals)
        transition = opened()
        self.store.commit(transition, "open")
        assert transition.after is not None
        self.request = transition.after

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        answer = self.receiver.handle({**signed(body), **(headers or {})}, body)
        return answer.status, json.loads(answer.body) if answer.body else None

    def send(self, payload: Any) -> tuple[int, Any]:
        return self.post(urlencode({"payload": json.dumps(payload)}).encode())

    def press(self, **changes: Any) -> dict[str, Any]:
        value = ids.Shown(self.request.id, self.request.body.digest).as_value()
        action = {"type": "button", "action_id": ids.APPROVE, "block_id": "b", "value": value}
        return {
            "type": "block_actions",
            "user": {"id": "U0ANA00001", "name": "ana", "team_id": TEAM},
            "team": {"id": TEAM, "domain": "acme"},
            "trigger_id": "1.2.abc",
            "container": {"type": "message", "channel_id": "C0APPROVAL", "message_ts": "1.1"},
            "actions": [action],
            **changes,
        }

    def form(self, metadata: str, comment: str) -> dict[str, Any]:
        """A form as it is sent, whatever it remembers of how it was opened."""
        typed = {ids.COMMENT_BLOCK: {ids.COMMENT: {"type": "plain_text_input", "value": comment}}}
        view = {
            "type": "modal",
            "callback_id": ids.FORM,
            "private_metadata": metadata,
            "state": {"values": typed},
        }
        person = {"id": "U0ANA00001", "team_id": TEAM}
        return {"type": "view_submission", "user": person, "view": view}

    @property
    def status(self) -> Status:
        return self.store.load(self.request.id).request.state.status


def signed(body: bytes, stamp: str = str(NOW // 1000), secret: str = SECRET) -> dict[str, str]:
    base = b"v0:" + stamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "Content-Type": FORM,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


@pytest.fixture
def door():
    door = Door()
    yield door
    door.replies.close()


def test_a_signed_press_decides(door):
    assert door.send(door.press()) == (200, None)
    assert door.status is Status.APPROVED


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_signature_is_good_for_five_minutes_either_way(door, seconds):
    body = urlencode({"payload": json.dumps(door.press())}).encode()
    assert door.post(body, signed(body, str(NOW // 1000 + seconds)))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v1=" + "0" * 64},
        {"X-Slack-Signature": "v0=ü"},
        {"X-Slack-Signature": "v0=" + "٣" * 64},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "٣" * 10},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": str(NOW // 1000 + 1)},
    ],
)
def test_garbage_in_the_signature_or_its_time_is_refused(door, headers):
    body = urlencode({"payload": json.dumps(door.press())}).encode()
    status, problem = door.post(body, headers)
    assert (status, problem["code"]) == (401, "slack_signature_invalid")
    assert door.status is Status.PENDING


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signature_from_another_time_is_refused(door, seconds):
    body = urlencode({"payload": json.dumps(door.press())}).encode()
    assert door.post(body, signed(body, str(NOW // 1000 + seconds)))[0] == 401


def test_another_secret_and_a_changed_body_are_refused(door):
    body = urlencode({"payload": json.dumps(door.press())}).encode()
    assert door.post(body, signed(body, secret="another"))[0] == 401
    assert door.receiver.handle(signed(body), body + b" ").status == 401
    assert door.receiver.handle({}, body).status == 401
    assert door.status is Status.PENDING


def test_too_large_a_body_is_refused_unread(door):
    status, problem = door.post(b"x" * (BODY_LIMIT + 1))
    assert (status, problem["code"]) == (413, "slack_body_too_large")


def test_a_receiver_without_a_secret_is_not_made():
    with pytest.raises(ValueError, match="signing secret"):
        SlackReceiver(None, "", fakes.FakeArrivals())  # type: ignore[arg-type]


def test_slacks_challenge_is_answered(door):
    body = json.dumps({"type": "url_verification", "challenge": "c1", "token": "t"}).encode()
    assert door.post(body, {"Content-Type": "application/json"}) == (200, {"challenge": "c1"})


def test_a_press_from_another_workspace_decides_nothing(door):
    foreign = {"id": "U0ANA00001", "team_id": "T0ANOTHER"}
    assert door.send(door.press(user=foreign))[0] == 200
    nowhere = door.press(user={"id": "U0ANA00001"})
    nowhere.pop("team")
    assert door.send(nowhere)[0] == 200
    assert door.status is Status.PENDING


@pytest.mark.parametrize("value", ["", "garbage", "1:req_x:y", "{}", "\u0000", "v" * 2_000])
def test_a_button_that_nobody_can_read_is_acknowledged_and_does_nothing(door, value):
    press = door.press()
    press["actions"][0]["value"] = value
    assert door.send(press)[0] == 200
    assert door.status is Status.PENDING


def test_a_button_that_nobody_knows_is_not_found(door):
    press = door.press()
    press["actions"][0]["action_id"] = "another_apps_button"
    assert door.send(press)[0] == 404


@pytest.mark.parametrize(
    "action", ["choose:", "choose:approve:Use", "choose:accept:x", "write:", "write:approve:\n"]
)
def test_a_choice_that_nobody_can_read_is_acknowledged_and_does_nothing(door, action):
    press = door.press()
    press["actions"][0]["action_id"] = f"countersign_{action}"
    assert door.send(press)[0] == 200
    assert door.status is Status.PENDING


def test_a_form_that_the_version_before_opened_still_decides(door):
    shown = f"1:{door.request.id}:{door.request.body.digest}:C0APPROVAL:1.1"
    assert door.send(door.form(shown, "Split it")) == (200, None)
    assert door.status is Status.REVISION_REQUESTED


@pytest.mark.parametrize("opened_by", [ids.APPROVE, "countersign_write:approve:use_crm", "other"])
def test_a_form_for_what_the_plan_does_not_have_is_refused_in_the_form(door, opened_by):
    other = "f" * 64 if opened_by == ids.APPROVE else door.request.body.digest
    status, answer = door.send(door.form(f"{opened_by} 1:{door.request.id}:{other}", "Yes"))
    assert (status, answer["response_action"]) == (200, "errors")
    assert door.status is Status.PENDING


BROKEN: list[Any] = [
    None,
    7,
    "text",
    [],
    {},
    {"type": None},
    {"type": "block_actions"},
    {"type": "message_action", "user": {"id": "U0ANA00001"}},
    {"type": "event_callback", "event": 5, "authorizations": [3]},
    {"type": "view_submission", "user": {"id": "U0ANA00001"}, "view": 1},
]


@pytest.mark.parametrize("payload", BROKEN)
def test_a_payload_that_is_none_is_refused(door, payload):
    status, problem = door.send(payload)
    assert (status, problem["code"]) == (400, "slack_payload_invalid")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload=",
        b"payload=%ff",
        b"payload={",
        b"payload={}&payload={}",
        b"nothing=here",
        b"\xff\xfe",
        b"payload=" + b"[" * 5_000,
        b"&".join([b"a=1"] * 500),
    ],
)
@pytest.mark.parametrize("kind", [FORM, "application/json", "", "text/plain; x"])
def test_a_body_that_is_none_is_refused(door, body, kind):
    assert door.post(body, {"Content-Type": kind})[0] == 400


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
PATHS: list[tuple[str | int, ...]] = [
    ("type",),
    ("user",),
    ("user", "id"),
    ("user", "team_id"),
    ("team",),
    ("trigger_id",),
    ("response_url",),
    ("container",),
    ("container", "channel_id"),
    ("container", "message_ts"),
    ("actions",),
    ("actions", 0),
    ("actions", 0, "action_id"),
    ("actions", 0, "block_id"),
    ("actions", 0, "value"),
    ("enterprise",),
    ("view",),
    ("event",),
    ("authorizations",),
]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), value=json_values)
def test_no_wrong_type_anywhere_is_our_fault(door, path, value):
    press = door.press()
    place: Any = press
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert door.send(press)[0] in (200, 400, 404)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=json_values, metadata=json_values)
def test_no_form_is_our_fault(door, values, metadata):
    view = {"type": "modal", "callback_id": ids.FORM}
    view |= {"private_metadata": metadata, "state": values}
    sent = {"type": "view_submission", "user": {"id": "U0ANA00001", "team_id": TEAM}, "view": view}
    assert door.send(sent)[0] in (200, 400)
    assert door.status is Status.PENDING


def test_an_error_of_ours_is_logged_without_what_was_sent(door, caplog, monkeypatch):
    def fails(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("app.reviewing.Reviewing.decide", fails)
    caplog.set_level(logging.DEBUG)
    assert door.send(door.press())[0] == 500
    assert "RuntimeError" in caplog.text
    assert CANARY not in caplog.text


def test_bolt_silences_itself_and_nobody_else(door):
    assert door.send(door.press())[0] == 200
    assert logging.getLogger("countersign").level == logging.NOTSET


def test_no_body_is_ever_logged_at_any_level(door, caplog):
    caplog.set_level(logging.DEBUG)
    press = door.press(team={"id": TEAM, "domain": CANARY}, note=CANARY)
    press["actions"][0]["value"] = CANARY
    body = urlencode({"payload": json.dumps(press)}).encode()
    door.send(press)
    door.send(door.press(actions=[{"action_id": CANARY, "block_id": "b"}]))
    door.send({"type": CANARY})
    door.receiver.handle({}, body)
    door.post(body, {"X-Slack-Signature": "v0=" + "0" * 64})
    assert CANARY not in caplog.text
