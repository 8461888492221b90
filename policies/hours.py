"""Working hours: from a duration of open time to the instant at which it is over.

Pure. Windows are local wall time and are turned into instants day by day, so that the hour which
daylight saving takes away is not counted, and the one that it repeats is counted twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policies.plan import Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MAX_HOLIDAYS = 500

_LONGEST_DAYS = 20 * 366
"""Longer than any policy that loads can take: its SLA has to fit into two years without holidays,
and as many of these as there may be can close one day a week for ten more."""

_WINDOW = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])\s*-\s*([01][0-9]|2[0-4]):([0-5][0-9])")


def later(start_ms: int, duration_s: int, hours: Hours | None) -> int:
    """The instant (ms) at which so much open time has passed; without `hours` time is always open.

    It falls into open time, or on its very end.
    """
    left_ms = duration_s * 1000
    if hours is None:
        return start_ms + left_ms
    for opens_ms, closes_ms in _windows(start_ms, hours):
        begin_ms = max(opens_ms, start_ms)
        if begin_ms + left_ms <= closes_ms:
            return begin_ms + left_ms
        left_ms -= max(closes_ms - begin_ms, 0)
    raise ValueError("these working hours never add up to this duration")


def weekdays(text: str) -> tuple[int, ...]:
    """`mon-fri`, `mon,wed,fri` or `mon-thu, sat` as days of the week from 0. ValueError."""
    found: set[int] = set()
    for part in text.lower().split(","):
        first, *last = (name.strip() for name in part.split("-"))
        if len(last) > 1 or not {first, *last} <= set(DAYS):
            raise ValueError(f"{text!r} names no days; write mon-fri or mon, wed, fri")
        begin, end = DAYS.index(first), DAYS.index(last[0] if last else first)
        found |= {day % 7 for day in range(begin, end + 1 if begin <= end else end + 8)}
    return tuple(sorted(found))


def windows(text: str) -> tuple[tuple[int, int], ...]:
    """`09:00-18:00`, or several with commas, as minutes of the day. ValueError."""
    found = [_WINDOW.fullmatch(part.strip()) for part in text.split(",")]
    minutes = sorted(_minutes(match) for match in found if match is not None)
    if not all(found) or any(begin >= end or end > 24 * 60 for begin, end in minutes):
        raise ValueError(f"{text!r} is no time of day; write 09:00-18:00, or several with commas")
    if any(former[1] > latter[0] for former, latter in pairwise(minutes)):
        raise ValueError(f"{text!r} overlaps; write each hour once")
    return tuple(minutes)


def known_zone(zone: str) -> str:
    """The name of a time zone, such as Europe/London. ValueError for one that nobody knows."""
    try:
        _zone(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{zone!r} is no time zone; write one such as Europe/London") from error
    return zone


def in_words(hours: Hours) -> str:
    """`Mon, Tue, Wed, Thu, Fri 09:00-18:00 Europe/London` for people."""
    days = ", ".join(DAYS[day].capitalize() for day in hours.days)
    spans = ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in hours.open)
    return f"{days} {spans} {hours.zone}"


def _windows(start_ms: int, hours: Hours) -> Iterator[tuple[int, int]]:
    """The open windows from the day of `start_ms` on, as instants in ms."""
    zone = _zone(hours.zone)
    closed = frozenset(hours.holidays)
    first = datetime.fromtimestamp(start_ms / 1000, zone).date()
    for number in range(_LONGEST_DAYS):
        day = first + timedelta(days=number)
        if day.weekday() in hours.days and day.isoformat() not in closed:
            for begin, end in hours.open:
                yield _instant(day, begin, zone), _instant(day, end, zone)


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    if minute == 24 * 60:
        day, minute = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minute // 60, minute % 60), zone)
    return int(local.astimezone(UTC).timestamp() * 1000)


def _minutes(match: re.Match[str]) -> tuple[int, int]:
    begin_h, begin_m, end_h, end_m = map(int, match.groups())
    return begin_h * 60 + begin_m, end_h * 60 + end_m


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@lru_cache(maxsize=64)
def _zone(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)
