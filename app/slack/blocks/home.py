"""The Home tab: what waits for somebody, what they asked and decided, and their absence. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.domain.absence import Absence
from app.domain.home import Home, Note, Numbers, Part, Shelf
from app.domain.request import Request
from app.slack import home_ids

from . import forms, home_items, phrases
from .kit import Element, actions, button, columns, context, divider, header, marked, section
from .text import Block

_NOTE_MS = 120_000
"""For so long the last thing that was said to somebody stands at the top."""

_ABSENCES = 5
_NOBODY = (
    "This is where approvals wait for the members of this workspace whom a policy asks. "
    "Guests, and people of other workspaces, are not asked."
)
_PAUSED = "*Everything is paused:* no policy approves by itself, and no callback leaves."
_HEADINGS: dict[Part, tuple[str, str]] = {
    "waiting": ("Waiting for you", "Nothing waits for you."),
    "asked": ("Asked by you", "Nothing was asked on your behalf."),
    "decided": ("Decided by you", "You decided nothing yet that is still kept."),
}
_DRAW: dict[Part, Callable[[Request], list[Block]]] = {
    "waiting": home_items.waiting,
    "asked": home_items.asked,
    "decided": home_items.decided,
}


def home(shown: Home) -> dict[str, Any]:
    """A view for views.publish."""
    blocks = _note(shown.note, shown.now)
    if shown.shelves:
        blocks += [*_list(shown, "waiting"), *_absence(shown)]
        blocks += [*_list(shown, "asked"), *_list(shown, "decided")]
    else:
        blocks += [section(_NOBODY)]
    blocks += [] if shown.numbers is None else _numbers(shown.numbers)
    return forms.home([*blocks, _drawn(shown.now)])


def _note(note: Note | None, now: int) -> list[Block]:
    """What came of the last press here, while that is news."""
    if note is None or now - note.at_ms > _NOTE_MS:
        return []
    said = context(marked(f"Said to you {phrases.instant(note.at_ms)}"))
    return [section(note.text), said, divider()]


def _list(shown: Home, part: Part) -> list[Block]:
    shelf, (heading, nothing) = shown.shelves[part], _HEADINGS[part]
    items = [block for request in shelf.requests for block in _DRAW[part](request)]
    alone = not (shelf.trail or shelf.cursor)
    if items or not alone:
        heading += f" ({_count(shelf)})"
    words = nothing if alone else "Nothing more on this page."
    head = header(heading)
    return [head, *(items or [section(f"_{words}_")]), *_paging(part, shelf)]


def _count(shelf: Shelf) -> str:
    return f"{shelf.count:,}" if shelf.exact else f"about {shelf.count:,}"


def _paging(part: Part, shelf: Shelf) -> list[Block]:
    """The ways to other pages; each button knows where it leads, so that pressed twice it leads to
    the same page."""
    trail, cursor = shelf.trail, shelf.cursor
    buttons = [
        *([_turn(part, "first", "First page", ())] if len(trail) > 1 else []),
        *([_turn(part, "previous", "Previous", trail[:-1])] if trail else []),
        *([_turn(part, "next", "Next", (*trail, cursor))] if cursor is not None else []),
    ]
    return [actions(f"{part}_pages", buttons)] if buttons else []


def _turn(part: Part, where: home_ids.Way, label: str, trail: Sequence[str]) -> Element:
    value = home_ids.page_value(part, trail)
    return button(home_ids.turn(where), label, value)


def _absence(shown: Home) -> list[Block]:
    own = shown.absence
    lines = ["You are not away."] if own is None else [_away(own, shown.now)]
    lines += [_stands_in(one) for one in shown.stand_in[:_ABSENCES]]
    more = len(shown.stand_in) - _ABSENCES
    lines += [f"And for {more} more people."] if more > 0 else []
    buttons = [button(home_ids.AWAY, "I'm away …")]
    if own is not None:
        buttons.append(button(home_ids.BACK, "I'm back"))
    return [
        header("Your absence"),
        section("\n".join(lines)),
        actions("absence", buttons),
    ]


def _away(own: Absence, now: int) -> str:
    through = phrases.last_day(own.until_ms)
    if own.holds(now):
        return f"You are away through {through}; <@{own.delegate}> decides in your place."
    begins = phrases.instant(own.from_ms)
    return f"You are away from {begins} through {through}; <@{own.delegate}> decides then."


def _stands_in(absence: Absence) -> str:
    through = phrases.last_day(absence.until_ms)
    return f"You decide in place of <@{absence.person}> through {through}."


def _numbers(numbers: Numbers) -> list[Block]:
    """The deployment at a glance."""
    cells = {
        "Open": numbers.open,
        "Held": numbers.held,
        "Decided in 24 hours": numbers.decided,
        "Approved of those": numbers.approved,
        "Expired in 24 hours": numbers.expired,
        "Overdue": numbers.overdue,
        "Set aside": numbers.set_aside,
        "Alarms nobody was told": numbers.alarms,
    }
    return [
        header("This deployment"),
        *([section(_PAUSED)] if numbers.paused else []),
        columns([marked(f"*{name}*\n{count:,}") for name, count in cells.items()]),
    ]


def _drawn(now: int) -> Block:
    words = f"As of {phrases.instant(now)}. Open this tab again for what has come since."
    return context(marked(words))
