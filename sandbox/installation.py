"""The app as the workspace installed it: its commands, shortcuts and scopes, and its access.

Commands and shortcuts have the form that they have in an app's manifest, so that a test can install
one: docs.slack.dev/reference/app-manifest.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.spec import Spec
from sandbox.wire import JsonObject, SlackError

FORM = Spec("""
slash_command: command=command description?=filled:2000 usage_hint?=filled:1000 \
should_escape?=bool url?=url
shortcut: name=filled:24 type=global|message callback_id=filled:255 description?=filled:150
""")
APP = (
    "commands?=slash_command*0..50 shortcuts?=shortcut*0..10 scopes?=filled:64*0..100 "
    "access?=granted|token_revoked|invalid_auth|account_inactive|token_expired"
)

COMMANDS: list[JsonObject] = [
    {
        "command": "/approvals",
        "description": "Your queue, one request, or a new one",
        "usage_hint": "[all | show ID | request POLICY | help]",
        "should_escape": True,
    }
]
SHORTCUTS: list[JsonObject] = [
    {"name": "Ask for an approval", "type": "global", "callback_id": "countersign_request"},
    {
        "name": "Ask for an approval",
        "type": "message",
        "callback_id": "countersign_request_from_message",
    },
]

FAMILIES = ("channels", "groups", "im", "mpim")  # of conversations, each with scopes of its own
READS = tuple(f"{family}:read" for family in FAMILIES)
HISTORIES = tuple(f"{family}:history" for family in FAMILIES)
WRITES = ("im:write", "mpim:write", "channels:manage", "groups:write")
# One of these lets a method run, as its page says; a method that is not here needs none.
NEEDED: dict[str, tuple[str, ...]] = {
    "chat.postMessage": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.conversations": READS,
    "conversations.list": READS,
    "conversations.info": READS,
    "conversations.members": READS,
    "conversations.open": WRITES,
    "conversations.history": HISTORIES,
    "conversations.replies": HISTORIES,
}
EVERY_SCOPE = sorted({"commands", *(scope for scopes in NEEDED.values() for scope in scopes)})


@dataclass
class Installation:
    """What the app may do here. `access` is "granted", or what each call is answered."""

    commands: list[JsonObject] = field(default_factory=lambda: list(COMMANDS))
    shortcuts: list[JsonObject] = field(default_factory=lambda: list(SHORTCUTS))
    scopes: list[str] = field(default_factory=lambda: list(EVERY_SCOPE))
    access: str = "granted"

    def as_page(self) -> JsonObject:
        return {"commands": self.commands, "shortcuts": self.shortcuts}

    def command(self, name: str) -> JsonObject | None:
        return next((known for known in self.commands if known["command"] == name), None)

    def shortcut(self, kind: str, callback_id: str) -> JsonObject | None:
        wanted = (kind, callback_id)
        known = (one for one in self.shortcuts if (one["type"], one["callback_id"]) == wanted)
        return next(known, None)

    def need(self, *one_of: str) -> None:
        """SlackError unless the app has one of these scopes; nothing asked is nothing needed."""
        if one_of and not set(one_of) & set(self.scopes):
            raise MissingScope(",".join(one_of), ",".join(self.scopes))


class MissingScope(SlackError):
    """`missing_scope`, with what is needed and what there is, as Slack says it."""

    def __init__(self, needed: str, provided: str) -> None:
        super().__init__("missing_scope")
        self.body |= {"needed": needed, "provided": provided}
