"""When people are asked and what comes of it, as a table of `countersign policy explain`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from policies.explain import Explanation
from policies.hours import DAYS
from policies.timeline import OPEN_TIME, Moment

from .printing import head, row, say

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AT, _AFTER = 23, 20
"""Columns of the instant, and of how long after."""


def show_timeline(found: Explanation, *, dated: bool) -> None:
    """Prints the timeline; with instants where they are wanted, or working hours need them."""
    hours = None if found.people is None else found.people.hours
    shown = [moment for moment in found.timeline if moment.since == "shown"]
    stopped = [moment for moment in found.timeline if moment.since == "stopped"]
    dated = found.people is not None and (dated or hours is not None)
    zone = f" (times in {shown[0].at.tzinfo})" if dated and shown[0].at else ""
    head(f"If nobody answers{zone}" if found.people else "Nobody is asked")
    if hours is not None:
        say(f"Only open time counts: {hours}.", indent=2)
    _rows(shown, dated=dated)
    if stopped:
        head("If somebody presses Stop")
        _rows(stopped, dated=False)


def _rows(moments: Iterable[Moment], *, dated: bool) -> None:
    for moment in moments:
        at = [(_on(moment.at), _AT)] if dated and moment.at else []
        row([*at, (_after(moment), _AFTER)], moment.what, indent=2)


def _after(moment: Moment) -> str:
    after = moment.after.removesuffix(OPEN_TIME)
    return f"after {after}" if moment.after_s else after


def _on(at: datetime) -> str:
    """`Mon 28 Dec 2026 10:30`, whatever language the machine speaks."""
    day, month = DAYS[at.weekday()].capitalize(), _MONTHS[at.month - 1]
    return f"{day} {at.day:2} {month} {at.year} {at:%H:%M}"
