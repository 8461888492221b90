from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import ANA, BEN, Slack, modal, section

GLOBAL: dict[str, Any] = {"callback_id": "countersign_request"}
ON_MESSAGE: dict[str, Any] = {
    "callback_id": "countersign_request_from_message",
    "channel": "C0GENERAL1",
}


def test_a_global_shortcut_names_no_channel_and_opens_a_modal(slack: Slack) -> None:
    assert slack.page("shortcut", user=ANA, **GLOBAL)["ok"]
    payload = slack.app.payload
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "countersign_request")
    assert payload["user"]["id"] == ANA
    assert not payload.keys() & {"channel", "message", "response_url", "api_app_id"}
    assert slack.call("views.open", trigger_id=payload["trigger_id"], view=modal())["ok"]


def test_a_message_shortcut_carries_the_message(slack: Slack) -> None:
    ts = slack.page("say", user=BEN, channel="C0GENERAL1", text="please refund 1042")["ts"]
    assert slack.page("shortcut", user=ANA, ts=ts, **ON_MESSAGE)["ok"]
    payload = slack.app.payload
    assert payload["type"] == "message_action"
    assert (payload["message_ts"], payload["message"]["text"]) == (ts, "please refund 1042")
    assert (payload["message"]["user"], payload["user"]["id"]) == (BEN, ANA)
    assert payload["channel"] == {"id": "C0GENERAL1", "name": "general"}
    assert slack.http.post(payload["response_url"], json={"text": "asked"}).is_success
    assert slack.state(ANA)["messages"]["C0GENERAL1"][-1]["ephemeral_for"] == ANA
    assert slack.call("views.open", trigger_id=payload["trigger_id"], view=modal())["ok"]


def test_what_one_person_sees_has_no_shortcuts(slack: Slack) -> None:
    said = {"channel": "C0APPROVAL", "user": ANA, "text": "x", "blocks": [section()]}
    ts = slack.call("chat.postEphemeral", **said)["message_ts"]
    wanted = {**ON_MESSAGE, "channel": "C0APPROVAL", "ts": ts}
    assert "ephemeral" in slack.page("shortcut", 409, user=ANA, **wanted)["error"]
    assert slack.page("shortcut", 404, user=BEN, **wanted)["error"]


def test_a_shortcut_that_the_app_does_not_have_is_refused(slack: Slack) -> None:
    assert "no global shortcut" in slack.page("shortcut", 404, user=ANA, callback_id="x")["error"]
