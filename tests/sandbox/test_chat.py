from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import ANA, BEN, DEV, Slack, actions, button, section

HEADERS = {"Authorization": "Bearer xoxb-sandbox"}


def test_a_message_is_posted_where_it_was_sent(slack: Slack) -> None:
    for channel in ("C0APPROVAL", "#approvals", "approvals"):
        assert slack.post(section(), channel=channel)["channel"] == "C0APPROVAL"
    shown = slack.state()["messages"]["C0APPROVAL"]
    assert len(shown) == len({message["ts"] for message in shown}) == 3
    assert shown[0]["bot"] is True


def test_a_persons_id_opens_their_direct_conversation(slack: Slack) -> None:
    channel = slack.post(section(), channel=ANA)["channel"]
    assert channel == slack.call("conversations.open", users=ANA)["channel"]["id"]
    assert channel in slack.state(ANA)["messages"]
    assert channel not in slack.state(BEN)["messages"]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"channel": "#nowhere", "text": "x"}, "channel_not_found"),
        ({"channel": "U0GONE0001", "text": "x"}, "channel_not_found"),
        ({"channel": "#general", "text": "x"}, "not_in_channel"),
        ({"channel": "#approvals"}, "no_text"),
        ({"channel": "#approvals", "text": "", "blocks": []}, "no_text"),
        ({"channel": "#approvals", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "#approvals", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ({"channel": "#approvals", "text": "x", "blocks": [{}]}, "invalid_blocks"),
        ({"channel": "#approvals", "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": "#approvals", "text": "x", "metadata": {"id": 1}}, "invalid_metadata_format"),
        ({"channel": "#approvals", "text": "x", "bloks": []}, "invalid_arguments"),
        ({"channel": 7, "text": "x"}, "invalid_arguments"),
        ({"channel": ["#approvals"], "text": "x"}, "invalid_arguments"),
        ({"text": "x"}, "invalid_arguments"),
    ],
)
def test_slack_says_what_is_wrong_and_posts_nothing(
    slack: Slack, args: dict[str, Any], error: str
) -> None:
    answer = slack.call("chat.postMessage", **args)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert not slack.state()["messages"]["C0APPROVAL"]


def test_refused_blocks_come_with_messages(slack: Slack) -> None:
    answer = slack.post({"type": "video"})
    assert "unsupported type" in answer["response_metadata"]["messages"][0]


def test_an_archived_channel_takes_no_messages_and_no_changes(slack: Slack) -> None:
    posted = slack.post(section())
    slack.page("channels/C0APPROVAL", is_archived=True)
    assert slack.post(section())["error"] == "is_archived"
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    assert slack.call("chat.update", **where, text="later")["error"] == "is_inactive"


def test_the_token_is_checked(slack: Slack) -> None:
    assert slack.http.post("/api/slack/auth.test").json()["error"] == "not_authed"
    assert slack.http.post("/api/slack/auth.test?token=x").json()["error"] == "invalid_auth"
    wrong = {"Authorization": "Bearer xapp-sandbox"}
    refused = slack.http.post("/api/slack/auth.test", headers=wrong).json()
    assert refused["error"] == "not_allowed_token_type"
    form = {"token": "xoxb-sandbox"}
    assert slack.http.post("/api/slack/auth.test", data=form).json()["user_id"] == "U0CSBOT001"


def test_a_form_does_what_json_does(slack: Slack) -> None:
    form = {"channel": "#approvals", "text": "x", "blocks": '[{"type": "divider"}]'}
    sent = {**form, "unfurl_links": "0"}
    answer = slack.http.post("/api/slack/chat.postMessage", data=sent, headers=HEADERS).json()
    assert answer["message"]["blocks"][0]["type"] == "divider"


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b'{"limit": NaN}', "application/json", "invalid_json"),
        (b'{"text": "\\ud800"}', "application/json", "invalid_json"),
        (b'{"a":' * 100_000, "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"x", "text/plain", "invalid_post_type"),
        (b"x", "", "missing_post_type"),
    ],
)
def test_a_broken_body_gets_slacks_error(
    slack: Slack, body: bytes, content_type: str, error: str
) -> None:
    headers = {**HEADERS, "Content-Type": content_type}
    reply = slack.http.post("/api/slack/chat.postMessage", content=body, headers=headers)
    assert (reply.status_code, reply.json()["error"]) == (200, error)


def test_an_unknown_method_is_said_to_be_unknown(slack: Slack) -> None:
    assert slack.call("chat.scheduleMessage")["error"] == "unknown_method"


def test_an_update_with_text_alone_removes_the_blocks(slack: Slack) -> None:
    ts = slack.post(actions(button()))["ts"]
    message = slack.call("chat.update", channel="C0APPROVAL", ts=ts, text="decided")["message"]
    assert (message["text"], message["blocks"]) == ("decided", [])
    assert message["edited"]["user"] == "U0CSBOT001"


def test_an_update_with_blocks_alone_keeps_the_text(slack: Slack) -> None:
    ts = slack.post(actions(button()))["ts"]
    message = slack.call("chat.update", channel="C0APPROVAL", ts=ts, blocks=[section()])["message"]
    assert (message["text"], message["blocks"][0]["type"]) == ("a card", "section")


def test_an_update_keeps_the_metadata_unless_it_brings_its_own(slack: Slack) -> None:
    known = {"event_type": "request", "event_payload": {"id": "1"}}
    ts = slack.post(section(), metadata=known)["ts"]
    where = {"channel": "C0APPROVAL", "ts": ts, "text": "x"}
    assert slack.call("chat.update", **where)["message"]["metadata"] == known
    assert slack.call("chat.update", **where, metadata={})["message"]["metadata"] == {}


