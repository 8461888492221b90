"""What differs from what was asked before, field by field, as the policy has it drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile

from pydantic import JsonValue

from app.domain.difference import Change, difference
from app.domain.request import Edited, Request, Revises
from app.domain.seen import clean
from policies.plan import Field

from . import fields, kit, phrases
from .kit import Element, section
from .people import who
from .space import Space
from .text import PART, Block, cut, length, one_line
from .values import Row, row, unnamed

_LABEL, _VALUE, _AROUND = 80, 150, 24

Draw = Callable[[Sequence[Field], Sequence[Change]], list[Block]]


def shown(request: Request, space: Space) -> list[Block]:
    """What somebody changed, and what is new since it was last shown, as far as there is room."""

    def draw(known: Sequence[Field], changes: Sequence[Change]) -> list[Block]:
        return _lines(known, changes, space)

    return _told(request, draw, lambda words: fields.boxes(cut(words, space.said, space.rest)))


def whole(request: Request) -> list[Block]:
    """The same with nothing left out."""
    return _told(request, _in_full, lambda words: fields.boxes(words, PART))


def _told(request: Request, draw: Draw, quoted: Callable[[str], list[Block]]) -> list[Block]:
    known, blocks = request.evaluation.fields, list[Block]()
    revises = request.body.revises
    if revises is not None:
        comment = (revises.comment or "").strip()
        blocks += [_again(request, revises), *(quoted(comment) if comment else [])]
        blocks += [section(_different(revises)), *draw(known, revises.changes)]
    return [*blocks, *_edited(request, draw)]


def edited(request: Request, space: Space) -> list[Block]:
    """What a reviewer changed alone, as far as there is room."""
    return _edited(request, lambda known, changes: _lines(known, changes, space))


def _edited(request: Request, draw: Draw) -> list[Block]:
    changed = request.state.edited
    if changed is None:
        return []
    changes = difference(request.body.payload, changed.payload)
    return [_changed(changed), *draw(request.evaluation.fields, changes)]


def _again(request: Request, revises: Revises) -> Block:
    past = " That is more often than the policy expects." if request.body.past_cap else ""
    wanted = "wanted:" if (revises.comment or "").strip() else "wanted changes."
    number = request.body.revision
    return section(f"*Asked again, revision {number}.*{past} {who(revises.by)} {wanted}")


def _different(revises: Revises) -> str:
    return "*What is different now*" if revises.changes else "_Nothing of it is different now._"


def _changed(edited: Edited) -> Block:
    when = phrases.instant(edited.at_ms)
    return section(f"*Changed by {who(edited.by)}*, so this is not what was asked · {when}")


def _lines(known: Sequence[Field], changes: Sequence[Change], space: Space) -> list[Block]:
    """A line a change, as many as there is room for."""
    few = changes[: space.changes]
    parts = [part for change in few for part in _line(known, change, space.rest)]
    left = len(changes) - len(few)
    more = [section(f"_{left:,}{' more' * bool(few)} changes are {space.rest}._")] if left else []
    lines = [kit.rich_text(kit.line(*parts))] if parts else []
    return [*lines, *more]


def _line(known: Sequence[Field], change: Change, rest: str) -> list[Element]:
    """`Amount: 120.00 USD → 150.00 USD`, and of short lists what is gone and what is new."""
    before, after = _sides(known, change)
    label = cut(one_line(after.label), _LABEL, rest) or "(a field without a name)"
    name = fields.named(after, f"{label}: ")
    if before is after:
        return [name, *fields.inline(after), kit.words("\n")]
    if before.items and after.items and (moved := _moved(before, after)):
        return [name, kit.words(f"{moved}\n")]
    old, new = _brief(before, after, rest), _brief(after, before, rest)
    arrow, end = kit.words(" → "), kit.words("\n")
    return [name, *fields.inline(old), arrow, *fields.inline(new), end]


def _moved(before: Row, after: Row) -> str:
    """`without Grinder; new: Mill`; nothing where they only stand in another order, or are many."""
    gone, new = _rest_of(before, after), _rest_of(after, before)
    parts = [f"without {', '.join(gone)}"] if gone else []
    parts += [f"new: {', '.join(new)}"] if new else []
    words = "; ".join(parts)
    return words if length(words) <= _VALUE else ""


def _rest_of(one: Row, other: Row) -> list[str]:
    """The entries of a list that the other has not, each as often as it is missing."""
    missing = Counter(one.items) - Counter(other.items)
    return [f"“{one_line(item.value)}”" for item in missing.elements()]


def _in_full(known: Sequence[Field], changes: Sequence[Change]) -> list[Block]:
    """Both sides of each change, under names of their own."""
    shown: list[Row] = []
    for change in changes:
        before, after = _sides(known, change)
        if before is after:
            shown.append(after)
            continue
        old, new = f"{before.label} (before)", f"{after.label} (now)"
        shown += [replace(before, label=old), replace(after, label=new)]
    return fields.drawn(shown, PART)


def _sides(known: Sequence[Field], change: Change) -> tuple[Row, Row]:
    """The field before and after; one and the same where neither may be seen."""
    field = next((one for one in known if one.name == change.field), None)
    if (why := _kept(field, change)) is not None:
        label = clean(change.field if field is None else field.label)
        hidden = Row(label, f"{why}, {change.kind}", ours=True, theirs=field is None)
        return hidden, hidden
    before = _side(field, change, change.before, missing=change.kind == "added")
    return before, _side(field, change, change.after, missing=change.kind == "removed")


def _kept(field: Field | None, change: Change) -> str | None:
    """Why the reader is not shown it, None where they are."""
    if change.secret or (field is not None and field.secret):
        return "secret"
    kept = "elsewhere" in (change.visible, None if field is None else field.visible)
    return "shown to those who decide" if kept else None


def _side(field: Field | None, change: Change, value: JsonValue, *, missing: bool) -> Row:
    if field is not None:
        return row(field, {} if missing else {field.name: value})
    if missing:
        return Row(clean(change.field), "not given", ours=True, theirs=True)
    return unnamed(change.field, value)


def _brief(side: Row, other: Row, rest: str) -> Row:
    """A long value from shortly before where it begins to differ from the other."""
    size = length(side.value)
    if size <= _VALUE and "\n" not in side.value:
        return side
    pairs = zip(side.value, other.value, strict=False)
    start = max(sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) - _AROUND, 0)
    part = one_line(side.value[start : start + _VALUE])
    return Row(side.label, f"{'…' * bool(start)}{part}… (of {size:,} characters, whole {rest})")
