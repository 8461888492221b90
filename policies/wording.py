"""Small pieces of English that errors, traces and summaries share."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 60


def sentence(text: str) -> str:
    """The text with an end: a full stop is added where none stands."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def listing(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail


def nearest(name: str, known: Iterable[str]) -> str:
    """` (did you mean amount?)` when a known name is close, else nothing."""
    close = get_close_matches(name[:SHOWN], list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def printable(text: str) -> str:
    """Text from outside for use in a message: one line, valid Unicode, cut to SHOWN characters."""
    cut = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    cut = cut.encode("utf-8", "replace").decode()
    return "".join(char if char.isprintable() else "?" for char in cut)


def shown(value: object) -> str:
    """A JSON value in a phrase: 120, "Acme", true, a list of 3, an object."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{printable(value)}"'
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case list() | tuple():
            return f"a list of {len(value)}"
        case dict():
            return "an object"
        case _:
            return printable(str(value))


def kind_of(value: object) -> str:
    """What a JSON value is, for `must be a number, not text`."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
        case _:
            return f"a {type(value).__name__}"
