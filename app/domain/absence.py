"""Somebody is away, and somebody else decides in their place: one hop, and no loops."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policies.plan import Frozen

from .errors import AbsenceDaysRefused, AbsenceRefused

LONGEST_S = 366 * 86_400
_FIRST_YEAR, _LAST_YEAR = 1971, 9998


class Absence(Frozen):
    """From `from_ms` until `until_ms` the `delegate` may decide what `person` may. User ids.

    `zone` is where the days are days that it was entered in.
    """

    person: str
    person_name: str
    delegate: str
    delegate_name: str
    from_ms: int
    until_ms: int
    zone: str | None = None

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of it, where the person lives."""
        there = _zone(self.zone)
        first, last = self.from_ms / 1000, self.until_ms / 1000 - 1
        return (
            datetime.fromtimestamp(first, there).date(),
            datetime.fromtimestamp(last, there).date(),
        )

    def holds(self, now: int) -> bool:
        """Whether they are away at that instant."""
        return self.from_ms <= now < self.until_ms

    def next_ms(self, now: int) -> int | None:
        """The instant at which it begins or ends next, None once it is over."""
        return next((at for at in (self.from_ms, self.until_ms) if at > now), None)

    def overlaps(self, other: Absence) -> bool:
        """Whether there is an instant at which both are away."""
        return self.from_ms < other.until_ms and other.from_ms < self.until_ms


def span(first: date | None, last: date, zone: str | None, now: int) -> tuple[int, int]:
    """From when until when (ms) somebody is away: now, or the first day, to the end of the last.

    Days are those of a time zone, and of UTC where nobody knows it. Raises `AbsenceDaysRefused`.
    """
    for day in (first or last, last):
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise AbsenceDaysRefused(f"There is no day {day}.", "Choose another one.")
    begins = now if first is None else max(_begins(first, zone), now)
    return begins, _begins(last + timedelta(days=1), zone)


def day_of(now: int, zone: str | None) -> date:
    """The day that it is at an instant, in a time zone; in UTC where nobody knows it."""
    return datetime.fromtimestamp(now / 1000, _zone(zone)).date()


def _begins(day: date, zone: str | None) -> int:
    local = datetime.combine(day, time(), _zone(zone))
    return int(local.astimezone(UTC).timestamp() * 1000)


def _zone(zone: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def check(absence: Absence, others: Iterable[Absence], now: int) -> None:
    """Raises `AbsenceRefused` for an absence that would leave requests with nobody.

    `others` are those of other people. Whoever is away then can stand in for nobody, so that what
    moves once never moves on, nor back.
    """
    if absence.until_ms <= max(now, absence.from_ms):
        raise AbsenceDaysRefused("It ends before it begins, or has ended.", "Choose a later end.")
    if absence.until_ms - now > LONGEST_S * 1000:
        raise AbsenceDaysRefused("Nobody is away for more than a year.", "Choose an earlier end.")
    if absence.delegate == absence.person:
        raise AbsenceRefused("Nobody stands in for themselves.", "Choose somebody else.")
    for other in others:
        if other.person == absence.delegate and other.overlaps(absence):
            raise AbsenceRefused(
                f"{absence.delegate_name} is away then too.", "Choose somebody else."
            )


def continued(absence: Absence, own: Absence | None, now: int) -> Absence:
    """An absence in place of the person's `own`, which it goes on with where that has begun.

    Raises `AbsenceRefused` where that is another one, which would be lost.
    """
    if own is None or own.until_ms <= now:
        return absence
    if not own.overlaps(absence):
        raise AbsenceDaysRefused(
            f"{own.person_name} is away already, {' through '.join(map(str, own.days))}.",
            "End that one first, or enter this one once it is over.",
        )
    return absence.model_copy(update={"from_ms": now}) if own.holds(now) else absence


def left_behind(absence: Absence, others: Iterable[Absence]) -> tuple[Absence, ...]:
    """Those for whom this person stands in meanwhile: nothing of theirs moves on to anybody."""
    return tuple(
        other for other in others if other.delegate == absence.person and other.overlaps(absence)
    )
