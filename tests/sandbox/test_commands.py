"""Slash commands, as a person types them and as the app gets them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.sandbox.conftest import ANA, BEN, Slack, actions, button


def typed(slack: Slack, text: str = "", name: str = "/approvals", **more: Any) -> Any:
    wanted = {"user": ANA, "channel": "C0GENERAL1", "command": name, "text": text}
    return slack.page("command", **{**wanted, **more})


def sent(slack: Slack) -> dict[str, str]:
    form = parse_qs(slack.app.got[-1][1].decode(), keep_blank_values=True)
    return {name: values[0] for name, values in form.items()}


def shown(slack: Slack, user: str = ANA, channel: str = "C0GENERAL1") -> Any:
    return slack.state(user)["messages"][channel]


def test_a_command_is_a_form_with_everything_that_slack_sends(slack: Slack) -> None:
    assert typed(slack, "show req_1")["ok"]
    form = sent(slack)
    assert form.keys() >= {"token", "trigger_id", "response_url"}
    assert {
        key: form[key] for key in form if key not in ("token", "trigger_id", "response_url")
    } == {
        "command": "/approvals",
        "text": "show req_1",
        "user_id": ANA,
        "user_name": "ana",
        "team_id": "T0SANDBOX",
        "team_domain": "acme",
        "channel_id": "C0GENERAL1",
        "channel_name": "general",
        "api_app_id": "A0SANDBOX1",
        "is_enterprise_install": "false",
    }
    assert shown(slack) == []


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("away @ben until friday", f"away <@{BEN}|ben> until friday"),
        ("away @Ben, please", f"away <@{BEN}|ben>, please"),
        ("ask @finance-approvers", "ask <!subteam^S0FINANCE1|@finance-approvers>"),
        ("in #general", "in <#C0GENERAL1|general>"),
        ("see https://example.com/a?b=1", "see <https://example.com/a?b=1>"),
        ("@nobody a@ben.example #12", "@nobody a@ben.example #12"),
        (f"already <@{BEN}|ben>", f"already <@{BEN}|ben>"),
    ],
)
def test_people_and_channels_are_named_by_id_when_the_command_asks_for_it(
    slack: Slack, text: str, escaped: str
) -> None:
    typed(slack, text)
    assert sent(slack)["text"] == escaped
    slack.page("app", commands=[{"command": "/approvals"}])
    typed(slack, text)
    assert sent(slack)["text"] == text


def test_the_answer_is_for_whoever_asked_unless_it_is_for_the_channel(slack: Slack) -> None:
    slack.app.answer = {"text": "two are waiting", "blocks": [actions(button())]}
    typed(slack)
    assert [(m["text"], m["ephemeral_for"]) for m in shown(slack)] == [("two are waiting", ANA)]
    assert shown(slack, BEN) == []
    slack.app.answer = {"text": "hear, hear", "response_type": "in_channel"}
    typed(slack)
    assert [m["text"] for m in shown(slack, BEN)] == ["hear, hear"]


def test_what_the_answer_holds_can_be_clicked_and_turned_over(slack: Slack) -> None:
    slack.app.answer = {"text": "page 1", "blocks": [actions(button())]}
    typed(slack)
    (page,) = shown(slack)
    slack.app.answer = ""
    slack.click(page["ts"], channel="C0GENERAL1")
    url = slack.app.payload["response_url"]
    slack.http.post(url, json={"replace_original": True, "text": "page 2"})
    assert [(m["ts"], m["text"]) for m in shown(slack)] == [(page["ts"], "page 2")]


def test_the_response_url_answers_later_too(slack: Slack) -> None:
    typed(slack)
    assert slack.http.post(sent(slack)["response_url"], json={"text": "done"}).is_success
    assert [(m["text"], m["ephemeral_for"]) for m in shown(slack)] == [("done", ANA)]


def test_a_command_works_in_the_conversation_with_the_app(slack: Slack) -> None:
    slack.call("conversations.open", users=ANA)
    typed(slack, channel="D0ANA00001")
    assert sent(slack)["channel_name"] == "directmessage"


def test_a_command_that_nobody_offers_is_answered_by_slackbot(slack: Slack) -> None:
    assert not typed(slack, name="/aprovals")["ok"]
    assert slack.app.got == []
    (said,) = shown(slack)
    assert said["user"] == "USLACKBOT"
    assert said["text"].startswith("`/aprovals` is not a valid command.")


def test_an_app_that_fails_is_told_to_whoever_asked(slack: Slack) -> None:
    slack.app.status = 500
    assert typed(slack)["error"] == "the app answered HTTP 500"
    assert 'failed with the error "dispatch_failed"' in shown(slack)[0]["text"]
    assert shown(slack, BEN) == []


def test_an_app_that_is_late_has_timed_out(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.delivery.ACK_S", 0.05)
    slack.app.hangs = True
    typed(slack)
    assert 'failed with the error "operation_timeout"' in shown(slack)[0]["text"]


def test_an_answer_that_slack_would_not_take_is_an_error(slack: Slack) -> None:
    slack.app.answer = {"text": "x", "colour": "red"}
    assert "would not take" in typed(slack)["error"]
    assert "unknown field: colour" in shown(slack)[0]["text"]
