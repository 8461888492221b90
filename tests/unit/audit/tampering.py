"""What can be done to a record by whoever has the file, or the store and not the key.

Plain functions over the lines of a whole export, each line with its end, so that other tests can
count with them too. Lines of entries are numbered from 1, since that is their `seq` here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.audit.keys import SealingKey
from app.audit.lines import End, Linked, Marked, Told, read, written
from app.audit.record import NOTHING, Checkpoint, Entry, checkpoint_line, entry_line, link

Lines = list[bytes]


@dataclass(frozen=True)
class Tampering:
    """Lines after one deed. `at` is the first bad entry, as far as anybody can tell.

    It is None where the deed is about no entry. `kept` says that it is only found with checkpoints
    that were kept elsewhere.
    """

    kind: str
    at: int | None
    lines: Lines
    kept: bool = False


def tamperings(lines: Sequence[bytes], other: SealingKey) -> Iterator[Tampering]:
    """Every deed at every place; `other` is a key that nobody trusts."""
    genuine = list(lines)
    yield from changed(genuine)
    yield from moved(genuine)
    yield from cut(genuine)
    yield from rewritten(genuine, other)
    yield from of_the_header(genuine, other)
    yield from of_requests(genuine)


def changed(lines: Lines) -> Iterator[Tampering]:
    """One byte, in each field of each line."""
    for number, (raw, seq) in enumerate(zip(lines, _seqs(lines), strict=True)):
        for place in _places(raw):
            other = b"7" if raw[place : place + 1] != b"7" else b"8"
            altered = raw[:place] + other + raw[place + 1 :]
            yield Tampering("changed", seq, [*lines[:number], altered, *lines[number + 1 :]])


def moved(lines: Lines) -> Iterator[Tampering]:
    """Each line deleted, swapped with the next, there twice, and with a forged one before it."""
    seqs = _seqs(lines)
    for number, raw in enumerate(lines):
        rest, seq = lines[number + 1 :], seqs[number]
        # Of the last checkpoint the last line alone tells, and a copy kept elsewhere.
        at = None if number == _of(lines, Marked)[-1] else seq
        yield Tampering("deleted", at, [*lines[:number], *rest])
        if rest:
            swapped = [*lines[:number], rest[0], raw, *rest[1:]]
            yield Tampering("swapped", seq, swapped)
        yield Tampering("inserted", seq, [*lines[: number + 1], raw, *rest])
        if isinstance(read(_text(raw)), Linked):
            yield Tampering("forged", seq, [*lines[:number], _altered(raw), raw, *rest])


def cut(lines: Lines) -> Iterator[Tampering]:
    """The tail is gone; in the second form with a last line that fits what is left."""
    seqs = _seqs(lines)
    for number in range(1, len(lines)):
        at = next((one for one in _numbers(lines)[number:] if one is not None), None)
        yield Tampering("cut", at, lines[:number])
    for number in _of(lines, Linked)[1:]:
        left = lines[:number]
        yield Tampering("cut and closed", seqs[number], [*left, _closing(left)], kept=True)


def rewritten(lines: Lines, other: SealingKey) -> Iterator[Tampering]:
    """An entry changed or left out, and all hashes behind it computed anew."""
    first = _seqs(lines)[_of(lines, Marked)[0]]  # no later one is looked at
    for number in _of(lines, Linked):
        signed = _signed_before(lines, number)
        altered = [*lines[:number], _altered(lines[number]), *lines[number + 1 :]]
        without = [*lines[:number], *lines[number + 1 :]]
        for kind, made in (("rewritten", altered), ("left out", without)):
            yield Tampering(kind, signed + 1, rechained(made))
            at = first if signed else 1
            yield Tampering(f"{kind}, signed anew", at, rechained(made, other))


def of_the_header(lines: Lines, other: SealingKey) -> Iterator[Tampering]:
    """Another beginning, other keys."""
    header = json.loads(lines[0])
    for name, value in (
        ("first", 2),
        ("before", "f" * 64),
        ("keys", [other.public.text]),
        ("form", 2),
        ("countersign", "Record"),
        ("chosen", {"since": None, "until": None, "policy": None, "person": None}),
        ("more", 1),
    ):
        text = json.dumps(header | {name: value}, separators=(",", ":"))
        # A header that says to be a choice is one with nothing left out, and no requests.
        yield Tampering("header", None, [f"{text}\n".encode(), *lines[1:]])


def of_requests(lines: Lines) -> Iterator[Tampering]:
    """Each request in each field, gone, and one that was never there; the last line fits again."""
    for number in _of(lines, Told):
        told = read(_text(lines[number]))
        assert isinstance(told, Told)
        before, behind = lines[:number], lines[number + 1 :]
        at = _decided_by(lines, told.id)
        for name in Told.model_fields:
            other = told.model_copy(update={name: _otherwise(getattr(told, name))})
            content = json.dumps(
                {"request": json.loads(other.model_dump_json())}, separators=(",", ":")
            )
            made = [*before, f"{content}\n".encode(), *behind]
            yield Tampering(f"request {name}", at, closed(made))
        yield Tampering("request removed", at, closed([*before, *behind]))
        new = told.model_copy(update={"id": told.id[:-1] + "x"})
        added = f"{written('request', new)}\n".encode()
        yield Tampering("request added", None, closed([*lines[: number + 1], added, *behind]))


def rechained(lines: Lines, key: SealingKey | None = None) -> Lines:
    """All entries numbered and hashed anew; checkpoints too, signed with `key` if there is one."""
    made, seq, before, last, previous = [], 0, NOTHING, "", NOTHING
    for old in lines:
        raw = old
        line = read(_text(raw))
        if isinstance(line, Linked):
            seq, last = seq + 1, line.entry.id
            entry = Entry(seq, last, line.entry.event)
            before = link(before, entry)
            raw = f"{entry_line(entry, before)}\n".encode()
        elif isinstance(line, Marked) and key is not None:
            checkpoint = Checkpoint(seq, last, before, line.checkpoint.at_ms, previous)
            previous = checkpoint.own_hash
            signature = key.sign(checkpoint.signed)
            raw = f"{checkpoint_line(checkpoint, key.public.id, signature)}\n".encode()
        made.append(raw)
    return closed(made)


def closed(lines: Lines) -> Lines:
    """With a last line that fits what comes before it."""
    return [*lines[:-1], _closing(lines[:-1])]


def _closing(lines: Lines) -> bytes:
    read_ones = [read(_text(raw)) for raw in lines]
    entries = [one for one in read_ones if isinstance(one, Linked)]
    marks = [one for one in read_ones if isinstance(one, Marked)]
    requests = [raw for raw, one in zip(lines, read_ones, strict=True) if isinstance(one, Told)]
    signed = min(len(entries), max((one.checkpoint.seq for one in marks), default=0))
    end = End(
        entries=len(entries),
        checkpoints=len(marks),
        requests=len(requests),
        requests_sha256=hashlib.sha256(b"".join(requests)).hexdigest(),
        unsealed=len(entries) - signed,
    )
    return f"{written('end', end)}\n".encode()


def _places(raw: bytes) -> Iterator[int]:
    """A byte of each value, and one of what holds them together."""
    yield 0
    inside = False
    for place, byte in enumerate(raw):
        if byte == ord('"'):
            inside = not inside
            if inside:
                yield place + 1
        elif not inside and chr(byte).isdigit() and not chr(raw[place - 1]).isdigit():
            yield place


def _seqs(lines: Sequence[bytes]) -> list[int | None]:
    """Of each line the entry that it is, or that it stands behind; None behind the entries."""
    found: list[int | None] = []
    seq = 0
    for raw in lines:
        line = read(_text(raw))
        if isinstance(line, Linked):
            seq = line.seq
        found.append(seq if isinstance(line, Linked | Marked) else None)
    return found


def _numbers(lines: Sequence[bytes]) -> list[int | None]:
    """Of each line the entry that it is."""
    entries = (read(_text(raw)) for raw in lines)
    return [one.seq if isinstance(one, Linked) else None for one in entries]


def _of(lines: Sequence[bytes], kind: type) -> list[int]:
    return [number for number, raw in enumerate(lines) if isinstance(read(_text(raw)), kind)]


def _signed_before(lines: Sequence[bytes], number: int) -> int:
    """The last entry that a checkpoint above this line is over."""
    above = (read(_text(raw)) for raw in lines[:number])
    return max((one.checkpoint.seq for one in above if isinstance(one, Marked)), default=0)


def _decided_by(lines: Sequence[bytes], request: str) -> int | None:
    ends = ("request.decided", "request.cancelled", "request.expired")
    for raw in lines:
        line = read(_text(raw))
        event = line.event or {} if isinstance(line, Linked) else {}
        if event.get("request") == request and event["type"] in ends:
            return line.seq if isinstance(line, Linked) else None
    return None


def _altered(raw: bytes) -> bytes:
    line = read(_text(raw))
    assert isinstance(line, Linked)
    event = json.dumps({**(line.event or {}), "actor": "U0EVE00001"}, separators=(",", ":"))
    entry = Entry(line.seq, line.entry.id, event)
    return f"{entry_line(entry, line.hash)}\n".encode()


def _otherwise(value: Any) -> Any:
    match value:
        case bool() | int():
            return value - 1_000_000
        case str():
            return f"{value[:-1]}{'0' if value[-1] != '0' else '1'}"
        case None:
            return "other"
        case [first, *others]:
            return [first.model_copy(update={"id": "U0EVE00001"}), *others]
    raise TypeError(value)


def _text(raw: bytes) -> str:
    return raw.decode().removesuffix("\n")
