"""Checkpoints of the record in a channel of Slack."""

from __future__ import annotations

from .answers import Posted
from .api import SlackApi
from .blocks.checkpoints import announced


class SlackCheckpoints:
    """A channel by `#name` or id; the bot has to be in it."""

    def __init__(self, api: SlackApi, channel: str) -> None:
        self._api = api
        self._channel = channel

    def announce(self, line: str, before: int) -> None:
        message = announced(line, before)
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
