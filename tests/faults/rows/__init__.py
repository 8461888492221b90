"""The rows of the fault table; importing this package enters them, in the order of the imports."""

from __future__ import annotations

from tests.faults.table import ROWS

from . import kills, server, clicks, people, clocks, slack, callbacks, asking, doors, record  # isort: skip


def names() -> list[str]:
    """What the rows are called."""
    return [row.name for row in ROWS]


__all__ = [
    "asking",
    "callbacks",
    "clicks",
    "clocks",
    "doors",
    "kills",
    "names",
    "people",
    "record",
    "server",
    "slack",
]
