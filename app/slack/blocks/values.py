"""What a payload holds, as a reviewer reads it: one row a field, with the policy's label.

Words of ours are told apart from what others wrote, which is always given in full.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from pydantic import JsonValue

from app.domain.seen import clean
from policies.plan import Field

from .text import cut, length

_CELL_VALUE, _CELL_LABEL = 120, 75
_INDENTED, _NESTED = 3_000, 200
_ITEMS, _ITEM = 20, 200
_EXACT = 1e15
"""Below this a float's digits are all its own, so that writing them out says nothing wrong."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].{1,30})?", re.ASCII)
_ADDRESS = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?"
    r"(?:[/?#][a-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{0,2000})?",
    re.ASCII | re.IGNORECASE,
)
"""The web addresses of which everybody reads the same host (RFC 3986): nobody's name stands before
it, no letter of another script in it."""

_SCHEME = re.compile(r"https?://", re.ASCII | re.IGNORECASE)

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NO_CENTS = re.compile("BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF")
"""Currencies without a minor unit (ISO 4217)."""


@dataclass(frozen=True)
class Row:
    """One field: its label (of the policy, or the payload's own key) and its value.

    With `ours` the value is words of ours in place of one: `not given`, `empty`, `secret …`. With
    `theirs` the label is the payload's own key, which no policy knows. `host` is where an address
    leads, and it is a `link` where everybody reads the same host; `at_ms` an instant that it names;
    `items` what stands in a short list.
    """

    label: str
    value: str
    ours: bool = False
    theirs: bool = False
    host: str | None = None
    link: bool = False
    at_ms: int | None = None
    items: tuple[Row, ...] = ()

    @property
    def short(self) -> bool:
        """Whether it goes into a table of two columns."""
        if self.host is not None or self.items:
            return False
        fits = length(self.value) <= _CELL_VALUE and length(self.label) <= _CELL_LABEL
        return fits and self.label.strip() != "" and not breaks(self.label + self.value)

    @property
    def named(self) -> bool:
        """Whether the label can stand for itself: something to read, on one line, not too long."""
        short = length(self.label) <= _CELL_LABEL
        return short and self.label.strip() != "" and not breaks(self.label)

    def cut(self, most: int, rest: str) -> Row:
        """With a value of at most so many characters; one that is cut is plain text."""
        label = cut(self.label, most, rest)
        if length(self.value) <= most:
            return replace(self, label=label)
        return Row(label, cut(self.value, most, rest), theirs=self.theirs)


def rows(fields: Sequence[Field], payload: dict[str, JsonValue]) -> list[Row]:
    """Every field of the policy, then whatever else the payload holds."""
    return list(each(fields, payload))


def each(fields: Sequence[Field], payload: dict[str, JsonValue]) -> Iterator[Row]:
    """The same one by one, for who needs only the first."""
    yield from (row(field, payload) for field in fields)
    named = {field.name for field in fields}
    rest = ((key, value) for key, value in payload.items() if key not in named)
    yield from (unnamed(key, value) for key, value in rest)


def row(field: Field, payload: dict[str, JsonValue]) -> Row:
    """One field of the policy."""
    label = clean(field.label)
    if field.name not in payload:
        return Row(label, "not given", ours=True)
    if field.secret:
        return Row(label, "secret, not shown to anybody", ours=True)
    if field.visible == "elsewhere":
        return Row(label, "shown to those who decide", ours=True)
    value = payload[field.name]
    match field.format, value:
        case "money", (int() | float()) if not isinstance(value, bool):
            return Row(label, clean(money(value, field.currency)))
        case "date", str() if _DATE.fullmatch(value):
            return Row(label, clean(_with_weekday(value)), at_ms=_instant(value))
        case "url", str() if _SCHEME.match(value) and not breaks(value):
            return replace(linked(value), label=label)
        case _:
            return read(label, value)


def unnamed(key: str, value: JsonValue) -> Row:
    """What the policy has no field for, under its own key."""
    return replace(read(clean(key), value), theirs=True)


def linked(address: str) -> Row:
    """An address that nobody has a label for; no link where it is no plain one."""
    plain = _ADDRESS.fullmatch(address) is not None
    return Row("", address if plain else clean(address), host=_host(address), link=plain)


def is_day(text: str) -> bool:
    """Whether it is a day, without a time of day."""
    try:
        return len(text) == 10 and bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def money(amount: int | float, currency: str | None) -> str:
    """`1,200.00 USD`; never fewer digits than the payload has."""
    if abs(amount) >= _EXACT:
        return f"{amount} {currency or ''}".strip()
    exact = Decimal(repr(amount))
    least = 0 if _NO_CENTS.fullmatch(currency or "") else 2
    places = max(-int(exact.normalize().as_tuple().exponent), least)
    return f"{exact:,.{places}f} {currency or ''}".strip()


def as_json(value: JsonValue) -> str:
    """JSON for people: indented, unless that would make it long, or deeper than the stack."""
    text = json.dumps(value, ensure_ascii=False)
    nested = text.count("[") + text.count("{")
    if _CELL_VALUE < len(text) <= _INDENTED and 0 < nested <= _NESTED:
        return json.dumps(value, ensure_ascii=False, indent=2)
    return text


def breaks(text: str) -> bool:
    """Whether it takes more than one line."""
    return len(f"{text}.".splitlines()) > 1


def read(label: str, value: JsonValue) -> Row:
    """A value without a format."""
    match value:
        case None:
            return Row(label, "none", ours=True)
        case bool():
            return Row(label, "yes" if value else "no", ours=True)
        case "":
            return Row(label, "empty", ours=True)
        case str() if value == value.strip() or _ends_in_breaks(value):
            return Row(label, clean(value))
        case [*values] if 0 < len(values) <= _ITEMS:
            return Row(label, clean(as_json(value)), items=_items(values))
        case _:
            return Row(label, clean(as_json(value)))


def _host(address: str) -> str | None:
    """Where a web address leads, in the letters that DNS has: `xn--…` for all others.

    Behind those stands how a browser may draw it, with what is odd about that.
    """
    try:
        host = urlsplit(address).hostname or ""
        known = host.encode("idna").decode() if _SCHEME.match(address) else ""
        drawn = known.encode().decode("idna")
    except ValueError:
        return None
    return f"{known}, drawn as {clean(drawn)}" if drawn != known else known or None


def _ends_in_breaks(text: str) -> bool:
    """Whether nothing but line breaks pads a text of several lines: its box shows them."""
    bare = text.strip()
    return breaks(bare) and text.rstrip("\n") == bare


def _items(values: Sequence[JsonValue]) -> tuple[Row, ...]:
    """The rows of a list that reads well as one: short and plain throughout. Else none."""
    if any(isinstance(value, list | dict) for value in values):
        return ()
    items = tuple(read("", value) for value in values)
    plain = all(length(one.value) <= _ITEM and not breaks(one.value) for one in items)
    return items if plain else ()


def _with_weekday(text: str) -> str:
    try:
        return f"{text} ({_DAYS[date.fromisoformat(text[:10]).weekday()]})"
    except ValueError:
        return text


def _instant(text: str) -> int | None:
    """The instant of a text with an offset, in ms; one before 1970 is left as it is written."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    at_ms = int(moment.timestamp()) * 1000
    return at_ms if at_ms >= 0 else None
