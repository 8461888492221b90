"""How our token stands: asked behind the back of whoever wants to know, and told at once."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from app.ports import Token
from app.slack.api import SlackApi
from app.slack.token import SlackTokens
from tests.builders import NOW
from tests.world import eventually

from .conftest import TOKEN


@pytest.fixture
def learnt(cache, pace) -> Callable[[SlackApi], Token]:
    """What is known once Slack was asked, and had its time to answer."""

    def learn(api: SlackApi) -> Token:
        tokens = SlackTokens(api, cache, pace, lambda: NOW)
        tokens.known()
        pace.waits_ms["slack:token"] = 60_000
        return eventually(lambda: known if (known := tokens.known()).at_ms else None)

    return learn


def test_a_token_that_slack_takes_is_good(slack, api, learnt):
    assert learnt(api) == Token("good", None, NOW)


def test_a_token_that_slack_refuses_is_known_by_slacks_code(slack, pace, learnt):
    api = SlackApi("xoxb-of-nobody", slack.api_url, 5, pace)
    assert learnt(api) == Token("refused", "invalid_auth", NOW)


def test_a_slack_that_hangs_holds_up_nobody_and_leaves_it_unknown(cache, pace, learnt):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        api = SlackApi(TOKEN, f"http://127.0.0.1:{deaf.getsockname()[1]}/api/", 0.3, pace)
        assert SlackTokens(api, cache, pace, lambda: NOW).known() == Token()
        pace.waits_ms.clear()
        assert learnt(api) == Token("unknown", "no answer in time", NOW)


def test_slack_is_asked_by_whoever_has_the_turn_alone(slack, api, cache, pace):
    pace.waits_ms["slack:token"] = 30_000  # another process asked half a minute ago
    tokens = SlackTokens(api, cache, pace, lambda: NOW)
    assert [tokens.known() for _ in range(5)] == [Token()] * 5
    assert slack.calls("auth.test") == []
    assert pace.taken == {"slack:token": 60_000}


def test_what_slack_limits_and_what_is_put_off_is_counted_by_method(slack, api, pace):
    slack.fault("auth.test", "ratelimited", retry_after="7", times=1)
    api.warm()
    api.warm()
    assert pace.counted == ["slack_limited:auth.test", "slack_held_back:auth.test"]
