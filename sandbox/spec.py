"""A small language for the form of JSON: Block Kit, method arguments and page requests use it.

A field is `name=kind`, or `name?=kind` when it may be missing; other fields are refused. A kind is
a name in the table; `a|b`, one of these words; `kind*9`, a list of 1 to 9 (`kind*0..9`: of 0 to
9); `plain:9` or `text:9`, a text object of 1 to 9 characters; or one of `SCALARS`, as in `str:9`.
In the table, `name: field field` is an object, `name < a b` an object whose `type` is a or b.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Fields = dict[str, str]

LIST = re.compile(r"(.+)\*(?:(\d+)\.\.)?(\d+)")
TEXTS = {"plain": ("plain_text",), "text": ("plain_text", "mrkdwn")}


def _matches(pattern: str) -> Callable[[Any, float], bool]:
    return lambda value, _: isinstance(value, str) and bool(re.fullmatch(pattern, value))


SCALARS: dict[str, tuple[Callable[[Any, float], bool], str]] = {
    "any": (lambda _value, _most: True, ""),
    "str": (lambda v, most: isinstance(v, str) and len(v) <= most, "a string up to {} characters"),
    "filled": (lambda v, most: isinstance(v, str) and 0 < len(v) <= most, "1 to {} characters"),
    "bool": (lambda value, _: isinstance(value, bool), "a boolean"),
    "int": (lambda v, most: type(v) is int and 0 <= v <= most, "a whole number from 0 to {}"),
    "seconds": (lambda v, most: type(v) in (int, float) and 0 <= v <= most, "from 0 to {}"),
    "object": (lambda value, _: isinstance(value, dict), "an object"),
    "day": (_matches(r"\d{4}-\d\d-\d\d"), "a date, YYYY-MM-DD"),
    "decimal": (_matches(r"-?\d{1,40}(\.\d{1,40})?"), "a number in a string"),
    "url": (_matches(r"[a-z][a-z0-9+.-]*:.{1,2980}"), "a URL"),
    "channel_name": (_matches(r"[a-z0-9_-]{1,80}"), "lower-case letters, digits, - and _"),
    "command": (_matches(r"/\S{1,31}"), "a command such as /name"),
}


def fields_of(text: str) -> Fields:
    """`"a=str:9 b?=bool"` -> `{"a": "str:9", "b?": "bool"}`."""
    return dict(field.split("=", 1) for field in text.split())


class Spec:
    def __init__(self, table: str = "") -> None:
        lines = [line for line in table.splitlines() if line]
        objects = (line.split(":", 1) for line in lines if "=" in line)
        unions = (line.split("<", 1) for line in lines if "<" in line)
        self._objects = {name.strip(): fields_of(fields) for name, fields in objects}
        self._unions = {name.strip(): kinds.split() for name, kinds in unions}

    def problems(self, kind: str, value: Any, at: str) -> Iterator[str]:
        """What is wrong with a value, each with a JSON pointer, as Slack words it."""
        name, _, most = kind.partition(":")
        if a_list := LIST.fullmatch(kind):
            least, longest = int(a_list[2] or 1), int(a_list[3])
            yield from self._in_list(a_list[1], least, longest, value, at)
        elif kind in self._objects:
            yield from self.in_object(self._objects[kind], value, at)
        elif kind in self._unions:
            yield from self._in_union(self._unions[kind], value, at)
        elif name in TEXTS:
            wrong = list(self._in_union(TEXTS[name], value, at))
            yield from wrong or self.problems(f"filled:{most}", value["text"], f"{at}/text")
        elif name in SCALARS:
            fits, wanted = SCALARS[name]
            if not fits(value, float(most or 0)):
                yield _problem(at, f"must be {wanted.format(most)}")
        elif value not in kind.split("|"):
            yield _problem(at, f"must be one of {kind.replace('|', ', ')}")

    def in_object(self, fields: Fields, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _problem(at, "must be an object")
            return
        for name in fields:
            if not name.endswith("?") and name not in value:
                yield _problem(at, f"missing required field: {name}")
        for name, held in value.items():
            kind = fields.get(name) or fields.get(f"{name}?")
            if kind is None or name.endswith("?"):
                yield _problem(at, f"unknown field: {name}")
            else:
                yield from self.problems(kind, held, f"{at}/{name}")

    def _in_list(self, kind: str, least: int, most: int, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            yield _problem(at, f"must be an array of {least} to {most} items")
            return
        for index, item in enumerate(value):
            yield from self.problems(kind, item, f"{at}/{index}")

    def _in_union(self, kinds: list[str] | tuple[str, ...], value: Any, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            yield _problem(at, f"unsupported type: {kind}")
            return
        rest = {key: held for key, held in value.items() if key != "type"}
        yield from self.in_object(self._objects[kind], rest, at)


PLAIN = Spec()  # for fields of scalars and words alone


def _problem(at: str, what: str) -> str:
    return f"[ERROR] {what} [json-pointer:{at}]"
