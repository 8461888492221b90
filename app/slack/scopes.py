"""What the bot's token has to be allowed, worked out from the methods that are called. Pure.

Source: docs.slack.dev/reference/methods, the scopes of each method for a bot token, for the kinds
of conversation that it is called for; docs.slack.dev/reference/scopes.
"""

from __future__ import annotations

from collections.abc import Mapping

METHODS: Mapping[str, tuple[str, ...]] = {
    "apps.connections.open": (),  # by the app-level token of Socket Mode, with connections:write
    "auth.test": (),
    "chat.getPermalink": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.list": ("channels:read",),
    "conversations.open": ("im:write",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.conversations": ("channels:read", "groups:read"),
    # The address of somebody is left out of the answer without its scope.
    "users.info": ("users:read", "users:read.email"),
    "users.lookupByEmail": ("users:read.email",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""The scopes of every method that this app calls; a test finds a call that is missing here."""

OF_FEATURES = ("commands",)
"""What the slash command and the shortcuts need; events and buttons need no scope."""

WHY: Mapping[str, str] = {
    "chat:write": "Post cards, keep them up to date, and speak in their threads.",
    "commands": "The slash command, and the shortcuts that ask for an approval.",
    "channels:history": "After a crash, find a card again in a public channel by our mark on it.",
    "groups:history": "The same in a private channel.",
    "im:history": "The same in a direct message.",
    "channels:read": "Tell which channel a #name is, whether the bot is in it and who reads along.",
    "groups:read": "The same for private channels that the bot was invited to.",
    "im:write": "Open a direct message with reviewers, backups and requesters.",
    "users:read": "See at each decision that it is a full member, active, no guest and no bot.",
    "users:read.email": "Find the people whom policies and requests name by e-mail address.",
    "usergroups:read": "See at each decision who is in a @group of a policy.",
}
"""Every scope that is asked for, and what for. `chat:write.public` is not: the bot has to be in a
channel to find its cards again, and whoever looks at its members should see who writes there."""


def needed() -> tuple[str, ...]:
    """The bot scopes, in the order in which they are explained."""
    used = {scope for scopes in METHODS.values() for scope in scopes}.union(OF_FEATURES)
    return tuple(scope for scope in WHY if scope in used)