def test_an_update_may_be_shorter_than_a_post_only(slack: Slack) -> None:
    ts = slack.post(section())["ts"]
    where = {"channel": "C0APPROVAL", "ts": ts}
    assert slack.call("chat.update", **where, text="x" * 4_000)["ok"]
    assert slack.call("chat.update", **where, text="x" * 4_001)["error"] == "msg_too_long"
    assert slack.call("chat.update", **where)["error"] == "no_text"


def test_only_ones_own_messages_can_be_changed(slack: Slack) -> None:
    theirs = slack.page("say", user=DEV, channel="C0APPROVAL", text="hello")["ts"]
    where = {"channel": "C0APPROVAL", "ts": theirs}
    assert slack.call("chat.update", **where, text="x")["error"] == "cant_update_message"
    assert slack.call("chat.delete", **where)["error"] == "cant_delete_message"
    nothing = slack.call("chat.update", channel="C0APPROVAL", ts="1.000000", text="x")
    assert nothing["error"] == "message_not_found"
    by_name = slack.call("chat.update", channel="#approvals", ts=theirs, text="x")
    assert by_name["error"] == "channel_not_found"


def test_a_deleted_message_is_gone(slack: Slack) -> None:
    ts = slack.post(section())["ts"]
    assert slack.call("chat.delete", channel="C0APPROVAL", ts=ts)["ok"]
    again = slack.call("chat.delete", channel="C0APPROVAL", ts=ts)
    assert again["error"] == "message_not_found"


def test_an_ephemeral_message_is_seen_by_one_person_and_never_read_back(slack: Slack) -> None:
    sent = slack.call("chat.postEphemeral", channel="C0APPROVAL", user=ANA, text="only you")
    assert [m["text"] for m in slack.state(ANA)["messages"]["C0APPROVAL"]] == ["only you"]
    assert slack.state(BEN)["messages"]["C0APPROVAL"] == []
    assert slack.call("conversations.history", channel="C0APPROVAL")["messages"] == []
    where = {"channel": "C0APPROVAL", "ts": sent["message_ts"]}
    assert slack.call("chat.update", **where, text="x")["error"] == "message_not_found"


@pytest.mark.parametrize("user", ["U0GONE0001", "U0NOBODY01"])
def test_an_ephemeral_message_needs_somebody_to_see_it(slack: Slack, user: str) -> None:
    sent = slack.call("chat.postEphemeral", channel="C0APPROVAL", user=user, text="x")
    assert sent["error"] == "user_not_in_channel"


def test_replies_are_counted_and_stay_out_of_the_channel(slack: Slack) -> None:
    ts = slack.post(section())["ts"]
    first = slack.post(section(), thread_ts=ts)["ts"]
    slack.post(section(), thread_ts=first)
    history = slack.call("conversations.history", channel="C0APPROVAL")["messages"]
    assert [(m["ts"], m["reply_count"]) for m in history] == [(ts, 2)]
    thread = slack.call("conversations.replies", channel="C0APPROVAL", ts=ts)["messages"]
    assert [m["thread_ts"] for m in thread] == [ts] * 3


def test_a_permalink_names_the_message(slack: Slack) -> None:
    ts = slack.post(section())["ts"]
    link = slack.call("chat.getPermalink", channel="C0APPROVAL", message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/C0APPROVAL/p{ts.replace('.', '')}")


def test_a_reply_can_be_shown_in_the_channel_too_and_keeps_its_buttons(slack: Slack) -> None:
    parent = slack.post(section())["ts"]
    reply = slack.post(actions(button()), thread_ts=parent, reply_broadcast=True)
    assert reply["message"]["subtype"] == "thread_broadcast"
    slack.click(reply["ts"])
    assert slack.app.payload["container"]["thread_ts"] == parent
    where = {"channel": "C0APPROVAL", "ts": reply["ts"]}
    changed = slack.call("chat.update", **where, text="done")["message"]
    assert (changed["subtype"], changed["blocks"]) == ("thread_broadcast", [])
    quiet = slack.post(section(), thread_ts=parent)
    where["ts"] = quiet["ts"]
    changed = slack.call("chat.update", **where, text="loud", reply_broadcast=True)["message"]
    assert changed["subtype"] == "thread_broadcast"
    alone = {"channel": "C0APPROVAL", "ts": parent, "text": "x", "reply_broadcast": True}
    assert slack.call("chat.update", **alone)["error"] == "cant_broadcast_message"


def test_a_card_in_an_archived_channel_stays_as_it_is(slack: Slack) -> None:
    ts = slack.post(section())["ts"]
    slack.page("channels/C0APPROVAL", is_archived=True)
    where = {"channel": "C0APPROVAL", "ts": ts}
    assert slack.call("chat.update", **where, text="x")["error"] == "is_inactive"


def test_an_app_that_was_removed_from_a_channel_reaches_nothing_there(slack: Slack) -> None:
    ts = slack.post(section())["ts"]
    slack.page("channels/C0APPROVAL", bot_in=False)
    where = {"channel": "C0APPROVAL", "ts": ts}
    assert slack.call("chat.update", **where, text="x")["error"] == "channel_not_found"
    assert slack.post(section())["error"] == "not_in_channel"
    slack.page("channels/C0APPROVAL", is_private=True)
    assert slack.post(section())["error"] == "channel_not_found"
    assert slack.call("conversations.info", channel="C0APPROVAL")["error"] == "channel_not_found"
