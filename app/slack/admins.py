"""`Admins` in Slack: one channel that hears what goes wrong, and what was done without Slack."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.alarms import Alarm

from .answers import Posted
from .api import SlackApi
from .blocks.alarms import told


class SlackAdmins:
    """A channel by `#name` or id; the bot has to be in it."""

    def __init__(self, api: SlackApi, channel: str) -> None:
        self._api = api
        self._channel = channel

    def tell(self, alarms: Sequence[Alarm]) -> None:
        message = told(alarms)
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
