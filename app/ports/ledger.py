"""The record of events as the sealer and an export need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Head:
    """Where the chain stands. Entries from `first` on are still in the store.

    `seq`, `id` and `hash` are those of the last sealed entry, `before` is the hash that the entry
    `first` follows on. `checkpoint_seq` and `checkpoint` (its hash) are those of the last
    checkpoint, made at `checkpoint_ms`.
    """

    seq: int
    id: str
    hash: str
    first: int
    before: str
    checkpoint_seq: int
    checkpoint: str
    checkpoint_ms: int


@dataclass(frozen=True)
class Recorded:
    """One event of the stream: its id there, and its JSON text as it stands."""

    id: str
    event: str


@dataclass(frozen=True)
class Sealed:
    """One entry of the chain, as it was sealed, with what the stream holds now at that id.

    `event` is None where the stream holds nothing there any more.
    """

    seq: int
    id: str
    hash: str
    event: str | None


class Ledger(Protocol):
    """The stream of events, and the chain over it. Each call raises `StoreUnavailable`."""

    def head(self) -> Head:
        """Where the chain stands; of an empty one all numbers are 0, `first` is 1."""

    def now(self) -> int:
        """The store's clock, in milliseconds since the epoch."""

    def unsealed(self, after: str, limit: int) -> list[Recorded]:
        """Events behind the id `after`, oldest first."""

    def seal(
        self, before: Head, after: Head, links: Sequence[tuple[str, str]], checkpoint: str | None
    ) -> bool:
        """Move the head from `before` to `after`; False when it stands elsewhere by now.

        `links` are the ids and hashes of the entries between. `checkpoint` is the line of one.
        """

    def sealed(self, first: int, limit: int) -> list[Sealed]:
        """Entries from number `first` on, in order, as many as are in the store."""

    def checkpoints(self, after_seq: int, limit: int) -> list[str]:
        """Lines of checkpoints over more than `after_seq` entries, oldest first."""
