"""What Slack demands of a manifest, for the fields that ours may have, as a JSON Schema.

Written down from docs.slack.dev/reference/app-manifest and the limits in Slack's own schema,
github.com/slackapi/manifest-schema, schemas/manifest.schema.1.0.0.json and 2.0.0 (which agree on
these), as they stood in November 2026. Where page and schema differ the narrower one stands here:
five slash commands and shortcuts (page; the schema takes 50 and 10), https for what Slack calls.
"""

from __future__ import annotations

from typing import Any


def _text(most: int, least: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most, **more}


def _form(required: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], most: int, least: int = 0) -> dict[str, Any]:
    return {
        "type": "array",
        "items": items,
        "minItems": least,
        "maxItems": most,
        "uniqueItems": True,
    }


_FLAG = {"type": "boolean"}
_SHORTCUT = _form(
    ("name", "type", "callback_id", "description"),
    name=_text(24),
    type={"enum": ["message", "global"]},
    callback_id=_text(255),
    description=_text(150),
)
_COMMAND = _form(
    ("command", "description"),
    command=_text(32, least=2, pattern="^/"),
    url=_text(3000, pattern="^https://"),
    description=_text(2000),
    usage_hint=_text(1000),
    should_escape=_FLAG,
)
_APP_HOME = _form(
    home_tab_enabled=_FLAG, messages_tab_enabled=_FLAG, messages_tab_read_only_enabled=_FLAG
)
_EVENTS = _form(
    request_url=_text(3500, pattern="^https://"),
    bot_events=_list(_text(50), 100),
)

MANIFEST = _form(
    ("display_information",),
    _metadata=_form(major_version={"enum": [1, 2]}, minor_version={"type": "integer"}),
    display_information=_form(
        ("name",),
        name=_text(35),
        description=_text(140),
        long_description=_text(4000, least=175),
        background_color=_text(7, least=4, pattern="^#([0-9a-fA-F]{3}){1,2}$"),
    ),
    features=_form(
        app_home=_APP_HOME,
        bot_user=_form(
            ("display_name",),
            display_name=_text(80, pattern="^[a-z0-9._-]+$"),
            always_online=_FLAG,
        ),
        shortcuts=_list(_SHORTCUT, 5, least=1),
        slash_commands=_list(_COMMAND, 5, least=1),
    ),
    oauth_config=_form(scopes=_form(bot=_list(_text(50), 255))),
    settings=_form(
        event_subscriptions=_EVENTS,
        interactivity=_form(
            ("is_enabled",), is_enabled=_FLAG, request_url=_text(3500, pattern="^https://")
        ),
        org_deploy_enabled=_FLAG,
        socket_mode_enabled=_FLAG,
        token_rotation_enabled=_FLAG,
    ),
)
