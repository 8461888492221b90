"""What differs between two payloads, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from policies.plan import Frozen, Visible


class Change(Frozen):
    """One field of a payload that differs; what was not given before, or is not now, is None.

    A `secret` one was so before, and is not shown whatever the policy says of it by now. `visible`
    says to whom it was shown before; `elsewhere`, as of a field.
    """

    field: str
    kind: Literal["changed", "added", "removed"]
    before: JsonValue = None
    after: JsonValue = None
    secret: bool = False
    visible: Visible | Literal["elsewhere"] = "everyone"


def difference(
    before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]
) -> tuple[Change, ...]:
    """The fields that differ, in the order in which they stand, new ones last."""
    found = (_change(name, before, after) for name in dict.fromkeys((*before, *after)))
    return tuple(change for change in found if change is not None)


def _change(
    name: str, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]
) -> Change | None:
    if name not in before:
        return Change(field=name, kind="added", after=after[name])
    if name not in after:
        return Change(field=name, kind="removed", before=before[name])
    if same(before[name], after[name]):
        return None
    return Change(field=name, kind="changed", before=before[name], after=after[name])


def same(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are one in JSON, where `true` is no 1 and 1.0 is one."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other
