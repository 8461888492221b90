"""Moving out: what is sealed, and whose requests are erased, goes to files that still verify."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from app.ports.ledger import Head, Ledger, Sealed, Upkeep

from .checkpoint_file import seq_of
from .keys import PublicKey
from .record import FORM, Entry, entry_line, link
from .seal import MOST

_log = logging.getLogger("countersign.record")

_TURN, _LEASE_MS, _REST_MS = "moving", 60_000, 3_600_000
"""One process moves at a time, one file at a time; where nothing is left it looks again hourly."""


class Mover:
    """Moves whole segments, up to a checkpoint, oldest first."""

    def __init__(self, ledger: Ledger, upkeep: Upkeep, folder: Path, retention_ms: int) -> None:
        self._ledger = ledger
        self._upkeep = upkeep
        self._folder = folder
        self._retention_ms = retention_ms

    def move(self, delivered: int) -> None:
        """One segment, if it is our turn, of entries that checkpoints in the file are over.

        `delivered` is the number of the last of these. What is in the file is in the store too
        until the file is safe: a crash at any step leaves an entry in both, never in neither.
        Raises `OSError`, `StoreUnavailable`.
        """
        if not self._upkeep.take_turn(_TURN, _LEASE_MS):
            return
        more = self._move(delivered)
        self._upkeep.end_turn(_TURN, 1 if more else _REST_MS)

    def _move(self, delivered: int) -> bool:
        look = self._ledger.look(0)
        head, found = look.head, self._ledger.sealed(look.head.first, MOST)
        if not found or found[0].seq != head.first:
            return False  # nothing is left, or another process moved it meanwhile
        free = self._free(self._sound(head, found), look.now - self._retention_ms)
        end = min(head.first - 1 + len(free), delivered)
        lines = [one for one in self._ledger.checkpoints(0, MOST) if seq_of(one) <= end]
        if not lines:
            return False
        segment = free[: seq_of(lines[-1]) - head.first + 1]
        path = self._write(head, segment, lines)
        if self._upkeep.drop(head, segment[-1]):
            self._tidy(path, head)
            _log.info("entries %d to %d moved to %s", head.first, segment[-1].seq, path)
        return len(found) == MOST

    def _tidy(self, path: Path, head: Head) -> None:
        """What a crash left that begins at the same entry, where this file has all of it.

        Another may be of a record that a restored backup took back: evidence, which stays.
        """
        whole = _behind_header(path)
        for other in self._folder.glob(f"record-{head.first:012}-*.jsonl"):
            if other != path and whole.startswith(_behind_header(other)):
                other.unlink(missing_ok=True)

    def _sound(self, head: Head, found: Sequence[Sealed]) -> list[Sealed]:
        """Those before the first that is not what was sealed: only what verifies is moved."""
        strays = self._ledger.strays(head.first, MOST)
        before, sound = head.before, []
        for one in found:
            event = one.event
            if event is None or link(before, Entry(one.seq, one.id, event)) != one.hash:
                self._say_unsound(one, "it was deleted" if event is None else "it was changed")
                break
            if strays and _place(strays[0].id) < _place(one.id):
                self._say_unsound(one, f"{strays[0].id} was inserted before it")
                break
            sound.append(one)
            before = one.hash
        return sound

    def _say_unsound(self, one: Sealed, why: str) -> None:
        self._upkeep.broken(
            f"entry:{one.seq}",
            f"The record: entry {one.seq} ({one.id}) is not as it was sealed: {why} in the store. "
            "Nothing from it on is moved out. docs/record.md says what to do.",
        )

    def _free(self, sound: Sequence[Sealed], old_ms: int) -> list[Sealed]:
        """Those before the first that is still needed: its request is there, or it is young."""
        requests = {one.seq: _request_of(one) for one in sound}
        there = self._upkeep.still_there(sorted({one for one in requests.values() if one}))

        def free(one: Sealed) -> bool:
            request = requests[one.seq]
            return request not in there if request else _place(one.id)[0] < old_ms

        return list(takewhile(free, sound))

    def _write(self, head: Head, segment: Sequence[Sealed], lines: Sequence[str]) -> Path:
        """The file, all of it or none: under another name until it is on the disk."""
        name = f"record-{head.first:012}-{segment[-1].seq:012}.jsonl"
        path, begun = self._folder / name, self._folder / f".{name}.{os.getpid()}"
        try:
            with begun.open("w", encoding="utf-8", newline="\n") as file:
                begun.chmod(0o600)  # it names people, as an export does
                for line in self._lines(head, segment, lines):
                    file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
            _refuse_another(path, begun)
            begun.replace(path)
        finally:
            begun.unlink(missing_ok=True)  # a full disk has no room for halves
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name, too
        finally:
            os.close(folder)
        return path

    def _lines(self, head: Head, segment: Sequence[Sealed], lines: Sequence[str]) -> Iterator[str]:
        signed = {json.loads(line)["key"] for line in lines}
        known = self._ledger.keys()
        keys = [key for key in known if PublicKey.of(key).id in signed]
        yield header_line(head.first, head.before, keys)
        checkpoints = {seq_of(line): line for line in lines}
        for one in segment:
            yield entry_line(Entry(one.seq, one.id, one.event or ""), one.hash)
            if one.seq in checkpoints:
                yield checkpoints[one.seq]


def header_line(first: int, before: str, keys: Sequence[str]) -> str:
    """The first line of a file of the record: where it begins, and whose keys signed, it says."""
    header = {"countersign": "record", "form": FORM, "first": first, "before": before}
    return json.dumps(header | {"keys": list(keys)}, separators=(",", ":"))


def _refuse_another(path: Path, begun: Path) -> None:
    """Raises `FileExistsError` where what lies there already is another record."""
    if path.exists() and _behind_header(path) != _behind_header(begun):
        raise FileExistsError(
            f"{path} has other entries than the store has under their numbers. Keep it, "
            "elsewhere. docs/record.md says what to do."
        )


def _behind_header(path: Path) -> bytes:
    """Entries and checkpoints of a file; what a header names as keys may be less than all."""
    return path.read_bytes().partition(b"\n")[2]


def _request_of(one: Sealed) -> str | None:
    """The request that an event is about; none where it is about no one request."""
    event = json.loads(one.event or "null")
    found = event.get("request") if isinstance(event, dict) else None
    return found if isinstance(found, str) else None


def _place(entry_id: str) -> tuple[int, int]:
    ms, number = entry_id.split("-")
    return int(ms), int(number)
