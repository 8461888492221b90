"""What can be wrong with how a request waits: its state beside the due sets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .due import Lane, due
from .request import Request
from .slack_steps import next_step

GRACE_MS = 120_000
"""What is due for longer than this, with nobody at it, is overdue."""

LATEST_MS = 2 * 3_600_000
"""No back-off, lease or pause puts a request off for longer than this from when it is due."""

_FAILING = 6
"""Slack failed so often in a row for one request; that takes about four minutes."""


class Kind(StrEnum):
    """What an auditor finds."""

    NOTHING_DUE = "nothing_due"
    LOST_DUE = "lost_due"
    WRONG_DUE = "wrong_due"
    OVERDUE = "overdue"
    SET_ASIDE = "set_aside"
    CARD_LAGS = "card_lags"
    UNREADABLE = "unreadable"
    UNLISTED = "unlisted"
    GIVEN_UP = "given_up"
    CHANNEL_LOST = "channel_lost"
    SLACK_REFUSES = "slack_refuses"
    UNSEALED = "unsealed"


CASES = frozenset({Kind.CARD_LAGS, Kind.UNREADABLE})
"""What is found by reading requests, and remembered case by case."""

COUNTED = frozenset(
    {
        Kind.OVERDUE,
        Kind.SET_ASIDE,
        Kind.GIVEN_UP,
        Kind.CHANNEL_LOST,
        Kind.SLACK_REFUSES,
        Kind.UNSEALED,
    }
)
"""What can be counted at any moment, however much there is of it."""

LASTING = CASES | COUNTED
"""What goes on until somebody mends it or the work is done; the rest is repaired when found."""


@dataclass(frozen=True)
class Stand:
    """How a request stands in one lane: the due time on record, and its place in the due set."""

    recorded: int | None
    queued: int | None


@dataclass(frozen=True)
class Flaw:
    """A lane in which a request does not stand as it should, and how it should."""

    kind: Kind
    lane: Lane
    mended: Stand


def flaws(request: Request, stands: Mapping[Lane, Stand], now: int) -> list[Flaw]:
    """The lanes that don't agree with the state of the request."""
    found = [_flaw(request, lane, at, stands[lane], now) for lane, at in due(request).items()]
    return [flaw for flaw in found if flaw is not None]


def lags(request: Request, stands: Mapping[Lane, Stand], now: int) -> bool:
    """Whether Slack shows less than it should, and that goes on for minutes.

    Where nothing was going to mend it that is a flaw of the lane.
    """
    queued = stands[Lane.SLACK].queued
    if next_step(request) is None or queued is None:
        return False
    return queued < now - GRACE_MS or request.state.cards.failures >= _FAILING


def _flaw(request: Request, lane: Lane, at: int | None, stand: Stand, now: int) -> Flaw | None:
    waits = request.pending and lane is Lane.TIME
    if waits and at is None:
        # Without a due time on record the time lane looks at it once, and no more.
        return Flaw(Kind.NOTHING_DUE, lane, Stand(None, now))
    if at is not None and stand.recorded is None:
        return Flaw(Kind.NOTHING_DUE if waits else Kind.WRONG_DUE, lane, Stand(at, at))
    if _wrong(at, stand.recorded, now):
        return Flaw(Kind.WRONG_DUE, lane, Stand(at, at))
    if at is not None and (stand.queued is None or stand.queued > max(at, now) + LATEST_MS):
        return Flaw(Kind.LOST_DUE, lane, Stand(stand.recorded, stand.recorded))
    return None


def _wrong(at: int | None, recorded: int | None, now: int) -> bool:
    """Too late on record. Too early does no harm until it is past, and may be due to a version
    that knows of something which this one does not."""
    if recorded is None or recorded == at:
        return False
    return (at is not None and at < recorded) or recorded < now - GRACE_MS
