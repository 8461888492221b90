"""Alarms in the sandbox Slack."""

from __future__ import annotations

import pytest

from app.domain.alarms import Alarm
from app.ports import SlackAgain, SlackNever
from app.slack.operators import SlackAdmins
from tests.builders import NOW

from .conftest import again

GLASS = Alarm(at_ms=NOW, kind="break_glass", text="Break-glass: <!channel> approved.")
OTHER = Alarm(at_ms=NOW, kind="overdue", text="Requests overdue: 3.")


def test_alarms_arrive_as_one_message_that_calls_nobody(slack, api):
    channel = slack.fresh_channel("ops")
    SlackAdmins(api, "#ops").tell([GLASS, OTHER])
    [message] = slack.messages(channel)
    assert message["text"] == "Countersign: Break-glass: &lt;!channel&gt; approved. (and 1 more)"
    assert [block["text"]["text"] for block in message["blocks"]] == [GLASS.text, OTHER.text]


def test_slack_that_wants_to_be_left_alone_is(slack, api, pace):
    admins = SlackAdmins(api, slack.fresh_channel("ops-limited"))
    slack.fault("chat.postMessage", "ratelimited", retry_after="7", times=1)
    with pytest.raises(SlackAgain) as limited:
        admins.tell([GLASS])
    assert again(limited) == ("ratelimited", 7.0)
    assert list(pace.holds_ms.values()) == [7000]
    with pytest.raises(SlackAgain):
        admins.tell([GLASS])
    assert len(slack.calls("chat.postMessage")) == 1


def test_a_channel_that_is_not_there_is_said_to_be_none(slack, api):
    with pytest.raises(SlackNever, match="channel_not_found"):
        SlackAdmins(api, "#nowhere").tell([GLASS])
