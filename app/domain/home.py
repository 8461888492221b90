"""What a Home tab shows: lists of requests, an absence, and for admins some numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .absence import Absence
from .request import Request

Part = Literal["waiting", "asked", "decided"]
"""The lists of a Home."""

PAGE = 5
"""Requests of each list at a time; with them a Home stays under Slack's 100 blocks a view."""


@dataclass(frozen=True)
class Note:
    """Something that was said to somebody at the top of their Home, in mrkdwn, and when (ms)."""

    text: str
    at_ms: int


@dataclass(frozen=True)
class Shelf:
    """A page of one list, and the cursors that led here and lead on.

    The list has `count` requests, or about as many where that is not `exact`.
    """

    requests: tuple[Request, ...]
    count: int
    exact: bool = True
    trail: tuple[str, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True)
class Numbers:
    """A deployment in numbers, for those who run it.

    Those that are `held` wait for the end of a pause, or for the limit of their client. `decided`,
    `approved` (of those) and `expired` are of the last 24 hours.
    """

    open: int
    held: int
    decided: int
    approved: int
    expired: int
    overdue: int
    set_aside: int
    alarms: int
    paused: bool


@dataclass(frozen=True)
class Home:
    """What somebody's Home shows at the instant `now`.

    `shelves` are empty for those who are nobody here: guests and strangers. `absence` is their own,
    and they `stand_in` for those of the others.
    """

    now: int
    shelves: Mapping[Part, Shelf] = field(default_factory=dict)
    absence: Absence | None = None
    stand_in: tuple[Absence, ...] = ()
    note: Note | None = None
    numbers: Numbers | None = None
