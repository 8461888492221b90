"""`HomeTabs` at Slack: publishes Home tabs, as fast as Slack lets us."""

from __future__ import annotations

import math

from app.domain.home import Home
from app.ports import Pace, SlackAgain

from .answers import Done
from .api import SlackApi
from .blocks.home import home
from .errors import RateLimited

_PLACE = "slack:views.publish"


class SlackHomeTabs:
    """One workspace's Homes. While Slack wants to be left alone nobody calls."""

    def __init__(self, api: SlackApi, pace: Pace) -> None:
        self._api = api
        self._pace = pace

    def publish(self, person: str, shown: Home) -> None:
        if wait_ms := self._pace.held(_PLACE):
            raise SlackAgain("ratelimited", wait_ms / 1000)
        try:
            self._api.call(Done, self._api.web.views_publish, user_id=person, view=home(shown))
        except RateLimited as limited:
            self._pace.hold(_PLACE, math.ceil((limited.wait_s or 0) * 1000))
            raise
