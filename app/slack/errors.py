"""What goes wrong at Slack, narrowed to two kinds: it may work again, or it never will. Pure.

Codes: docs.slack.dev/reference/methods, each method's list of errors.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping

from slack_sdk.errors import SlackApiError, SlackClientError

from app.domain.errors import CountersignError
from app.domain.refusals import BY_HAND
from app.ports import ConversationGone, SlackAgain, SlackNever

FAILURES = (
    SlackClientError,
    OSError,  # connections, time-outs, TLS
    http.client.HTTPException,
    ValueError,
    # The SDK takes every answer for a JSON object in a charset that exists.
    AttributeError,
    LookupError,
)
"""All that a call of slack-sdk's WebClient raises."""

_PAUSE_S, _LONGEST_S = 5.0, 3_600.0
"""The pause where Slack limits us without saying for how long, and the longest that we believe."""

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
_CODE = re.compile(r"[a-z0-9_.:-]{1,100}", re.ASCII)

_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_GONE = frozenset(
    {
        "channel_is_archived",
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "user_disabled",
    }
)
"""The conversation itself: whatever else is meant for it can go there no more."""

_NEVER = frozenset(
    {
        # the conversation or the person
        "cannot_dm_bot",
        "channel_type_not_supported",
        "ekm_access_denied",
        "invalid_channel",
        "method_not_supported_for_channel_type",
        "no_such_subteam",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "slack_connect_canvas_sharing_blocked",
        "slack_connect_file_link_sharing_blocked",
        "subteam_not_found",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
        # the message
        "cant_update_message",
        "edit_window_closed",
        "message_not_found",
        "cannot_reply_to_message",
        "thread_not_found",
        # what we sent
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_form_data",
        "invalid_json",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "view_too_large",
        # the form's one chance
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_trigger_id",
        "trigger_exchanged",
        "trigger_expired",
        # what the app may do
        "method_deprecated",
        "not_enabled",  # the Home tab
        "plan_upgrade_required",
        "unknown_method",
    }
)


class SlackUnavailable(CountersignError):
    """Slack did not do its part of a click."""

    code = "slack_unavailable"


class RateLimited(SlackAgain):
    """Slack wants to be left alone for `wait_s`."""


class NeedsOperator(SlackAgain):
    """The token or its scopes keep us from it, until somebody mends that."""


def narrowed(error: Exception) -> SlackAgain | SlackNever:
    """What a failure of FAILURES means for us."""
    if isinstance(error, SlackApiError):
        return _answered(error.response.status_code, _code(error), dict(error.response.headers))
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return SlackAgain("no answer in time")
    return SlackAgain(f"no usable answer ({type(error).__name__})")


def _answered(status: int, code: str, headers: Mapping[str, str]) -> SlackAgain | SlackNever:
    """A code that nobody knows is tried again: Slack adds codes without notice, a card lost for
    good is worse than one more call, and the pause between tries grows.
    """
    if status == 429 or code in _LIMITED:
        return RateLimited("ratelimited", _wait_s(headers))
    if code in BY_HAND:
        return NeedsOperator(code)
    if status < 500 and code in _GONE:
        return ConversationGone(code)
    if status < 500 and code in _NEVER:
        return SlackNever(code)
    return SlackAgain(code or f"HTTP {status}")


def _code(error: SlackApiError) -> str:
    """Slack's word for it; empty for an answer that is not Slack's."""
    data = error.response.data
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _wait_s(headers: Mapping[str, str]) -> float:
    """Seconds of Retry-After, fractions included (FACTS: Slack's own SDK fails on `1.5`)."""
    words = next((v for k, v in headers.items() if k.lower() == "retry-after"), "")
    text = words.strip() if isinstance(words, str) else ""
    wait_s = float(text) if _SECONDS.fullmatch(text) else _PAUSE_S
    return min(max(wait_s, 1.0), _LONGEST_S)
