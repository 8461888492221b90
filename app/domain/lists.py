"""Lists of requests as somebody gets them: a page, or in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .gate import GateState
from .request import Request, Status


@dataclass(frozen=True)
class QueuePage:
    """Some requests, in the list's order; `cursor` leads to those after them, None at the end."""

    requests: tuple[Request, ...]
    cursor: str | None


@dataclass(frozen=True)
class Count:
    """How many there are; where it is not `exact`, at least so many."""

    number: int
    exact: bool = True


@dataclass(frozen=True)
class Day:
    """A deployment in numbers: how many are open, how those of the last 24 hours ended, and what
    waits for the end of a pause, for a limit or for its receiver."""

    open: int
    ended: Mapping[Status, int]
    gate: GateState


@dataclass(frozen=True)
class Stats:
    """Somebody's lists in numbers; what they answered and still waits counts as waiting. `asked`
    and `decided` are as many as are kept. `day` is for admins alone."""

    waiting: Count
    seen: Count
    asked: Count
    decided: Count
    day: Day | None
