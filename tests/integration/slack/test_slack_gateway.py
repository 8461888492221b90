"""Cards in the sandbox Slack: posted, redrawn, found again, and what goes wrong on the way."""

from __future__ import annotations

import json

import pytest

from app.domain import lifecycle
from app.domain.cards import Place
from app.ports import Found, SlackAgain, SlackNever
from app.slack.answers import Identity
from app.slack.api import SlackApi
from app.slack.gateway import SlackCards
from tests.builders import NOW, approval, pending

from .conftest import APPROVALS, DEV, TOKEN, again


def decided():
    request = pending(on_behalf_of="dev@example.com")
    transition = lifecycle.apply(request, approval(request), NOW)
    assert transition is not None
    assert transition.after is not None
    return transition.after


def test_a_card_is_posted_with_its_text_and_ids_alone_as_metadata(slack, cards):
    request = pending(payload={"secret": "tulip"})
    place = cards.post("#approvals", request)
    [message] = [one for one in slack.messages(APPROVALS) if one["ts"] == place.ts]
    assert place.channel == APPROVALS
    assert message["text"].startswith("Decision needed: ")
    assert message["metadata"] == {
        "event_type": "countersign_request",
        "event_payload": {"request_id": request.id},
    }
    [call] = slack.calls("chat.postMessage")
    assert (call["args"]["unfurl_links"], call["args"]["unfurl_media"]) == (False, False)


def test_a_redrawn_card_shows_the_decision_and_keeps_its_place(slack, cards):
    request = decided()
    place = cards.post("#approvals", pending(id=request.id))
    cards.redraw(place, request)
    [message] = [one for one in slack.messages(APPROVALS) if one["ts"] == place.ts]
    assert message["text"].startswith("Approved by <@U0ANA00001>")
    assert "actions" not in {block["type"] for block in message["blocks"]}
    assert message["metadata"]["event_payload"] == {"request_id": request.id}


def test_a_card_that_nobody_recorded_is_found_by_its_id(slack, cards):
    channel = slack.fresh_channel("find-by-id")
    request = pending(opened_ms=now_ms(slack))
    cards.post(channel, pending())
    place = cards.post(channel, request)
    cards.post(channel, pending())
    assert cards.find(channel, [request]) == {request.id: [Found(place)]}
    assert cards.find(channel, [pending(opened_ms=now_ms(slack))]) == {}


@pytest.mark.parametrize("remembered", [True, False])
def test_a_card_in_a_channel_known_by_name_is_found(slack, cards, cache, remembered):
    slack.fresh_channel(f"find-by-name-{remembered}".lower())
    target, request = f"#find-by-name-{remembered}".lower(), pending(opened_ms=now_ms(slack))
    place = cards.post(target, request)
    if not remembered:
        cache.kept.clear()
    assert cards.find(target, [request]) == {request.id: [Found(place)]}


def test_a_card_past_the_first_page_of_a_busy_channel_is_found(slack, cards, monkeypatch):
    monkeypatch.setattr("app.slack.gateway._HISTORY", 2)
    channel, request = slack.fresh_channel("busy"), pending(opened_ms=now_ms(slack))
    place = cards.post(channel, request)
    for number in range(4):
        slack.ask("say", {"user": DEV, "channel": channel, "text": f"chat {number}"})
    assert cards.find(channel, [request]) == {request.id: [Found(place)]}
    assert len(slack.calls("conversations.history")) == 3


def test_somebody_elses_message_with_our_metadata_is_not_ours(slack, cards, api):
    channel, request = slack.fresh_channel("forged"), pending(opened_ms=now_ms(slack))
    cards.post(channel, request)
    api._identity = Identity(team_id="T0SANDBOX", bot_id="B0ANOTHER1")
    assert cards.find(channel, [request]) == {}


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel", "channel_not_found"])
def test_a_history_that_we_may_not_read_has_no_card_in_it(slack, cards, error):
    slack.fault("conversations.history", "error", error=error)
    assert cards.find(APPROVALS, [pending()]) == {}


def test_a_history_that_slack_can_not_give_now_is_asked_for_again(slack, cards):
    slack.fault("conversations.history", "http_500", times=1)
    with pytest.raises(SlackAgain):
        cards.find(APPROVALS, [pending()])


@pytest.mark.parametrize("person", ["dev@example.com", "DEV@example.com", DEV])
def test_the_requester_is_told_in_a_direct_message(slack, cards, person):
    request = decided()
    cards.tell_requester(person, request)
    message = slack.messages(f"D{DEV[1:]}", DEV)[-1]
    assert message["text"].startswith("Approved by <@U0ANA00001>")
    assert message["metadata"]["event_type"] == "countersign_outcome"
    assert request.id in json.dumps(message["blocks"])


@pytest.mark.parametrize("person", ["nobody@example.com", "robot-7", "U0NOBODY01"])
def test_a_requester_who_is_not_in_slack_is_given_up(slack, cards, person):
    with pytest.raises(SlackNever):
        cards.tell_requester(person, decided())


def test_one_message_a_second_is_reserved_for_each_conversation(cards, pace):
    cards.turn("#approvals")
    assert pace.taken["slack:#approvals"] == 1_000


def test_a_card_waits_its_turn_without_a_call(slack, cards, pace):
    pace.waits_ms["slack:#approvals"] = 400
    with pytest.raises(SlackAgain) as caught:
        cards.turn("#approvals")
    assert again(caught) == ("paced", 0.4)
    assert slack.calls("chat.postMessage") == []


