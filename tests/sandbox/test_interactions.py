from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.sandbox.conftest import (
    ANA,
    BEN,
    SECRET,
    Slack,
    actions,
    button,
    modal,
    option,
    section,
)


def signature(stamp: str, body: bytes) -> str:
    base = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()


def select(kind: str = "static_select", **more: Any) -> dict[str, Any]:
    options = [option("crm"), option("mail")]
    return {"type": kind, "action_id": "s", "options": options, **more}


def test_a_click_is_signed_as_slack_signs_it(slack: Slack) -> None:
    slack.click(slack.post(actions(button()))["ts"])
    headers, body = slack.app.got[-1]
    stamp = headers["x-slack-request-timestamp"]
    assert headers["x-slack-signature"] == signature(stamp, body)
    assert headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_click_carries_what_slack_sends(slack: Slack) -> None:
    ts = slack.post(actions(button(style="primary")))["ts"]
    answer = slack.click(ts)
    assert (answer["ok"], answer["status"]) == (True, 200)
    payload = slack.app.payload
    assert payload["type"] == "block_actions"
    known = {"id": ANA, "username": "ana", "name": "ana", "team_id": "T0SANDBOX"}
    assert payload["user"] == known
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == ts
    assert payload["channel"] == {"id": "C0APPROVAL", "name": "approvals"}
    (action,) = payload["actions"]
    assert (action["block_id"], action["action_id"], action["value"]) == ("b", "a", "v")
    assert action["action_ts"]
    assert payload["state"] == {"values": {}}


def test_a_choice_is_in_the_action_and_stays_in_the_state(slack: Slack) -> None:
    ts = slack.post(actions(button(), select()))["ts"]
    slack.click(ts, action_id="s", selected_option={"value": "crm"})
    assert slack.app.payload["actions"][0]["selected_option"] == option("crm")
    slack.click(ts)
    values = slack.app.payload["state"]["values"]
    assert values["b"]["s"] == {"type": "static_select", "selected_option": option("crm")}
    slack.click(ts, user=BEN)
    assert slack.app.payload["state"]["values"]["b"]["s"]["selected_option"] is None


@pytest.mark.parametrize(
    ("element", "given", "sent"),
    [
        (select("radio_buttons"), {"selected_option": "crm"}, {"selected_option": option("crm")}),
        (select("overflow"), {"selected_option": "mail"}, {"selected_option": option("mail")}),
        (
            select("checkboxes"),
            {"selected_options": [option("crm")]},
            {"selected_options": [option("crm")]},
        ),
        (
            {"type": "datepicker", "action_id": "s"},
            {"value": "2026-12-24"},
            {"selected_date": "2026-12-24"},
        ),
        ({"type": "users_select", "action_id": "s"}, {"value": BEN}, {"selected_user": BEN}),
    ],
)
def test_each_kind_of_element_says_what_was_chosen(
    slack: Slack, element: dict[str, Any], given: dict[str, Any], sent: dict[str, Any]
) -> None:
    ts = slack.post(actions(element))["ts"]
    slack.click(ts, action_id="s", **given)
    action = slack.app.payload["actions"][0]
    assert {key: action[key] for key in sent} == sent


def test_an_option_that_is_not_offered_can_not_be_chosen(slack: Slack) -> None:
    ts = slack.post(actions(select()))["ts"]
    where = {"user": ANA, "channel": "C0APPROVAL", "ts": ts, "block_id": "b", "action_id": "s"}
    assert "not one of the options" in slack.page("click", 422, **where, value="fax")["error"]


def test_a_button_that_is_gone_can_not_be_clicked(slack: Slack) -> None:
    ts = slack.post(actions(button()))["ts"]
    slack.call("chat.update", channel="C0APPROVAL", ts=ts, text="decided")
    where = {"user": BEN, "channel": "C0APPROVAL", "ts": ts, "block_id": "b", "action_id": "a"}
    assert "no element" in slack.page("click", 404, **where)["error"]


def test_an_app_that_refuses_is_told_to_the_person(slack: Slack) -> None:
    slack.app.status = 500
    answer = slack.click(slack.post(actions(button()))["ts"])
    assert (answer["ok"], answer["error"]) == (False, "the app answered HTTP 500")


