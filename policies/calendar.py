"""Durations, as a policy writes them (`1d12h`) and as people read them (`1 day 12 hours`)."""

from __future__ import annotations

import re
from collections.abc import Mapping

_UNITS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_WRITTEN = re.compile(r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")


def duration_s(text: str) -> int:
    """Seconds of a duration such as `90s`, `30m`, `4h`, `1d` or `1d12h`; else a ValueError."""
    match = _WRITTEN.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"{text[:40]!r} is not a duration; write one such as 30m, 4h, 1d or 1d12h")
    return sum(int(n or 0) * size for n, size in zip(match.groups(), _UNITS.values(), strict=True))


def written(seconds: int) -> str:
    """A duration as a policy writes it: 129600 is `1d12h`."""
    parts = []
    for unit, size in _UNITS.items():
        count, seconds = divmod(seconds, size)
        parts += [f"{count}{unit[0]}"] if count else []
    return "".join(parts) or "0s"


def in_words(seconds: int) -> str:
    """A duration for people: 129600 is `1 day 12 hours`."""
    return _worded(seconds, _UNITS)


def hours_in_words(seconds: int) -> str:
    """The same without days, which are no twenty-four hours long where somebody works."""
    return _worded(seconds, {unit: size for unit, size in _UNITS.items() if unit != "day"})


def _worded(seconds: int, units: Mapping[str, int]) -> str:
    words = []
    for unit, size in units.items():
        count, seconds = divmod(seconds, size)
        if count:
            words.append(f"{count} {unit}" if count == 1 else f"{count} {unit}s")
    return " ".join(words) or "0 seconds"
