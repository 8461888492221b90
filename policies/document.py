"""A YAML 1.2 text as plain data, and where each value of it stands. Strict, in bounded work.

No anchors, aliases, tags or directives, no equal keys, no empty values, one document: what a
policy says is what a reader of the file sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from policies.wording import printable

MAX_DEPTH = 12
MAX_NODES = 10_000

Path = tuple[str | int, ...]

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", re.I)
_MAX_DIGITS = 30
_NO_VALUE = 'there is no value here; write one or take it out (text with a # needs quotes: "#a")'


class Mark(NamedTuple):
    """A place in a text, line and column from 1.

    `text_at` is the column where a scalar's own text begins, and None where that text can't be
    followed character by character: folded, or quoted with escapes.
    """

    line: int
    column: int
    text_at: int | None = None


class Document(NamedTuple):
    """The data, and the marks of its values and keys by their paths."""

    data: Any
    values: dict[Path, Mark]
    keys: dict[Path, Mark]

    def mark(self, path: Path) -> Mark:
        """Where the value at a path stands, or else the nearest around it that there is."""
        return self.values[path] if path in self.values else self.mark(path[:-1])

    def key_mark(self, path: Path) -> Mark:
        """Where the key of a path stands; for an element of a list, the element."""
        return self.keys[path] if path in self.keys else self.mark(path)


class DocumentError(ValueError):
    """What keeps a text from being read, and where."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def read_document(raw: bytes) -> Document:
    """Reads one YAML document; a DocumentError says what can't be read, and where."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise DocumentError(line, column, "this is not UTF-8; save the file as UTF-8") from error
    try:
        return _Reading(YAML(typ="safe", pure=True).parse(text)).document()
    except ReaderError as error:
        before = text[: error.position]
        column = len(before) - before.rfind("\n")
        message = "there is a control character here; take it out"
        raise DocumentError(before.count("\n") + 1, column, message) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise DocumentError(line, column, _advice(error)) from error
    except (YAMLError, ValueError, OverflowError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError(1, 1, f"this is not YAML: {printable(str(error))}") from error


def _advice(error: MarkedYAMLError) -> str:
    problem = str(error.problem)
    if "'@'" in problem or "'`'" in problem:
        return 'text that begins with @ needs quotes, as in "@finance-approvers"'
    if "'\\t'" in problem or "tab" in problem:
        return "there is a tab here; indent with spaces"
    if "mapping values are not allowed" in problem:
        return "there is a second `: ` on this line; put text that holds one in quotes"
    if "expected ',' or" in problem:
        return "between { } or [ ], text that holds one of these or a comma needs quotes"
    return f"this is not YAML: {' '.join(problem.split())[:200]}"


class _Reading:
    """Builds the data from the parser's events as they come, so that it can stop at once."""

    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}

    def document(self) -> Document:
        next(self.events)  # the start of the stream
        start = next(self.events)
        if not isinstance(start, DocumentStartEvent):
            raise DocumentError(1, 1, "the file is empty; begin with policy: and a name")
        if start.version or start.tags:
            _refuse(start, "take the line that begins with % out; policies are YAML 1.2")
        data = self.node(next(self.events), ())
        next(self.events)  # the end of the document
        following = next(self.events)
        if not isinstance(following, StreamEndEvent):
            _refuse(following, "there is a second document here; write one policy a file")
        return Document(data, self.values, self.keys)

    def node(self, event: Event, path: Path) -> Any:
        _refuse_shorthand(event)
        if len(path) > MAX_DEPTH:
            _refuse(event, f"this is nested more than {MAX_DEPTH} levels deep")
        if len(self.values) >= MAX_NODES:
            _refuse(event, f"this file holds more than {MAX_NODES:,} values; split it up")
        self.values[path] = _mark(event)
        match event:
            case MappingStartEvent():
                return self.mapping(path)
            case SequenceStartEvent():
                return self.sequence(path)
            case _:
                return self.scalar(event, path)

    def mapping(self, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self.key(event)
            if key in data:
                first = self.keys[*path, key]
                _refuse(event, f"`{printable(key)}` stands here a second time (line {first.line})")
            self.keys[*path, key] = _mark(event)
            data[key] = self.node(next(self.events), (*path, key))
        return data

    def key(self, event: Event) -> str:
        _refuse_shorthand(event)
        if not isinstance(event, ScalarEvent) or not event.value:
            _refuse(event, "write a name before the colon")
        return _text(event)

    def scalar(self, event: Any, path: Path) -> Any:
        """The value of a scalar by YAML 1.2's core schema: `no` is text and 010 is ten."""
        text = _text(event)
        if event.style:
            return text
        if _NULL.fullmatch(text):
            mark = self.keys.get(path, self.values[path])
            raise DocumentError(mark.line, mark.column, _NO_VALUE)
        if _BOOLEAN.fullmatch(text):
            return text.lower() == "true"
        if len(text) <= _MAX_DIGITS and _INTEGER.fullmatch(text):
            return int(text)
        if len(text) <= _MAX_DIGITS and _FLOAT.fullmatch(text):
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        return text

    def sequence(self, path: Path) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            data.append(self.node(event, (*path, len(data))))
        return data


def _refuse_shorthand(event: Event) -> None:
    """Aliases can grow a small file into a huge one, and tags can name any type."""
    if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
        _refuse(event, "write the value out; & and * are not used in policies, so quote such text")
    if getattr(event, "tag", None):
        _refuse(event, "take the ! out; tags are not used in policies, so quote such text")


def _text(event: Any) -> str:
    """The text of a scalar; escapes can spell halves of characters, which no UTF-8 holds."""
    text = str(event.value)
    if any("\ud800" <= char <= "\udfff" for char in text):
        _refuse(event, "there is half a character here (\\ud800 to \\udfff); write a whole one")
    return text


def _mark(event: Any) -> Mark:
    start, end = event.start_mark, event.end_mark
    line, column = start.line + 1, start.column + 1
    if not isinstance(event, ScalarEvent) or start.line != end.line:
        return Mark(line, column)
    quotes = 1 if event.style in ("'", '"') else 0
    verbatim = end.column - start.column == len(str(event.value)) + 2 * quotes
    return Mark(line, column, column + quotes if verbatim else None)


def _refuse(event: Any, message: str) -> NoReturn:
    mark = event.start_mark
    raise DocumentError(mark.line + 1, mark.column + 1, message)