def test_an_app_that_does_not_answer_in_time_is_an_error(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.delivery.ACK_S", 0.05)
    slack.app.hangs = True
    answer = slack.click(slack.post(actions(button()))["ts"])
    assert (answer["ok"], answer["status"]) == (False, None)
    assert "did not answer within" in answer["error"]


def test_a_response_url_answers_to_the_clicker_alone_five_times(slack: Slack) -> None:
    slack.click(slack.post(actions(button()))["ts"])
    url = slack.app.payload["response_url"]
    assert slack.http.post(url, json={"blocks": [{}]}).status_code == 404
    for _ in range(5):
        assert slack.http.post(url, json={"text": "thanks"}).status_code == 200
    late = slack.http.post(url, json={"text": "thanks"})
    assert (late.status_code, late.json()["error"]) == (404, "used_url")
    assert len(slack.state(ANA)["messages"]["C0APPROVAL"]) == 6
    assert len(slack.state(BEN)["messages"]["C0APPROVAL"]) == 1


def test_a_response_url_lives_for_thirty_minutes(slack: Slack) -> None:
    slack.click(slack.post(actions(button()))["ts"])
    slack.clock.now += 30 * 60 * 1000 + 1
    late = slack.http.post(slack.app.payload["response_url"], json={"text": "thanks"})
    assert late.json()["error"] == "expired_url"


def test_a_response_url_can_replace_delete_or_tell_everybody(slack: Slack) -> None:
    ts = slack.post(actions(button()))["ts"]
    slack.click(ts)
    url = slack.app.payload["response_url"]
    slack.http.post(url, json={"replace_original": True, "text": "decided"})
    shown = slack.state(BEN)["messages"]["C0APPROVAL"]
    assert [(m["ts"], m["text"], m["blocks"]) for m in shown] == [(ts, "decided", [])]
    slack.http.post(url, json={"response_type": "in_channel", "text": "hear, hear"})
    slack.http.post(url, json={"delete_original": True})
    shown = slack.state(BEN)["messages"]["C0APPROVAL"]
    assert [message["text"] for message in shown] == ["hear, hear"]


def test_an_ephemeral_message_is_clicked_without_a_copy_and_can_be_replaced(slack: Slack) -> None:
    blocks = [actions(button())]
    said = {"channel": "C0APPROVAL", "user": ANA, "text": "yours", "blocks": blocks}
    ts = slack.call("chat.postEphemeral", **said)["message_ts"]
    slack.click(ts)
    payload = slack.app.payload
    known = {"type": "message", "message_ts": ts, "channel_id": "C0APPROVAL", "is_ephemeral": True}
    assert payload["container"] == known
    assert "message" not in payload
    replaced = {"replace_original": True, "text": "page 2", "blocks": blocks}
    assert slack.http.post(payload["response_url"], json=replaced).status_code == 200
    shown = slack.state(ANA)["messages"]["C0APPROVAL"]
    assert [(m["text"], m["ephemeral_for"]) for m in shown] == [("page 2", ANA)]
    slack.click(ts)
    deleted = slack.http.post(slack.app.payload["response_url"], json={"delete_original": True})
    assert deleted.status_code == 200
    assert slack.state(ANA)["messages"]["C0APPROVAL"] == []


def test_what_people_say_reaches_an_app_that_is_there(slack: Slack) -> None:
    ts = slack.page("say", user=ANA, channel="C0APPROVAL", text="hello")["ts"]
    event = slack.app.event
    assert (event["type"], event["text"], event["ts"]) == ("message", "hello", ts)
    headers, body = slack.app.got[-1]
    assert headers["x-slack-signature"] == signature(headers["x-slack-request-timestamp"], body)
    envelope = json.loads(body)
    assert (envelope["type"], envelope["team_id"]) == ("event_callback", "T0SANDBOX")
    assert "app" not in slack.page("say", user=ANA, channel="C0GENERAL1", text="psst")
    assert len(slack.app.got) == 1


def test_opening_the_home_tab_is_an_event(slack: Slack) -> None:
    slack.call("views.publish", user_id=ANA, view={"type": "home", "blocks": [section()]})
    assert slack.page("home", user=ANA)["ok"]
    event = slack.app.event
    assert (event["type"], event["user"], event["tab"]) == ("app_home_opened", ANA, "home")
    assert event["view"]["type"] == "home"
    assert slack.page("home", user=ANA, tab="messages")["ok"]
    assert (slack.app.event["tab"], "view" in slack.app.event) == ("messages", False)


def test_a_view_is_clicked_with_what_was_filled_in_so_far(slack: Slack) -> None:
    view = modal(actions(button(), select()))
    view_id = slack.call("views.open", trigger_id=slack.trigger(), view=view)["view"]["id"]
    where = {"user": ANA, "view_id": view_id, "block_id": "b", "action_id": "a"}
    assert slack.page("click", **where, state={"b": {"s": {"selected_option": "crm"}}})["ok"]
    payload = slack.app.payload
    assert payload["container"] == {"type": "view", "view_id": view_id}
    assert payload["view"]["state"]["values"]["b"]["s"]["selected_option"] == option("crm")
    assert "response_url" not in payload


def test_a_raw_interaction_is_signed_unless_the_test_tampers_with_it(slack: Slack) -> None:
    slack.page("raw", payload={"type": "block_actions"})
    headers, body = slack.app.got[-1]
    assert headers["x-slack-signature"] == signature(headers["x-slack-request-timestamp"], body)
    slack.page("raw", body="x", headers={"X-Slack-Request-Timestamp": "1"})
    headers, body = slack.app.got[-1]
    assert (body, headers["x-slack-signature"]) == (b"x", signature("1", b"x"))
    slack.page("raw", body="x", headers={"X-Slack-Signature": "v0=ü"})
    assert slack.app.got[-1][0]["x-slack-signature"] == "v0=ü".encode().decode("latin-1")


def test_url_verification_is_json_and_its_answer_comes_back(slack: Slack) -> None:
    slack.app.answer = "abc"
    sent = slack.page("raw", payload={"type": "url_verification", "challenge": "abc"})
    assert sent["body"] == "abc"
    assert json.loads(slack.app.got[-1][1])["challenge"] == "abc"


def test_a_thread_is_named_in_the_click(slack: Slack) -> None:
    parent = slack.post(section())["ts"]
    slack.click(slack.post(actions(button()), thread_ts=parent)["ts"])
    assert slack.app.payload["container"]["thread_ts"] == parent
