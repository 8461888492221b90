"""What the app was installed with: its scopes, and what it is told without them."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import ANA, Slack, section

HEADERS = {"Authorization": "Bearer xoxb-sandbox"}


def test_every_answer_names_the_scopes_of_the_token(slack: Slack) -> None:
    slack.page("app", scopes=["chat:write", "commands"])
    answer = slack.http.post("/api/slack/auth.test", headers=HEADERS)
    assert answer.headers["x-oauth-scopes"] == "chat:write,commands"
    stranger = slack.http.post("/api/slack/auth.test", headers={"Authorization": "Bearer x"})
    assert "x-oauth-scopes" not in stranger.headers


def test_a_method_needs_its_scope(slack: Slack) -> None:
    slack.page("app", scopes=["users:read"])
    refused = slack.post(section())
    assert (refused["error"], refused["needed"]) == ("missing_scope", "chat:write")
    assert refused["provided"] == "users:read"
    assert slack.call("auth.test")["ok"]
    assert "email" not in slack.call("users.info", user=ANA)["user"]["profile"]


@pytest.mark.parametrize(
    ("channel", "needed"),
    [("C0APPROVAL", "channels:history"), ("D0ANA00001", "im:history")],
)
def test_each_kind_of_conversation_has_scopes_of_its_own(
    slack: Slack, channel: str, needed: str
) -> None:
    slack.call("conversations.open", users=ANA)
    slack.page("app", scopes=["groups:history"])
    refused = slack.call("conversations.history", channel=channel)
    assert (refused["error"], refused["needed"]) == ("missing_scope", needed)
    slack.page("app", scopes=[needed])
    assert slack.call("conversations.history", channel=channel)["ok"]


@pytest.mark.parametrize("error", ["token_revoked", "invalid_auth", "account_inactive"])
def test_access_can_be_taken_away_and_given_back(slack: Slack, error: str) -> None:
    slack.page("app", access=error)
    assert slack.post(section())["error"] == error
    slack.page("app", access="granted")
    assert slack.post(section())["ok"]


def test_commands_and_shortcuts_have_the_form_of_a_manifest(slack: Slack) -> None:
    command = {"command": "/gate", "description": "Waiting for me", "url": "https://example.com"}
    shortcut = {"name": "Ask", "type": "global", "callback_id": "ask", "description": "Ask us"}
    slack.page("app", commands=[command], shortcuts=[shortcut])
    assert slack.state()["app"] == {"commands": [command], "shortcuts": [shortcut]}
    assert slack.page("app", 422, commands=[{"command": "gate"}])["error"]
    assert slack.page("app", 422, shortcuts=[{**shortcut, "name": "x" * 25}])["error"]