@pytest.mark.parametrize(
    ("kind", "retry_after", "wait_s"),
    [
        ("ratelimited", "30", 30.0),
        ("ratelimited", "1.5", 1.5),
        ("ratelimited", "0", 1.0),
        ("ratelimited", "soon", 5.0),
        ("ratelimited", "-4", 5.0),
        ("ratelimited_200", "30", 5.0),
    ],
)
def test_a_rate_limit_of_a_post_holds_its_conversation_and_no_other(
    slack, cards, pace, kind, retry_after, wait_s
):
    slack.fault("chat.postMessage", kind, retry_after=retry_after, times=1)
    with pytest.raises(SlackAgain) as caught:
        cards.post("#approvals", pending())
    assert again(caught) == ("ratelimited", wait_s)
    assert pace.holds_ms == {f"slack:{APPROVALS}": wait_s * 1000}
    for target in ("#approvals", APPROVALS):
        with pytest.raises(SlackAgain) as caught:
            cards.turn(target)
        assert again(caught) == ("paced", wait_s)
    cards.turn("#countersign-admin")
    assert len(slack.calls("chat.postMessage")) == 1


def test_a_rate_limit_of_anything_else_holds_the_method(slack, cards, pace):
    slack.fault("chat.update", "ratelimited", retry_after="30", times=1)
    for _ in range(2):
        with pytest.raises(SlackAgain, match="ratelimited"):
            cards.redraw(Place(channel=APPROVALS, ts="1.1"), pending())
    assert len(slack.calls("chat.update")) == 1
    assert pace.holds_ms == {"slack:chat.update": 30_000}


def test_a_rate_limit_of_a_look_up_holds_it_for_whoever_looks_next(slack, cards, directory, pace):
    slack.fault("users.lookupByEmail", "ratelimited", retry_after="1.5", times=1)
    for _ in range(2):
        with pytest.raises(SlackAgain) as caught:
            directory.conversations(["ana@example.com"])
        assert again(caught) == ("ratelimited", 1.5)
    with pytest.raises(SlackAgain, match="ratelimited"):
        cards.tell_requester("ana@example.com", pending())
    assert len(slack.calls("users.lookupByEmail")) == 1
    assert directory.conversations([APPROVALS]) == ([APPROVALS], [])


@pytest.mark.parametrize("error", ["internal_error", "fatal_error", "service_unavailable", "new"])
def test_what_slack_can_not_do_now_is_tried_again(slack, cards, error):
    slack.fault("chat.update", "error", error=error)
    with pytest.raises(SlackAgain) as caught:
        cards.redraw(Place(channel=APPROVALS, ts="1.1"), pending())
    assert again(caught) == (error, None)


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive"])
def test_a_bad_token_is_tried_again_until_an_operator_mends_it(slack, cards, error):
    slack.fault("chat.postMessage", "error", error=error)
    with pytest.raises(SlackAgain) as caught:
        cards.post("#approvals", pending())
    assert again(caught) == (error, None)


def test_a_channel_that_is_not_there_is_never_tried_again(cards):
    with pytest.raises(SlackNever, match="not_in_channel"):
        cards.post("#nowhere", pending())
    with pytest.raises(SlackNever, match="channel_not_found"):
        cards.post("C0NOWHERE1", pending())


def test_a_channel_without_the_bot_is_never_tried_again(cards):
    with pytest.raises(SlackNever, match="not_in_channel"):
        cards.post("#general", pending())


def test_an_archived_channel_is_never_tried_again(slack, cards):
    channel = slack.fresh_channel("archived")
    slack.ask(f"channels/{channel}", {"is_archived": True})
    with pytest.raises(SlackNever, match="is_archived"):
        cards.post(channel, pending())


def test_a_message_that_was_deleted_is_never_redrawn(cards):
    with pytest.raises(SlackNever, match="message_not_found"):
        cards.redraw(Place(channel=APPROVALS, ts="1.000001"), pending())


def test_a_lost_reply_sends_nothing_twice(slack, cards):
    channel = slack.fresh_channel("lost-reply")
    slack.fault("chat.postMessage", "drop_reply", times=1)
    request = pending(opened_ms=now_ms(slack))
    with pytest.raises(SlackAgain):
        cards.post(channel, request)
    assert len(slack.calls("chat.postMessage")) == 1
    assert len(cards.find(channel, [request])[request.id]) == 1


def test_an_answer_of_http_500_is_tried_again(slack, cards):
    slack.fault("chat.postMessage", "http_500", times=1)
    with pytest.raises(SlackAgain, match="HTTP 500"):
        cards.post("#approvals", pending())


def test_a_slow_slack_is_given_up_by_the_deadline(slack, pace, cache):
    slack.fault("chat.postMessage", "delay", delay_s=30, times=1)
    api = SlackApi(TOKEN, slack.api_url, 0.2)
    with pytest.raises(SlackAgain, match="no answer in time"):
        SlackCards(api, pace, cache).post("#approvals", pending())


def test_a_slack_that_is_down_is_tried_again(pace, cache):
    api = SlackApi(TOKEN, "http://127.0.0.1:9/api/slack/", 5)
    with pytest.raises(SlackAgain, match="no usable answer"):
        SlackCards(api, pace, cache).post("#approvals", pending())


def now_ms(slack) -> int:
    """The sandbox's clock, by a message of its own."""
    posted = slack.ask("say", {"user": DEV, "channel": APPROVALS, "text": "what time is it"})
    ts = posted.get("ts") or posted["message"]["ts"]
    return int(float(ts) * 1000)
