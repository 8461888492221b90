"""`Tokens`: Slack is asked about our token now and then, by one process for all."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from threading import Thread

from app.domain.errors import StoreUnavailable
from app.ports import Cache, Pace, SlackAgain, SlackNever, Token

from .answers import Identity
from .api import SlackApi
from .errors import NeedsOperator

EVERY_MS = 60_000
"""How often Slack is asked, at the most and by all processes together."""

_KEY, _KEPT_S = "slack:token", 3600


class SlackTokens:
    """Whoever asks gets what was last learnt; Slack is asked behind their back.

    So a probe costs Slack nothing, and a Slack that hangs costs a probe nothing.
    """

    def __init__(self, api: SlackApi, cache: Cache, pace: Pace, now: Callable[[], int]) -> None:
        self._api = api
        self._cache = cache
        self._pace = pace
        self._now = now

    def known(self) -> Token:
        if self._pace.reserve(_KEY, EVERY_MS) == 0:
            Thread(target=self._ask, name="token", daemon=True).start()
        text = self._cache.get(_KEY)
        return Token() if text is None else Token(**json.loads(text))

    def _ask(self) -> None:
        """Ask Slack now, and have everybody know what it said."""
        with suppress(StoreUnavailable):
            token = self._asked()
            self._cache.put(_KEY, json.dumps(asdict(token)), _KEPT_S)

    def _asked(self) -> Token:
        try:
            self._api.call(Identity, self._api.web.auth_test)
        except NeedsOperator as refused:
            return Token("refused", refused.problem, self._now())
        except (SlackAgain, SlackNever) as failed:
            return Token("unknown", failed.problem, self._now())
        return Token("good", None, self._now())
