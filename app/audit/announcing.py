"""Checkpoints in a Slack channel: a copy that nobody who runs the store can take back unseen."""

from __future__ import annotations

import logging
from typing import Protocol

from app.ports import SlackAgain, SlackNever
from app.ports.ledger import Upkeep

from .checkpoint_file import seq_of

_log = logging.getLogger("countersign.record")

_TURN, _LEASE_MS = "slack", 30_000
_EVERY_MS, _FAILED_MS, _NOTHING_MS = 60_000, 15_000, 1_000


class Channel(Protocol):
    """Where checkpoints are announced."""

    def announce(self, line: str, before: int) -> None:
        """Post the line of one, which stands for so many before it that were not posted one by
        one. Raises `SlackAgain`, `SlackNever`."""


class Announcer:
    """One message a minute at most, whichever process sends it: the newest checkpoint.

    Each names the one before (`previous`), so that it stands for those that were made meanwhile.
    """

    def __init__(self, upkeep: Upkeep, channel: Channel) -> None:
        self._upkeep = upkeep
        self._channel = channel
        self._problem: str | None = None

    def run(self) -> bool:
        """One message, if it is our turn and there is news. Raises `StoreUnavailable`."""
        if not self._upkeep.take_turn(_TURN, _LEASE_MS):
            return False
        count, newest = self._upkeep.waiting_for_slack()
        if newest is None:
            self._upkeep.end_turn(_TURN, _NOTHING_MS)
            return False
        if not self._posted(newest, count - 1):
            self._upkeep.end_turn(_TURN, _FAILED_MS)
            return False
        self._upkeep.told_slack(seq_of(newest))
        self._upkeep.end_turn(_TURN, _EVERY_MS)
        return True

    def _posted(self, line: str, before: int) -> bool:
        try:
            self._channel.announce(line, before)
        except (SlackAgain, SlackNever) as failed:
            if failed.problem != self._problem:
                _log.error("a checkpoint can't be posted now, tried again: %s", failed.problem)
            self._problem = failed.problem
            return False
        self._problem = None
        return True
