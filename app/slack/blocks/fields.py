"""The payload as a reviewer reads it: one row a field, with the policy's labels and formats.

What is in italics are our words ("not given"); what others wrote is drawn as it is, in full.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain, groupby

from pydantic import JsonValue
from slack_sdk.models.blocks import Block, SectionBlock, TextObject

from policies.plan import Field

from .text import CELLS, boxed, clean, cut, length, marked, plain

_CELL_VALUE, _CELL_LABEL = 120, 75
_INDENTED, _NESTED = 3_000, 200
_EXACT = 1e15
"""Below this a float's digits are all its own, so that writing them out says nothing wrong."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].{1,30})?", re.ASCII)
_WORDS = " .,()/%+-"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NO_CENTS = re.compile("BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF")
"""Currencies without a minor unit (ISO 4217)."""


@dataclass(frozen=True)
class Row:
    """One field: its label (of the policy, or the payload's own key) and its value.

    With `ours` the value is a word of ours in place of one: `not given`, `empty`, `secret`.
    """

    label: str
    value: str
    ours: bool = False

    @property
    def short(self) -> bool:
        """Whether it goes into a table of two columns."""
        fits = length(self.value) <= _CELL_VALUE and length(self.label) <= _CELL_LABEL
        return fits and self.label.strip() != "" and not _breaks(self.label + self.value)

    def cut(self, most: int, rest: str) -> Row:
        return replace(self, value=cut(self.value, most, rest), label=cut(self.label, most, rest))


def rows(fields: Sequence[Field], payload: dict[str, JsonValue]) -> list[Row]:
    """Every field of the policy, then whatever else the payload holds."""
    known = [_row(field, payload) for field in fields]
    named = {field.name for field in fields}
    rest = [_unformatted(key, value) for key, value in payload.items() if key not in named]
    return [replace(row, label=clean(row.label), value=clean(row.value)) for row in known + rest]


def hidden(fields: Sequence[Field], payload: dict[str, JsonValue]) -> list[Block]:
    """How many values are kept from the reader; they are part of what is executed all the same."""
    count = sum(field.secret and field.name in payload for field in fields)
    if not count:
        return []
    what = (
        "1 value is secret, so it is" if count == 1 else f"{count:,} values are secret, so they are"
    )
    return [SectionBlock(text=marked(f"_{what} not shown here, and will be executed as given._"))]


def drawn(rows: Sequence[Row]) -> list[Block]:
    """Short rows in tables of two columns, long ones in boxes, in their own order."""
    blocks: list[Block] = []
    for short, run in groupby(rows, key=lambda row: row.short):
        draw = _tables if short else _boxes
        blocks += draw(list(run))
    return blocks


def _row(field: Field, payload: dict[str, JsonValue]) -> Row:
    if field.name not in payload:
        return Row(field.label, "not given", ours=True)
    if field.secret:
        return Row(field.label, "secret, not shown", ours=True)
    value = payload[field.name]
    match field.format, value:
        case "money", (int() | float()) if not isinstance(value, bool):
            return Row(field.label, money(value, field.currency))
        case "date", str() if _DATE.fullmatch(value):
            return Row(field.label, _with_weekday(value))
        case _:
            return _unformatted(field.label, value)


def _unformatted(label: str, value: JsonValue) -> Row:
    match value:
        case None:
            return Row(label, "none", ours=True)
        case bool():
            return Row(label, "yes" if value else "no", ours=True)
        case "":
            return Row(label, "empty", ours=True)
        case str() if value == value.strip():
            return Row(label, value)
        case _:
            return Row(label, as_json(value))


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


def _with_weekday(text: str) -> str:
    try:
        return f"{text} ({_DAYS[date.fromisoformat(text[:10]).weekday()]})"
    except ValueError:
        return text


def _breaks(text: str) -> bool:
    return len(f"{text}.".splitlines()) > 1


def _tables(rows: list[Row]) -> Iterator[Block]:
    cells = [cell for row in rows for cell in _cells(row)]
    for start in range(0, len(cells), CELLS):
        yield SectionBlock(fields=cells[start : start + CELLS])


def _cells(row: Row) -> tuple[TextObject, TextObject]:
    return _label(row.label), marked(f"_{row.value}_") if row.ours else plain(row.value)


def _boxes(rows: list[Row]) -> Iterator[Block]:
    return chain.from_iterable(map(_box, rows))


def _box(row: Row) -> list[Block]:
    if row.label.strip() and length(row.label) <= _CELL_LABEL and not _breaks(row.label):
        return [SectionBlock(text=_label(row.label)), boxed(row.value)]
    return [boxed(f"{as_json(row.label)}: {row.value}")]


def _label(label: str) -> TextObject:
    """Bold where it is plain words; a label can come from the payload, and must not act."""
    words = all(char.isalnum() or char in _WORDS for char in label)
    return marked(f"*{label}*") if words and label == label.strip() else plain(label)
