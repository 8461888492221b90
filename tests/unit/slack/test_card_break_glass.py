"""A decision by break-glass says so wherever it is shown; and what the admins are told."""

from __future__ import annotations

from app.domain.alarms import Alarm
from app.domain.commands import Override
from app.domain.request import Actor, Operator, Request
from app.slack.blocks import alarms, notices
from app.slack.blocks.card import card
from app.slack.blocks.text import fits
from policies.plan import Outcome, Route, Watch
from tests.builders import NOW, evaluation, pending, plan
from tests.unit.slack.reading import after, buttons, words, words_of

BY = "By break-glass at the command line, without Slack: ana@example.com (operator root@host-1)"


def overridden(request: Request) -> Request:
    command = Override(
        by=Actor(kind="person", id="ana@example.com", name="ana@example.com"),
        operator=Operator(account="root", host="host-1"),
        outcome=Outcome.APPROVE,
        digest=request.body.digest,
        reason="Slack is down and the customer waits.",
    )
    return after(request, command)


def test_the_card_and_the_requester_s_message_say_how_it_was_decided():
    request = overridden(pending(on_behalf_of="dev@example.com"))
    for message in (card(request), notices.outcome(request)):
        assert BY in words_of(message)
        assert "Slack is down and the customer waits." in words_of(message)
        assert message.text.startswith("Approved by ana@example.com (break-glass): ")
    assert buttons(request) == []


def test_a_watch_that_was_overridden_did_not_go_ahead_by_itself():
    watched = pending(evaluation=evaluation(Route.WATCH, plan=plan(watch=Watch(for_s=60))))
    assert "Went ahead" not in words(overridden(watched))
    assert BY in words(overridden(watched))


def test_the_admins_get_one_message_in_which_what_others_wrote_stays_text():
    loud = Alarm(at_ms=NOW, kind="break_glass", text="Reason: <!channel> <@U0EVE00001>")
    other = Alarm(at_ms=NOW, kind="overdue", text="Requests overdue: 3." + "x" * 5_000)
    message = alarms.told([loud, other])
    assert message.text == (
        "Countersign: Reason: &lt;!channel&gt; &lt;@U0EVE00001&gt; (and 1 more)"
    )
    assert [block["text"]["type"] for block in message.blocks] == ["plain_text", "plain_text"]
    assert "characters, in the log)" in words_of(message)


def test_ten_alarms_of_the_worst_kind_fit_into_one_message():
    assert fits(alarms.told([Alarm(at_ms=NOW, kind="x", text="\u200b" * 900)] * 10).blocks)
