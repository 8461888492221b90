"""What comes of verifying an export: what is wrong and where, what was seen, what is left open."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong."""

    HEADER = "header"
    UNREADABLE = "unreadable"
    CHANGED = "changed"
    MISSING = "missing"
    DELETED = "deleted"
    INSERTED = "inserted"
    OUT_OF_ORDER = "out_of_order"
    CHECKPOINT = "checkpoint"
    REWRITTEN = "rewritten"
    CUT = "cut"
    REQUEST = "request"
    END = "end"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    `seq` is the first entry that is bad, or may be; None where it is about no entry. `id` is its
    place in the stream where that is known, `request` the request that it is about. `where` is the
    line, as `FILE:NUMBER`.
    """

    kind: Kind
    words: str
    seq: int | None = None
    id: str | None = None
    request: str | None = None
    where: str | None = None


class Broken(Exception):
    """The chain does not go on from here, so that nothing behind it can be told."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.words)
        self.fault = fault


@dataclass
class Figures:
    """What was seen. Entries `first` to `last`; instants are those of the stream, in ms."""

    entries: int = 0
    first: int | None = None
    last: int | None = None
    from_ms: int | None = None
    until_ms: int | None = None
    omitted: int = 0
    checkpoints: int = 0
    signed: int = 0
    requests: int = 0
    erased: int = 0
    later: int = 0


@dataclass(frozen=True)
class Verdict:
    """`faults` has what breaks the chain first; behind that nothing was looked at. The first
    hundred are kept, and `count` counts them all.

    `open` is what was not verified although it should have been, `notes` what a reader should know.
    """

    figures: Figures
    faults: tuple[Fault, ...] = ()
    count: int = 0
    open: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def first_bad(self) -> Fault | None:
        """The first bad entry, or the first thing that is wrong where it is about none."""
        with_entry = [fault for fault in self.faults if fault.seq is not None]
        first = min(with_entry, key=lambda fault: fault.seq or 0, default=None)
        return first or (self.faults[0] if self.faults else None)


@dataclass
class Findings:
    """Where what is wrong, but breaks no chain, is gathered: so many are kept, all are counted."""

    most: int = 100
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.faults) < self.most:
            self.faults.append(fault)
