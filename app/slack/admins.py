"""`Admins` in Slack: one channel that hears what goes wrong, and what was done without Slack."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.domain.alarms import Alarm
from app.ports import Pace, SlackAgain

from .answers import Posted
from .api import SlackApi
from .blocks.alarms import told
from .errors import RateLimited


class SlackAdmins:
    """A channel by `#name` or id; the bot has to be in it."""

    def __init__(self, api: SlackApi, pace: Pace, channel: str) -> None:
        self._api = api
        self._pace = pace
        self._channel = channel

    def tell(self, alarms: Sequence[Alarm]) -> None:
        place, message = f"slack:{self._channel}", told(alarms)
        if wait_ms := self._pace.held(place):
            raise SlackAgain("ratelimited", wait_ms / 1000)
        try:
            self._api.call(
                Posted,
                self._api.web.chat_postMessage,
                channel=self._channel,
                text=message.text,
                blocks=message.blocks,
                unfurl_links=False,
                unfurl_media=False,
            )
        except RateLimited as limited:
            self._pace.hold(place, math.ceil((limited.wait_s or 0) * 1000))
            raise
