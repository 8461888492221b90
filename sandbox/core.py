"""The sandbox's parts together, and what changes a conversation: post, change, delete."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from sandbox.delivery import AppLink
from sandbox.faults import Faults
from sandbox.form import Values, initial_values
from sandbox.installation import Installation
from sandbox.live import Live
from sandbox.people import APP_ID, TEAM_ID
from sandbox.tickets import Tickets
from sandbox.wire import JsonObject
from sandbox.workspace import Channel, Workspace

CALLS_KEPT = 5_000


@dataclass(frozen=True)
class Settings:
    """How the sandbox was started; `base_url` is its own address, without a slash at the end."""

    base_url: str
    app_url: str
    bot_token: str
    signing_secret: str
    app_token: str | None = None
    state_file: Path | None = None


@dataclass
class Sandbox:
    settings: Settings
    workspace: Workspace = field(default_factory=Workspace)
    transport: httpx2.AsyncBaseTransport | None = None  # to an app in this process

    def __post_init__(self) -> None:
        self.live, self.faults, self.installation = Live(), Faults(), Installation()
        self.calls: deque[JsonObject] = deque(maxlen=CALLS_KEPT)
        self.tickets = Tickets(self.workspace.clock)
        self.app = AppLink(self.settings.app_url, self.settings.signing_secret, self.transport)
        self._chosen: dict[tuple[str, str, str], Values] = {}

    def post(self, channel: Channel, user: str, content: JsonObject) -> JsonObject:
        message = self.workspace.post(channel, user, content)
        self._tell("ephemeral" if "ephemeral_for" in message else "message", message)
        return message

    def change(self, message: JsonObject, content: JsonObject) -> None:
        message |= content
        self.workspace.changed = True
        self._tell("message_changed", message)

    def delete(self, message: JsonObject) -> None:
        self.workspace.remove(message)
        self._tell("message_deleted", message)

    def open_im(self, user: str) -> Channel:
        im_id = "D" + user[1:]
        if im_id not in self.workspace.channels:
            channel = self.workspace.add_channel(Channel(im_id, "directmessage", "im", user))
            self.live.tell("channel", {"channel": channel.as_page()}, only=user)
        return self.workspace.channels[im_id]

    def values_of(self, message: JsonObject, user: str) -> Values:
        """What this person has chosen in a message's selects so far."""
        key = (message["channel"], message["ts"], user)
        values = initial_values(message.get("blocks", []), self._chosen.get(key))
        if values:
            self._chosen[key] = values
        return values

    def response_url(self, token: str) -> str:
        return f"{self.settings.base_url}/api/slack/respond/{token}"

    def _tell(self, kind: str, message: JsonObject) -> None:
        channel = self.workspace.channels[message["channel"]]
        only = message.get("ephemeral_for") or channel.person
        self.live.tell(kind, {"channel": channel.id, "message": message}, only)
        parent = self.workspace.parent(message)
        if parent is not None and kind != "message_changed":
            self._tell("message_changed", parent)


def as_slack(message: JsonObject, *, metadata: bool = False) -> JsonObject:
    """The message as the Web API and payloads show it."""
    hidden = {"channel", "bot", "ephemeral_for"}
    hidden |= set() if metadata else {"metadata"}
    hidden |= set() if message["reply_count"] else {"reply_count"}
    shown = {key: value for key, value in message.items() if key not in hidden}
    return shown | {"team": TEAM_ID} | ({"app_id": APP_ID} if message["bot"] else {})
