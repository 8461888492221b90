"""`checkpoints.jsonl`: every checkpoint outside of the store, where no one who can write to the
store gets at it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.ports.ledger import Head, Ledger, Upkeep

NAME = "checkpoints.jsonl"

_PAGE, _TAIL = 1_000, 65_536


class CheckpointFile:
    """One line for each checkpoint, in order. Any number of processes may share the file."""

    def __init__(self, folder: Path, ledger: Ledger, upkeep: Upkeep) -> None:
        self._path = folder / NAME
        self._ledger = ledger
        self._upkeep = upkeep
        self._has: str | None = None

    def catch_up(self, head: Head) -> None:
        """Append what the file does not have yet. Raises `OSError`, `StoreUnavailable`."""
        if head.checkpoint == self._has:
            return
        with self._locked() as file:
            last = _last_line(file)
            for line in self._missing(file, last):
                file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._has = head.checkpoint

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
            yield file

    def _missing(self, file: BinaryIO, last: str) -> Iterator[str]:
        """What the store has behind the last line of the file, if it knows that line."""
        seq = seq_of(last)
        in_step = last != "" and self._ledger.checkpoints(seq - 1, 1) == [last]
        known = frozenset() if in_step else self._all(file, last, seq)
        after = seq if in_step else 0
        while page := self._ledger.checkpoints(after, _PAGE):
            yield from (line for line in page if line not in known)
            after = seq_of(page[-1])

    def _all(self, file: BinaryIO, last: str, seq: int) -> frozenset[str]:
        """Every line of the file, read where its last one is not in the store (any more)."""
        moved_out = 0 < seq < self._ledger.head().first
        if last and not moved_out:
            self._upkeep.broken(
                f"file:{hashlib.sha256(last.encode()).hexdigest()}",
                f"The record: {self._path} ends with a checkpoint over {seq} entries that the "
                "store does not have. The store was brought back to an earlier state, or its "
                "record was written anew. Keep the file. docs/record.md says what to do.",
            )
        file.seek(0)
        return frozenset(line.decode(errors="replace").rstrip("\n") for line in file)


def seq_of(line: str) -> int:
    """Over how many entries a checkpoint is; 0 where the line is none."""
    try:
        return int(json.loads(line)["checkpoint"]["seq"])
    except (ValueError, KeyError, TypeError):
        return 0


def _last_line(file: BinaryIO) -> str:
    """The last whole line, empty where there is none; what a crash left behind it is cut off."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _TAIL)
    file.seek(start)
    tail = file.read()
    whole = tail.rfind(b"\n") + 1
    if whole == 0 and start > 0:
        raise OSError(f"{file.name} does not consist of lines")
    file.truncate(start + whole)
    return tail[:whole].removesuffix(b"\n").rpartition(b"\n")[2].decode(errors="replace")
