"""Somebody is away, and somebody else decides in their place: one hop, and no loops."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policies.plan import Frozen

from .errors import AbsenceDaysRefused, AbsenceRefused

LONGEST_S = 366 * 86_400


class Absence(Frozen):
    """From `from_ms` until `until_ms` the `delegate` may decide what `person` may. User ids."""

    person: str
    person_name: str
    delegate: str
    delegate_name: str
    from_ms: int
    until_ms: int

    def holds(self, now: int) -> bool:
        """Whether they are away at that instant."""
        return self.from_ms <= now < self.until_ms

    def next_ms(self, now: int) -> int | None:
        """The instant at which it begins or ends next, None once it is over."""
        return next((at for at in (self.from_ms, self.until_ms) if at > now), None)

    def overlaps(self, other: Absence) -> bool:
        """Whether there is an instant at which both are away."""
        return self.from_ms < other.until_ms and other.from_ms < self.until_ms


def first_instant(day: date, zone: str | None) -> int:
    """The instant (ms) at which a day begins in a time zone; in UTC where nobody knows that."""
    try:
        there = ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        there = ZoneInfo("UTC")
    return int(datetime.combine(day, time(), there).astimezone(UTC).timestamp() * 1000)


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


def left_behind(absence: Absence, others: Iterable[Absence]) -> tuple[Absence, ...]:
    """Those for whom this person stands in meanwhile: nothing of theirs moves on to anybody."""
    return tuple(
        other for other in others if other.delegate == absence.person and other.overlaps(absence)
    )
