"""Reminders and escalations in the sandbox Slack: in the thread, to those who are awaited."""

from __future__ import annotations

from app.domain.cards import NoticeKind, Place
from app.domain.slack_steps import SayNotice
from app.ports import Found
from tests.builders import NOW, pending

from .conftest import APPROVALS


def replies(slack, place: Place):
    return [
        one
        for one in slack.messages(place.channel)
        if one.get("thread_ts") == place.ts and one["ts"] != place.ts
    ]


def notice(kind: NoticeKind, place: Place) -> SayNotice:
    return SayNotice(kind=kind, at_ms=NOW, place=place)


def test_a_reminder_stands_in_the_thread_and_mentions_who_is_awaited(slack, cards):
    request = pending(title="Refund <!channel> order 7")
    place = cards.post("#approvals", request)
    cards.say(notice("reminder", place), request, ["U0ANA00001", "S0FINANCE1"])
    [reply] = replies(slack, place)
    assert reply["channel"] == APPROVALS
    assert reply["text"].startswith("<@U0ANA00001> <!subteam^S0FINANCE1> This still waits")
    assert "<!channel>" not in reply["text"]
    assert "&lt;!channel&gt;" in reply["text"]
    assert reply.get("subtype") is None


def test_an_escalation_is_seen_by_the_whole_channel(slack, cards):
    request = pending()
    place = cards.post("#approvals", request)
    cards.say(notice("escalation", place), request, ["U0CHLOE001"])
    [reply] = replies(slack, place)
    assert reply["subtype"] == "thread_broadcast"
    assert "more people are asked" in reply["text"]


def test_a_notice_is_no_card(slack, cards):
    channel, request = slack.fresh_channel("no-card"), pending()
    place = cards.post(channel, request)
    opened = request.body.model_copy(update={"opened_ms": int(float(place.ts) * 1000)})
    cards.say(notice("escalation", place), request, [])
    recent = request.model_copy(update={"body": opened})
    assert cards.find(channel, [recent]) == {request.id: [Found(place)]}


def test_people_and_groups_are_found_by_every_name_and_strangers_left_out(directory):
    refs = ["@finance-approvers", "ana@example.com", "U0BEN00001", "nobody@example.com", "@ghosts"]
    assert directory.ids(refs) == ["S0FINANCE1", "U0ANA00001", "U0BEN00001"]


def test_whoever_answered_is_left_out_of_a_group_that_is_called(directory):
    refs = ["@finance-approvers", "U0CHLOE001"]
    assert directory.ids(refs, ["U0ANA00001"]) == ["U0BEN00001", "U0CHLOE001"]


def test_the_people_behind_each_name_are_found(directory):
    assert directory.members(["@finance-approvers", "cfo@example.com", "@ghosts"]) == {
        "@finance-approvers": ["U0ANA00001", "U0BEN00001"],
        "cfo@example.com": ["U0CHLOE001"],
        "@ghosts": [],
    }


def test_a_workspace_without_groups_keeps_nobody_else_from_being_mentioned(slack, directory):
    slack.fault("usergroups.list", "error", error="plan_upgrade_required", times=1)
    assert directory.ids(["@finance-approvers", "U0BEN00001"]) == ["U0BEN00001"]
