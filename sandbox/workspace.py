"""The workspace itself: channels, messages, open modals and Home tabs, and their state file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.people import BOT_ID, BOT_USER, founding_groups, founding_people
from sandbox.wire import JsonObject, compact, strict_json

Clock = Callable[[], int]  # milliseconds since the epoch


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Channel:
    """A channel, or the direct conversation of the bot with one `person` (kind "im")."""

    id: str
    name: str
    kind: str = "channel"
    person: str | None = None
    is_archived: bool = False
    bot_in: bool = True
    is_private: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False

    def as_page(self) -> JsonObject:
        return {**vars(self), "with": self.person}

    @property
    def family(self) -> str:
        """The first half of the scopes that it takes to read here."""
        if self.kind == "im":
            return "im"
        return "groups" if self.is_private else "channels"

    @property
    def is_hidden(self) -> bool:
        """Whether the app can't even know that it is there."""
        return self.is_private and not self.bot_in

    def is_open_to(self, user: str) -> bool:
        return self.person in (None, user)


class Workspace:
    """Everything a person could see in this Slack. It changes on the event loop alone."""

    def __init__(self, clock: Clock = wall_clock) -> None:
        self.clock = clock
        self.people, self.groups = founding_people(), founding_groups()
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, dict[str, JsonObject]] = {}  # by channel, then by ts
        self.modals: dict[str, list[JsonObject]] = {}  # by person, the one on top last
        self.homes: dict[str, JsonObject] = {}
        self.changed = False
        self._last_us = 0
        self.add_channel(Channel("C0APPROVAL", "approvals"))
        self.add_channel(Channel("C0GENERAL1", "general", bot_in=False))
        self.add_channel(Channel("C0ADMIN001", "countersign-admin"))

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.messages.setdefault(channel.id, {})
        self.changed = True
        return channel

    def find_channel(self, wanted: str) -> Channel | None:
        """A channel by its id, `#name` or name."""
        name = wanted.removeprefix("#")
        named = (c for c in self.channels.values() if c.kind == "channel" and c.name == name)
        return self.channels.get(wanted) or next(named, None)

    def next_ts(self) -> str:
        """A message's ts: seconds and microseconds, never given twice in a workspace."""
        self._last_us = max(self.clock() * 1000, self._last_us + 1)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def post(self, channel: Channel, user: str, content: JsonObject) -> JsonObject:
        """Adds a message of Slack's shape (plus `channel`, `bot`, `reply_count` for the page)."""
        message: JsonObject = {"type": "message", "ts": self.next_ts(), "channel": channel.id}
        message |= {"user": user, "bot": user == BOT_USER, "reply_count": 0}
        message |= {"bot_id": BOT_ID} if user == BOT_USER else {}
        message |= {key: value for key, value in content.items() if value is not None}
        self.messages[channel.id][message["ts"]] = message
        self._count_reply(message, +1)
        return message

    def remove(self, message: JsonObject) -> None:
        del self.messages[message["channel"]][message["ts"]]
        self._count_reply(message, -1)

    def parent(self, reply: JsonObject) -> JsonObject | None:
        thread = reply.get("thread_ts")
        known = self.messages[reply["channel"]]
        return known.get(thread) if thread not in (None, reply["ts"]) else None

    def _count_reply(self, reply: JsonObject, step: int) -> None:
        self.changed = True
        parent = self.parent(reply)
        if parent is not None and "ephemeral_for" not in reply:
            parent["reply_count"] += step
            parent["thread_ts"] = parent["ts"]

    def save(self, path: Path) -> None:
        """Writes the state file; a reader sees the old one or the new one, never a part."""
        messages = [m for held in self.messages.values() for m in held.values()]
        lasting = [message for message in messages if "ephemeral_for" not in message]
        channels = [vars(channel) for channel in self.channels.values()]
        new = path.with_name(f".{path.name}.new")
        state = {"version": 1, "channels": channels, "messages": lasting, "homes": self.homes}
        new.write_text(compact(state), encoding="utf-8")
        os.replace(new, path)
        self.changed = False

    def load(self, path: Path) -> None:
        """Reads what `save` wrote; ValueError with the file's name when it is something else."""
        try:
            state = strict_json(path.read_bytes())
            if state["version"] != 1:
                raise ValueError(f"version {state['version']!r} is not known")
            for known in state["channels"]:
                self.add_channel(Channel(**known))
            for message in state["messages"]:
                self.messages[message["channel"]][message["ts"]] = message
                self._last_us = max(self._last_us, int(message["ts"].replace(".", "")))
            self.homes = dict(state["homes"])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{path} is not a sandbox state file ({error!r})") from error
        self.changed = False
