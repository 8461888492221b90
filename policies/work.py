"""How much an evaluation of a condition would look at, at most: told before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.dialect import MAX_LENGTH, Effort

MAX_STEPS = 10_000
"""The library's budget for one evaluation: an error past it."""


def work(effort: Effort, bindings: Mapping[str, Any]) -> int:
    """Characters and entries that an evaluation looks at, at most."""
    entries, characters = _extent(list(bindings.values()))
    joined = effort.sums + 1
    steps: int = min(MAX_STEPS, ((entries + effort.commas) * joined) ** effort.loops)
    scanned = (effort.scans + effort.sums) * (characters + MAX_LENGTH)
    return steps * joined * (scanned + effort.equals * (entries + effort.commas))


def _extent(value: Any) -> tuple[int, int]:
    """How many entries and how many characters there are in a value, all levels together."""
    match value:
        case str():
            return 1, len(value)
        case list():
            parts = [_extent(item) for item in value]
        case dict():
            parts = [_extent(item) for pair in value.items() for item in pair]
        case _:
            return 1, 0
    return 1 + sum(part[0] for part in parts), sum(part[1] for part in parts)
