"""Channels that operators read: what goes wrong and was done without Slack, and checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.alarms import Alarm

from .answers import Posted
from .api import SlackApi
from .blocks.alarms import told
from .blocks.checkpoints import announced
from .blocks.text import Message


class _Channel:
    """A channel by `#name` or id; the bot has to be in it."""

    def __init__(self, api: SlackApi, channel: str) -> None:
        self._api = api
        self._channel = channel

    def _say(self, message: Message) -> None:
        self._api.call(
            Posted,
            self._api.web.chat_postMessage,
            where=f"slack:{self._channel}",
            channel=self._channel,
            text=message.text,
            blocks=message.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )


class SlackAdmins(_Channel):
    """`Admins` in Slack."""

    def tell(self, alarms: Sequence[Alarm]) -> None:
        self._say(told(alarms))


class SlackCheckpoints(_Channel):
    """Checkpoints of the record, where they are kept by somebody else than Redis."""

    def announce(self, line: str, before: int) -> None:
        self._say(announced(line, before))
