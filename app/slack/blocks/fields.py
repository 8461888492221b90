"""Rows of a payload as blocks: tables, links, lists, and boxes for what is long.

What is in italics are our words ("not given"), a name in bold is the policy's; what others wrote is
drawn as it is, in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from pydantic import JsonValue

from app.domain.message import iso
from policies.plan import Field

from . import kit
from .kit import Element, Text, boxed, columns, marked, paragraph, plain, section
from .text import CELLS, MESSAGE_SIZE, Block, date, escaped, split
from .values import Row, as_json, money, rows

__all__ = ["Row", "as_json", "boxes", "drawn", "hidden", "inline", "money", "rows"]

_WORDS = " .,()/%+-"


def hidden(fields: Sequence[Field], payload: dict[str, JsonValue]) -> list[Block]:
    """How many values nobody is shown; they are part of what is executed all the same."""
    count = sum(field.secret and field.name in payload for field in fields)
    if not count:
        return []
    what = (
        "1 value is secret, so it is" if count == 1 else f"{count:,} values are secret, so they are"
    )
    return [section(f"_{what} not shown to anybody, and will be executed as given._")]


def drawn(rows: Sequence[Row], box: int = MESSAGE_SIZE) -> list[Block]:
    """Short rows in tables of two columns, others by themselves, in their own order.

    What is longer than a `box` takes several of them.
    """
    blocks: list[Block] = []
    for short, run in groupby(rows, key=lambda row: row.short):
        group = list(run)
        blocks += _tables(group) if short else [one for row in group for one in _alone(row, box)]
    return blocks


def boxes(text: str, most: int = MESSAGE_SIZE) -> list[Block]:
    """All of a text, in as many boxes as it takes; each says which part it is."""
    parts = split(text, most)
    if len(parts) == 1:
        return [boxed(parts[0])]
    numbered = ((f"_Part {n} of {len(parts)}_", part) for n, part in enumerate(parts, 1))
    return [block for name, part in numbered for block in (section(name), boxed(part))]


def inline(row: Row) -> list[Element]:
    """A value in rich text: a link says its whole address, and beside it the host it leads to."""
    if row.host is None:
        return [_said(row)]
    if not row.link:
        return [_said(row), kit.words(f" (no link; its host is {row.host})")]
    return [kit.link(row.value), kit.words(f" (leads to {row.host})")]


def named(row: Row, words: str) -> Element:
    """The name of a field in rich text, in these words: bold where it is the policy's."""
    return kit.words(words) if row.theirs else kit.words(words, "bold")


def _tables(rows: list[Row]) -> Iterator[Block]:
    cells = [cell for row in rows for cell in _cells(row)]
    for start in range(0, len(cells), CELLS):
        yield columns(cells[start : start + CELLS])


def _cells(row: Row) -> tuple[Text, Text]:
    if row.ours:
        return _label(row), marked(f"_{row.value}_")
    if row.at_ms is None:
        return _label(row), plain(row.value)
    here = date(row.at_ms, iso(row.at_ms), "{date_long} at {time}")
    return _label(row), marked(f"{escaped(row.value)}\n_For you:_ {here}")


def _alone(row: Row, box: int) -> list[Block]:
    """A link, a list, or what is long or takes several lines."""
    if not row.named:
        return boxes(f"{as_json(row.label)}: {row.value}", box)
    label = named(row, f"{row.label}\n")
    if row.host is not None:
        return [kit.rich_text(kit.line(label, *inline(row)))]
    if row.items:
        items = kit.bullets([kit.line(_said(one)) for one in row.items])
        return [kit.rich_text(kit.line(label), items)]
    return [paragraph(_label(row)), *boxes(row.value, box)]


def _said(row: Row) -> Element:
    return kit.words(row.value, "italic") if row.ours else kit.words(row.value)


def _label(row: Row) -> Text:
    """Bold where it is the policy's, and plain words, which don't act."""
    words = all(char.isalnum() or char in _WORDS for char in row.label)
    bold = words and row.label == row.label.strip() and not row.theirs
    return marked(f"*{row.label}*") if bold else plain(row.label)
