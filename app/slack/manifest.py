"""The app manifest: everything that Slack has to know of this app, from one paste. Pure.

Form: docs.slack.dev/reference/app-manifest.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from . import form_ids, scopes

EVENTS_PATH = "/slack/events"
"""Where web takes all that Slack sends."""

_LONG = (
    "Countersign asks people before a workflow or an AI agent does something that matters. "
    "A policy says what needs a person and whom to ask. They see in Slack exactly what will be "
    "executed, and approve, revise or reject it; every decision is bound to what was shown."
)
_USAGE = "[all | policy NAME | show ID | request POLICY | away @who until DAY | back | help]"


def manifest(command: str, public_url: str | None) -> dict[str, Any]:
    """The manifest; without an address Slack reaches the app by Socket Mode."""
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Countersign",
            "description": "Approvals for workflows and AI agents",
            "long_description": _LONG,
            "background_color": "#1f3a5f",
        },
        "features": _features(command, public_url),
        "oauth_config": {"scopes": {"bot": list(scopes.needed())}},
        "settings": _settings(public_url),
    }


def as_yaml(content: dict[str, Any]) -> str:
    """The manifest as YAML, with a comment on each scope."""
    explained = CommentedSeq(content["oauth_config"]["scopes"]["bot"])
    for position, scope in enumerate(explained):
        explained.yaml_set_comment_before_after_key(position, scopes.WHY[scope], indent=6)
    commented = {**content, "oauth_config": {"scopes": {"bot": explained}}}
    yaml, text = YAML(), StringIO()
    yaml.width = 1_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(commented, text)
    return text.getvalue()


def _features(command: str, public_url: str | None) -> dict[str, Any]:
    slash = {
        "command": command,
        "description": "What waits for you, and how to ask for an approval",
        "usage_hint": _USAGE,
        "should_escape": True,
        **_url("url", public_url),
    }
    return {
        # Direct messages arrive in the messages tab; the bot reads none.
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": "countersign", "always_online": True},
        "shortcuts": [
            {
                "name": "Ask for an approval",
                "type": "global",
                "callback_id": form_ids.REQUEST,
                "description": "Fill in a form; you hear how it ends",
            },
            {
                "name": "Ask about this message",
                "type": "message",
                "callback_id": form_ids.REQUEST_FROM_MESSAGE,
                "description": "Ask for an approval from here; the thread hears how it ends",
            },
        ],
        "slash_commands": [slash],
    }


def _settings(public_url: str | None) -> dict[str, Any]:
    return {
        "event_subscriptions": {
            "bot_events": ["app_home_opened"],
            **_url("request_url", public_url),
        },
        "interactivity": {"is_enabled": True, **_url("request_url", public_url)},
        "org_deploy_enabled": False,
        "socket_mode_enabled": public_url is None,
        "token_rotation_enabled": False,
    }


def _url(name: str, public_url: str | None) -> dict[str, str]:
    return {} if public_url is None else {name: public_url.rstrip("/") + EVENTS_PATH}
