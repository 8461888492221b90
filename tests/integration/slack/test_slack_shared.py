"""Channels that are shared with another organisation: nothing of a request is said there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.cards import Copy, Place
from app.domain.commands import TargetLost
from app.domain.request import Request
from app.domain.slack_steps import FindTargets, SayNotice, next_step
from app.ports import ConversationShared, SlackAgain
from app.slack.channels import SlackChannels
from policies.plan import ReviewPlan
from tests.builders import NOW, evaluation, pending, plan

from .conftest import DEV, Cache

PAYLOAD = {"customer": "Acme", "amount": 120}


@pytest.fixture
def channel(slack) -> Iterator[str]:
    """The id of `#partners`, in which nobody of elsewhere reads along yet."""
    known = {one["name"]: one["id"] for one in slack.ask(f"state?user={DEV}")["channels"]}
    partners = known.get("partners") or slack.fresh_channel("partners")
    yield partners
    share(slack, partners, is_ext_shared=False, is_pending_ext_shared=False)


def share(slack, channel: str, **flags: bool) -> None:
    slack.ask(f"channels/{channel}", flags)


def request(channel: str, ts: str | None = None, **changes: Any) -> Request:
    """One that is asked about in that channel, with its card there or without."""
    asked = pending(payload=PAYLOAD, evaluation=evaluation(plan=planned(**changes)))
    if ts is None:
        return asked
    copy = Copy(target="#partners", place=Place(channel=channel, ts=ts), face=1)
    return asked.changed(cards=asked.state.cards.model_copy(update={"copies": (copy,)}))


def planned(**changes: Any) -> ReviewPlan:
    return plan().model_copy(update={"channel": "#partners", **changes})


@pytest.mark.parametrize("flag", ["is_ext_shared", "is_pending_ext_shared"])
@pytest.mark.parametrize("by_id", [True, False])
def test_no_card_and_no_digest_is_posted_where_others_read_along(
    slack, cards, channel, flag, by_id
):
    share(slack, channel, **{flag: True})
    target, one = channel if by_id else "#partners", request(channel)
    for post in (lambda: cards.post(target, one), lambda: cards.post_digest(target, [one, one])):
        with pytest.raises(ConversationShared) as caught:
            post()
        assert caught.value.problem == "shared_channel"
    assert slack.calls("chat.postMessage") == []


def test_a_policy_that_allows_it_is_shown_there(slack, cards, channel):
    share(slack, channel, is_ext_shared=True)
    place = cards.post("#partners", request(channel, shared_channels=True))
    assert place.channel == channel


def test_a_digest_takes_the_permission_of_every_request_in_it(slack, cards, channel):
    share(slack, channel, is_ext_shared=True)
    with pytest.raises(ConversationShared):
        cards.post_digest("#partners", [request(channel, shared_channels=True), request(channel)])


def test_the_reviewers_get_it_by_direct_message_instead(channel):
    lost = TargetLost(target="#partners", problem=ConversationShared().problem)
    asked = request(channel)
    moved = lifecycle.apply(asked, lost, NOW)
    assert moved is not None
    assert moved.after is not None
    assert next_step(moved.after) == FindTargets(refs=asked.asked)
    assert moved.events[0].detail["problem"] == "shared_channel"


def test_a_card_is_taken_away_once_its_channel_is_shared(slack, cards, cache, channel):
    place = cards.post("#partners", request(channel))
    share(slack, channel, is_ext_shared=True)
    forget(cache)
    with pytest.raises(ConversationShared):
        cards.redraw(place, request(channel, place.ts))
    [left] = [one for one in slack.messages(channel) if one["ts"] == place.ts]
    assert "not shown any more" in left["text"]
    assert "Acme" not in str(left)
    assert "actions" not in {block["type"] for block in left["blocks"]}


def test_nothing_is_said_in_a_thread_whose_channel_became_shared(slack, cards, cache, channel):
    place = cards.post("#partners", request(channel))
    share(slack, channel, is_ext_shared=True)
    forget(cache)
    notice = SayNotice(kind="reminder", at_ms=NOW, place=place)
    asked = request(channel, place.ts)
    for say in (cards.say, lambda one, it, to: cards.say_together(one, [it], to)):
        with pytest.raises(ConversationShared):
            say(notice, asked, [])
    assert [one for one in slack.messages(channel) if one.get("thread_ts") == place.ts] == []


def test_how_it_ended_is_not_told_in_a_shared_thread_where_it_was_asked_for(slack, cards, channel):
    ts = slack.ask("say", {"user": DEV, "channel": channel, "text": "Pay them?"})["ts"]
    share(slack, channel, is_ext_shared=True)
    with pytest.raises(ConversationShared):
        cards.tell_asked_in(Place(channel=channel, ts=ts), request(channel))
    assert slack.calls("chat.postMessage") == []


def test_whether_it_is_shared_is_asked_once_a_minute(slack, cards, cache, channel):
    for _ in range(3):
        cards.post("#partners", request(channel))
    assert len(slack.calls("conversations.info")) == 1
    assert 60 in cache.fresh_s


def test_where_slack_does_not_say_nothing_is_posted(slack, cards, channel):
    slack.fault("conversations.info", "http_500")
    with pytest.raises(SlackAgain):
        cards.post("#partners", request(channel))
    assert slack.calls("chat.postMessage") == []


def test_a_name_that_is_another_channels_by_now_means_that_one(slack, api, channel):
    other = slack.fresh_channel(f"once-{channel.lower()}")
    cache = Cache({"slack:channel:#partners": other})
    assert SlackChannels(api, cache).look("#partners").id == channel


def test_direct_messages_are_with_one_of_ours_and_looked_at_by_nobody(slack, api, cache):
    assert not SlackChannels(api, cache).look(f"D{DEV[1:]}").shared
    assert slack.calls("conversations.info") == []


def forget(cache: Cache) -> None:
    """A minute passes."""
    for key in [one for one in cache.kept if one.startswith("slack:conversation:")]:
        del cache.kept[key]
