"""The days off of an iCalendar file (RFC 5545): each day that one of its events covers.

Pure: from the bytes of the file to dates. icalendar reads them, dateutil repeats what repeats.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, vRecur
from icalendar.cal import Component

from policies.hours import MAX_HOLIDAYS
from policies.wording import listing, printable

SPAN_YEARS = 5
"""What repeats is written out for the year in which it is read and the four after it."""

MAX_REPEATING = 100
"""A rule that never comes true, as on 30 February, keeps dateutil busy up to the year 9999: for a
quarter of a second with the parts below, for many times that with others."""

_DAY = timedelta(days=1)
_EARLIEST = 1900
_BY_DAY = {"BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"}
_PARTS: Mapping[str, set[str]] = MappingProxyType(
    {
        "YEARLY": {*_BY_DAY, "BYWEEKNO", "BYYEARDAY"},
        "MONTHLY": _BY_DAY,
        "WEEKLY": {"BYDAY"},
        "DAILY": set(),
    }
)
"""What a rule may be narrowed by."""

_PROPERTIES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")


class _Event(NamedTuple):
    """An event by its own clock; None for one that takes whichever zone it is read in.

    `instead_of` is the day of the series `uid` in whose place it stands.
    """

    uid: str
    begin: datetime
    end: datetime
    clock: tzinfo | None
    rules: tuple[vRecur, ...]
    extra: frozenset[date]
    without: frozenset[date]
    instead_of: date | None
    cancelled: bool


def days_off(raw: bytes, zone: str, first_year: int) -> tuple[str, ...]:
    """The ISO dates that are covered in the years from `first_year` on, in order.

    An event with times covers the days which it spans from midnight to midnight in `zone`. Raises
    ValueError, naming the event that can't be used.
    """
    components = _components(raw)
    events = [_event(component) for component in components]
    moved = {(one.uid, one.instead_of) for one in events}
    first, last = date(first_year, 1, 1), date(first_year + SPAN_YEARS - 1, 12, 31)
    found: set[date] = set()
    for component, event in zip(components, events, strict=True):
        with _named(component):
            for begin in _begins(event, moved, last):
                found.update(_covered(event, begin, ZoneInfo(zone), first, last))
        if len(found) > MAX_HOLIDAYS:
            years = f"from {first.year} to {last.year}"
            raise ValueError(f"it has more than {MAX_HOLIDAYS} days off {years}")
    return tuple(day.isoformat() for day in sorted(found))


def _components(raw: bytes) -> list[Component]:
    try:
        calendars = Calendar.from_ical(raw, multiple=True)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError("this is no iCalendar file") from error
    found = [event for one in calendars for event in one.walk("VEVENT")]
    if not found:
        raise ValueError("there is no event in it, or it was cut off before its end")
    if sum("RRULE" in event for event in found) > MAX_REPEATING:
        raise ValueError(f"more than {MAX_REPEATING} of its events repeat")
    return found


@contextmanager
def _named(component: Component) -> Iterator[None]:
    """Whatever the libraries say of an event, as a ValueError that names it."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        name = printable(str(component.get("SUMMARY", "without a name")))
        why = printable(str(error)) or type(error).__name__
        raise ValueError(f"its event {name} can't be used: {why}") from error


def _event(component: Any) -> _Event:
    with _named(component):
        return _read(component)


def _read(component: Any) -> _Event:
    if broken := [name for name, _ in component.errors if name in _PROPERTIES]:
        raise ValueError(f"its {listing(broken)} can't be read")
    clock = getattr(component.start, "tzinfo", None)
    replaces = component.get("RECURRENCE-ID")
    if replaces is not None and "RANGE" in replaces.params:
        raise ValueError("it changes all that follow; make those an event of their own")
    begin = _wall(component.start)
    if component.rrules and begin.year < _EARLIEST:
        raise ValueError(f"it repeats since before {_EARLIEST}")
    return _Event(
        uid=str(component.get("UID", "")),
        begin=begin,
        end=_wall(component.end),
        clock=clock,
        rules=tuple(map(_fit, component.rrules)),
        extra=frozenset(_day(each, clock) for each, _ in component.rdates),
        without=frozenset(_day(each, clock) for each in component.exdates),
        instead_of=None if replaces is None else _day(replaces.dt, clock),
        cancelled=str(component.get("STATUS", "")).upper() == "CANCELLED",
    )


def _fit(rule: vRecur) -> vRecur:
    """A rule that comes at most once a day, comes on, and takes little work."""
    frequency = rule["FREQ"][0]
    if frequency not in _PARTS:
        raise ValueError("it repeats within a day")
    if more := {part for part in rule if part.startswith("BY")} - _PARTS[frequency]:
        raise ValueError(f"a rule that is {frequency} can't have {listing(sorted(more))} here")
    if rule.get("INTERVAL", [1])[0] < 1:
        raise ValueError("it repeats with an INTERVAL below 1")
    _repeated(rule, datetime(2000, 1, 1))
    return rule


def _repeated(rule: vRecur, begin: datetime) -> Iterable[datetime]:
    parts: Any = vRecur({name: value for name, value in rule.items() if name != "UNTIL"})
    found: Iterable[datetime] = rrulestr(parts.to_ical().decode(), dtstart=begin)
    return found


def _begins(event: _Event, moved: Container[object], last: date) -> Iterator[datetime]:
    """When it begins each time, by its own clock, up to a day; but for what was moved."""
    days = {event.begin.date(), *event.extra}
    for rule in event.rules:
        until = min([last, *(_day(each, event.clock) for each in rule.get("UNTIL", ()))])
        for begin in _repeated(rule, event.begin):
            if begin.date() > until:
                break
            days.add(begin.date())
    for day in days - event.without:
        of_series = event.instead_of is None and (event.uid, day) in moved
        if day <= last and not of_series and not event.cancelled:
            yield datetime.combine(day, event.begin.time())


def _covered(
    event: _Event, begin: datetime, zone: ZoneInfo, first: date, last: date
) -> Iterator[date]:
    """The whole days that it spans in `zone` when it begins then."""
    start = _local(begin, event.clock, zone)
    end = _local(begin + (event.end - event.begin), event.clock, zone)
    day = max(first, start.date() if start.time() == time.min else start.date() + _DAY)
    while day <= last and datetime.combine(day + _DAY, time.min) <= end:
        yield day
        day += _DAY


def _local(wall: datetime, clock: tzinfo | None, zone: ZoneInfo) -> datetime:
    """A wall time by an event's own clock, on the clocks of a zone."""
    if clock is None:
        return wall
    return _wall(wall.replace(tzinfo=clock).astimezone(zone))


def _wall(when: date) -> datetime:
    """A date begins at midnight; an instant is left without its zone."""
    if isinstance(when, datetime):
        return when.replace(tzinfo=None)
    return datetime.combine(when, time.min)


def _day(when: date, clock: tzinfo | None) -> date:
    """The day of a date or an instant, by an event's own clock."""
    if not isinstance(when, datetime):
        return when
    return (when.astimezone(clock) if when.tzinfo and clock else when).date()
