"""The lines of an export: what each kind says, as it is written and as it is strictly read. Pure.

`record.py` has the form of entries and checkpoints, which is what is hashed and signed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeVar

from pydantic import ConfigDict, Field, ValidationError

from policies.plan import Frozen

from .record import Checkpoint, Entry, checkpoint_line

_SIGNED = "countersign export 1"
_SHA256 = r"^[0-9a-f]{64}$"
_NUMBER = "([1-9][0-9]{0,14})"
_ENTRY = re.compile(
    rf'\{{"seq":{_NUMBER},"id":"([0-9]{{1,20}}-[0-9]{{1,20}})","event":(.+),'
    r'"hash":"([0-9a-f]{64})"\}'
)
_OMITTED = re.compile(
    rf'\{{"seq":{_NUMBER},"omitted":"([0-9a-f]{{64}})","hash":"([0-9a-f]{{64}})"\}}'
)


GONE = "null"
"""In place of an event that was sealed, and that the store no longer has."""


class LineRefused(ValueError):
    """A line that is none of an export; its text says why, without quoting it."""


class Line(Frozen):
    """Strict about types as well: a number is no text."""

    model_config = ConfigDict(strict=True)


class Chosen(Line):
    """What a chosen export was asked for; None is everything."""

    since: str | None = None
    until: str | None = None
    policy: str | None = None
    person: str | None = None


class Header(Line):
    """The first line: where the record begins, and whose word the checkpoints are said to be.

    `as_of` is the id of the last event before the requests were read; a file without it is a part
    of the record that was moved out, and has no requests.
    """

    countersign: Literal["record"] = "record"
    form: Literal[1] = 1
    first: int = Field(ge=1)
    before: str = Field(pattern=_SHA256)
    keys: list[str] = Field(max_length=100)
    as_of: str | None = Field(None, pattern=r"^[0-9]{1,20}-[0-9]{1,20}$")
    chosen: Chosen | None = None


class By(Line):
    """One of those who decided."""

    kind: str
    id: str


class Told(Line):
    """A decided request as the store has it: what its deciding event has to say as well.

    `operator` is who typed a break-glass decision.
    """

    id: str
    status: str
    outcome: str
    choice: str | None
    comment_sha256: str | None
    digest: str
    policy: str
    policy_hash: str
    by: list[By] = Field(min_length=1)
    operator: str | None
    at_ms: int
    version: int


class End(Line):
    """The last line, so that a file that was cut is noticed.

    `entries` counts those that are left out of a chosen export too. `unsealed` is how many lie
    behind the last checkpoint; `requests_sha256` is over the lines of all requests, each with its
    end. `key` is the id of the one that signed all of this, where that was at hand.
    """

    entries: int = Field(ge=0)
    checkpoints: int = Field(ge=0)
    requests: int = Field(ge=0)
    requests_sha256: str = Field(pattern=_SHA256)
    unsealed: int = Field(ge=0)
    key: str | None = None
    signature: str | None = None

    @property
    def unsigned(self) -> End:
        return self.model_copy(update={"key": None, "signature": None})

    def signed(self, header: str, last: str) -> bytes:
        """What is signed: the first line, the hash of the last entry, and this one."""
        return "\n".join((_SIGNED, header, last, written("end", self.unsigned))).encode()


@dataclass(frozen=True)
class Linked:
    """An entry and its hash."""

    entry: Entry
    hash: str

    @property
    def seq(self) -> int:
        return self.entry.seq

    @property
    def digest(self) -> str:
        return self.entry.digest

    @property
    def event(self) -> dict[str, Any] | None:
        """What it says; None where the store no longer had it. Raises `LineRefused`."""
        event = strict(self.entry.event)
        if event is not None and not isinstance(event, dict):
            raise LineRefused("its event is no object")
        return event


@dataclass(frozen=True)
class Omitted:
    """An entry that a chosen export leaves out."""

    seq: int
    digest: str
    hash: str


@dataclass(frozen=True)
class Marked:
    """A checkpoint, the id of the key that signed it, and the signature."""

    checkpoint: Checkpoint
    key: str
    signature: str


AnyLine = Header | Linked | Omitted | Marked | Told | End
Entrylike = Linked | Omitted

L = TypeVar("L", bound=Line)


def written(name: str, line: Line) -> str:
    """A line of the kinds that are no part of the chain, without its end."""
    fields = line.model_dump(exclude_none=isinstance(line, Header | End))
    content = fields if isinstance(line, Header) else {name: fields}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> AnyLine:
    """The line that `text` is, whose end is gone. Raises `LineRefused`."""
    if (entry := _ENTRY.fullmatch(text)) is not None:
        seq, entry_id, event, its_hash = entry.groups()
        return Linked(Entry(int(seq), entry_id, event), its_hash)
    if (omitted := _OMITTED.fullmatch(text)) is not None:
        return Omitted(int(omitted[1]), omitted[2], omitted[3])
    value = strict(text)
    match value:
        case {"checkpoint": _}:
            return read_checkpoint(text, value)
        case {"request": content} if len(value) == 1:
            return _model(Told, content)
        case {"end": content} if len(value) == 1:
            return _model(End, content)
        case {"countersign": _}:
            return _model(Header, value)
    raise LineRefused("it is no line of an export")


def read_checkpoint(text: str, value: Any) -> Marked:
    """A checkpoint whose line is `text`, which holds `value`. Raises `LineRefused`."""
    try:
        marked = Marked(Checkpoint(**value["checkpoint"]), value["key"], value["signature"])
        whole = checkpoint_line(marked.checkpoint, marked.key, marked.signature) == text
        numbers = [type(getattr(marked.checkpoint, name)) is int for name in ("seq", "at_ms")]
    except (TypeError, KeyError, ValueError):
        raise LineRefused("it is no checkpoint") from None
    if not whole or not all(numbers):
        raise LineRefused("it is no checkpoint as one is written")
    return marked


def strict(text: str) -> Any:
    """What JSON text holds; equal keys, NaN and the like are refused. Raises `LineRefused`."""
    try:
        # What `decode` does, without two more looks for white space around each of a million texts.
        value, end = _SCAN(text, 0)
    except RecursionError:
        raise LineRefused("it is nested too deep") from None
    except LineRefused:
        raise
    except (ValueError, StopIteration):
        raise LineRefused("it is not JSON") from None
    if text[end:].strip():
        raise LineRefused("something stands behind it")
    return value


def _model(kind: type[L], content: object) -> L:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        field = ".".join(map(str, error.errors()[0]["loc"])) or "it"
        raise LineRefused(f"{field} is not as it is written") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise LineRefused("one of its keys is there twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise LineRefused(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
_SCAN: Callable[[str, int], tuple[Any, int]] = vars(_DECODER)["scan_once"]
