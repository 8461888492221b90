"""The names that a Home tab carries out to Slack, beside those of cards (`ids.py`). Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

from app.domain.home import Part

from .ids import unreadable

TURN = re.compile(r"\Acountersign_home_(next|previous|first)\Z")
AWAY, BACK = "countersign_home_away", "countersign_home_back"
"""Action ids of the buttons that turn pages, and of those about an absence."""

_VALUE = 2_000

Way = Literal["first", "previous", "next"]


def turn(way: Way) -> str:
    """The action id of a button that turns to another page."""
    return f"countersign_home_{way}"


def page_value(part: Part, trail: Sequence[str]) -> str:
    """The value of a button that turns to a page, known by the cursors that lead to it.

    Slack takes 2,000 characters; what is longer ago than that is forgotten.
    """
    kept = list(trail)
    while len(value := json.dumps([part, *kept])) > _VALUE:
        del kept[0]
    return value


def parse_page(value: str) -> tuple[Part, tuple[str, ...]]:
    """What `page_value` wrote. Raises `CardUnreadable`."""
    with suppress(ValueError, RecursionError):
        match json.loads(value):
            case [("waiting" | "asked" | "decided") as part, *trail]:
                if all(isinstance(cursor, str) for cursor in trail):
                    return part, tuple(trail)
    raise unreadable()
