"""Days as people type them: `friday`, `tomorrow`, `24 dec`, `2026-12-24`. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta

EXAMPLES = "`friday`, `tomorrow`, `24 dec` or `2026-12-24`"

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_NUMBER = re.compile(r"(?P<number>[0-9]{1,2})(st|nd|rd|th|\.)?", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def day(words: Sequence[str], base: date) -> date | None:
    """The day that these words, in lower case, mean on the day `base`; None for no day.

    A day of the week is the next one after `base`, a day of a year the next one from `base` on.
    """
    with suppress(ValueError, OverflowError):  # no calendar has it, or goes as far
        match list(words):
            case ["today"]:
                return base
            case ["tomorrow"]:
                return base + timedelta(days=1)
            case ["on", *rest] if rest:
                return day(rest, base)
            case [one] if _ISO.fullmatch(one):
                return date.fromisoformat(one)
            case [one]:
                return _weekday(one, base)
            case [_, _] | [_, _, _]:
                return _of_year(words, base)
    return None


def _weekday(word: str, base: date) -> date | None:
    weekday = _named(word, _WEEKDAYS)
    return (
        None if weekday is None else base + timedelta(days=(weekday - base.weekday() - 1) % 7 + 1)
    )


def _of_year(words: Sequence[str], base: date) -> date | None:
    """`24 dec`, `dec 24`, and either with a year after it."""
    one, other, *rest = words
    number, month = _NUMBER.fullmatch(one), _named(other, _MONTHS)
    if number is None:
        number, month = _NUMBER.fullmatch(other), _named(one, _MONTHS)
    if number is None or month is None or not all(map(_YEAR.fullmatch, rest)):
        return None
    if rest:
        return date(int(rest[0]), month + 1, int(number["number"]))
    return _next(month + 1, int(number["number"]), base)


def _next(month: int, number: int, base: date) -> date | None:
    """The next such day; 29 February may be years away."""
    for year in range(base.year, base.year + 9):
        with suppress(ValueError):
            found = date(year, month, number)
            if found >= base:
                return found
    return None


def _named(word: str, names: Sequence[str]) -> int | None:
    """Which of the names this is, in full or by its first letters, three at least."""
    found = [at for at, name in enumerate(names) if len(word) >= 3 and name.startswith(word)]
    return found[0] if found else None
