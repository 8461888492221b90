from __future__ import annotations

import pytest

from tests.sandbox.conftest import ANA, BEN, Slack, section


def test_a_person_is_shown_as_slack_shows_them(slack: Slack) -> None:
    ana = slack.call("users.info", user=ANA)["user"]
    assert (ana["name"], ana["profile"]["email"]) == ("ana", "ana@example.com")
    assert not ana["deleted"]
    assert not ana["is_bot"]
    assert slack.call("users.info", user="U0GUEST001")["user"]["is_restricted"]
    assert slack.call("users.info", user="U0GONE0001")["user"]["deleted"]
    assert slack.call("users.info", user="U0CSBOT001")["user"]["is_bot"]
    assert slack.call("users.info", user="U0NOBODY01")["error"] == "user_not_found"


def test_people_are_found_by_their_address_unless_they_have_gone(slack: Slack) -> None:
    found = slack.call("users.lookupByEmail", email="CFO@example.com")
    assert found["user"]["id"] == "U0CHLOE001"
    for email in ("greta@example.com", "nobody@example.com"):
        assert slack.call("users.lookupByEmail", email=email)["error"] == "users_not_found"


def test_a_group_lists_its_members(slack: Slack) -> None:
    groups = slack.call("usergroups.list", include_users=True)["usergroups"]
    assert [(g["handle"], g["users"]) for g in groups] == [("finance-approvers", [ANA, BEN])]
    assert "users" not in slack.call("usergroups.list")["usergroups"][0]
    assert slack.call("usergroups.users.list", usergroup="S0FINANCE1")["users"] == [ANA, BEN]
    unknown = slack.call("usergroups.users.list", usergroup="S0NOTHING1")
    assert unknown["error"] == "no_such_subteam"


def test_the_directory_can_be_changed(slack: Slack) -> None:
    slack.page(f"users/{ANA}", deleted=True)
    slack.page("groups/S0FINANCE1", users=[BEN])
    assert slack.call("users.info", user=ANA)["user"]["deleted"]
    assert slack.call("usergroups.users.list", usergroup="S0FINANCE1")["users"] == [BEN]
    assert "nobody" in slack.page("groups/S0FINANCE1", 422, users=["U0NOBODY01"])["error"]
    assert slack.page("users/U0NOBODY01", 404, deleted=True)["ok"] is False


@pytest.mark.parametrize(
    ("user", "error"),
    [
        ("U0NOBODY01", "user_not_found"),
        ("U0GONE0001", "user_disabled"),
        ("U0CSBOT001", "cannot_dm_bot"),
    ],
)
def test_not_everybody_can_be_written_to(slack: Slack, user: str, error: str) -> None:
    assert slack.call("conversations.open", users=user)["error"] == error


def test_a_channel_is_described(slack: Slack) -> None:
    general = slack.call("conversations.info", channel="C0GENERAL1")["channel"]
    assert (general["name"], general["is_member"]) == ("general", False)
    assert (general["is_ext_shared"], general["is_pending_ext_shared"]) == (False, False)
    slack.page("channels/C0GENERAL1", is_ext_shared=True)
    shared = slack.call("conversations.info", channel="C0GENERAL1")["channel"]
    assert (shared["is_shared"], shared["is_ext_shared"]) == (True, True)
    assert slack.call("conversations.info", channel="#general")["error"] == "channel_not_found"
    assert slack.call("conversations.history", channel="C0GENERAL1")["error"] == "not_in_channel"


def test_a_new_channel_can_be_posted_to(slack: Slack) -> None:
    slack.page("channels", name="refunds")
    assert slack.post(section(), channel="#refunds")["ok"]
    assert slack.page("channels", 409, name="refunds")["ok"] is False
    assert slack.page("channels", 422, name="No Name")["ok"] is False


def test_history_comes_newest_first_in_pages(slack: Slack) -> None:
    sent = [slack.post(section())["ts"] for _ in range(5)]
    seen, cursor = [], ""
    for size in (2, 2, 1):
        page = slack.call("conversations.history", channel="C0APPROVAL", limit=2, cursor=cursor)
        assert len(page["messages"]) == size
        seen += [message["ts"] for message in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
    assert (seen, cursor) == (sent[::-1], "")
    wrong = slack.call("conversations.history", channel="C0APPROVAL", cursor="x")
    assert wrong["error"] == "invalid_cursor"


def test_history_is_bounded_by_oldest_and_latest(slack: Slack) -> None:
    first, second, third = (slack.post(section())["ts"] for _ in range(3))
    where = {"channel": "C0APPROVAL", "oldest": first, "latest": third}
    between = slack.call("conversations.history", **where)["messages"]
    assert [m["ts"] for m in between] == [second]
    assert len(slack.call("conversations.history", **where, inclusive=True)["messages"]) == 3


def test_metadata_is_shown_when_it_is_asked_for(slack: Slack) -> None:
    known = {"event_type": "request", "event_payload": {"id": "1"}}
    slack.post(section(), metadata=known)
    plain_history = slack.call("conversations.history", channel="C0APPROVAL")
    assert "metadata" not in plain_history["messages"][0]
    wide = slack.call("conversations.history", channel="C0APPROVAL", include_all_metadata=True)
    assert wide["messages"][0]["metadata"] == known


def test_the_bot_can_list_the_channels_that_it_is_in(slack: Slack) -> None:
    names = [one["name"] for one in slack.call("users.conversations")["channels"]]
    assert names == ["approvals", "countersign-admin"]
    assert slack.call("users.conversations", types="private_channel")["channels"] == []
    slack.page("channels", name="secret", is_private=True)
    (secret,) = slack.call("users.conversations", types="private_channel")["channels"]
    assert (secret["name"], secret["is_private"]) == ("secret", True)
    assert slack.call("users.conversations", types="rooms")["error"] == "invalid_types"


def test_every_public_channel_is_listed_and_says_whether_the_bot_is_there(slack: Slack) -> None:
    listed = slack.call("conversations.list", limit=2)
    shown = [(one["name"], one["is_member"]) for one in listed["channels"]]
    assert shown == [("approvals", True), ("general", False)]
    rest = slack.call("conversations.list", cursor=listed["response_metadata"]["next_cursor"])
    assert [one["name"] for one in rest["channels"]] == ["countersign-admin"]


def test_a_channel_has_members(slack: Slack) -> None:
    members = slack.call("conversations.members", channel="C0APPROVAL")["members"]
    assert {ANA, BEN, "U0CSBOT001"} <= set(members)
    assert "U0GONE0001" not in members
    wanted = {"channel": "C0APPROVAL", "include_num_members": True}
    assert slack.call("conversations.info", **wanted)["channel"]["num_members"] == len(members)


def test_somebody_can_join(slack: Slack) -> None:
    assert slack.call("users.info", user="U0FAY00001")["error"] == "user_not_found"
    slack.page("users/U0GIL00001", expect=404, deleted=True)
    assert slack.page("users/U0FAY00001", name="fay")["ok"]
    assert slack.call("users.info", user="U0FAY00001")["user"]["name"] == "fay"
