"""Slack's failures, narrowed to what to do next."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.error import URLError

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from app.outgoing.dial import NotConnected
from app.ports import ConversationGone, SlackAgain, SlackNever
from app.slack.errors import FAILURES, NeedsOperator, RateLimited, narrowed


def refusal(error: Any, status: int = 200, **headers: str) -> SlackApiError:
    data = {"ok": False, "error": error}
    response = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.test/api/",
        req_args={},
        data=data,
        headers=dict(headers),
        status_code=status,
    )
    return SlackApiError("refused", response)


@pytest.mark.parametrize(
    "code",
    [
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "message_not_found",
        "cant_update_message",
        "invalid_blocks",
        "msg_too_long",
        "msg_blocks_too_long",
        "user_disabled",
        "expired_trigger_id",
    ],
)
def test_what_trying_again_does_not_mend_is_never_tried_again(code):
    failed = narrowed(refusal(code))
    assert isinstance(failed, SlackNever)
    assert failed.problem == code


@pytest.mark.parametrize(
    "code", ["channel_not_found", "not_in_channel", "is_archived", "is_inactive"]
)
def test_a_conversation_that_is_gone_is_told_from_a_message_that_is(code):
    assert isinstance(narrowed(refusal(code)), ConversationGone)
    assert not isinstance(narrowed(refusal("message_not_found")), ConversationGone)


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "a_code_of_next_year"])
def test_what_may_pass_is_tried_again_with_our_own_pauses(code):
    failed = narrowed(refusal(code))
    assert isinstance(failed, SlackAgain)
    assert (failed.problem, failed.wait_s) == (code, None)


@pytest.mark.parametrize("code", ["not_authed", "invalid_auth", "token_revoked", "token_expired"])
def test_what_an_operator_can_mend_waits_for_one(code):
    failed = narrowed(refusal(code))
    assert isinstance(failed, NeedsOperator)
    assert failed.wait_s is None


@pytest.mark.parametrize(
    ("error", "wait_s"),
    [
        (refusal("ratelimited", 429, **{"Retry-After": "30"}), 30.0),
        (refusal("ratelimited", 429, **{"retry-after": "1.5"}), 1.5),
        (refusal("ratelimited", 429, **{"Retry-After": "Fri, 20 Nov 2026 12:00:00 GMT"}), 5.0),
        (refusal("ratelimited", 429), 5.0),
        (refusal("ratelimited", 200), 5.0),
        (refusal(None, 429, **{"Retry-After": "nan"}), 5.0),
        (refusal("channel_not_found", 429, **{"Retry-After": "2"}), 2.0),
    ],
)
def test_a_rate_limit_is_one_however_it_is_told(error, wait_s):
    failed = narrowed(error)
    assert isinstance(failed, RateLimited)
    assert failed.wait_s == wait_s


def test_a_failing_slack_never_refuses_for_good():
    failed = narrowed(refusal("channel_not_found", 503))
    assert isinstance(failed, SlackAgain)


@pytest.mark.parametrize("code", [None, 7, "", "words that somebody wrote", "x" * 500])
def test_what_is_no_code_is_not_repeated(code):
    failed = narrowed(refusal(code))
    assert isinstance(failed, SlackAgain)
    assert failed.problem == "HTTP 200"


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (TimeoutError(), "no answer in time"),
        (URLError(TimeoutError()), "no answer in time"),
        (NotConnected(TimeoutError()), "no answer in time"),
        (NotConnected(ConnectionRefusedError()), "no usable answer (NotConnected)"),
        (URLError(ConnectionRefusedError()), "no usable answer (URLError)"),
        (http.client.RemoteDisconnected("gone"), "no usable answer (RemoteDisconnected)"),
        (http.client.IncompleteRead(b""), "no usable answer (IncompleteRead)"),
    ],
)
def test_a_connection_that_fails_is_tried_again(error, problem):
    assert isinstance(error, FAILURES)
    failed = narrowed(error)
    assert isinstance(failed, SlackAgain)
    assert failed.problem == problem
