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


EMPTY = Head(0, "0-0", "0" * 64, 1, "0" * 64, 0, "0" * 64, 0)
"""Where the chain stands before its first entry."""


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


@dataclass(frozen=True)
class Look:
    """The end of the record at one instant, `now` (ms, the store's clock).

    `events` are those behind the head, oldest first. `intact` says that the stream still holds the
    entry that was sealed last, or that there is none: nothing was sealed, or all was moved out.
    """

    head: Head
    now: int
    events: list[Recorded]
    intact: bool


@dataclass(frozen=True)
class Signed:
    """A checkpoint as it is kept: its line, and the public key that checks it (`csap_…`)."""

    line: str
    key: str


class Ledger(Protocol):
    """The stream of events, and the chain over it. Each call raises `StoreUnavailable`."""

    def head(self) -> Head:
        """Where the chain stands; `EMPTY` before its first entry."""

    def look(self, limit: int) -> Look:
        """The head and up to `limit` events behind it, in one round trip."""

    def seal(
        self, before: Head, after: Head, links: Sequence[tuple[str, str]], checkpoint: Signed | None
    ) -> bool:
        """Move the head from `before` to `after`; False when it stands elsewhere by now.

        `links` are the ids and hashes of the entries between. Repeated, it finds its own work.
        """

    def sealed(self, first: int, limit: int) -> list[Sealed]:
        """Entries from number `first` on, in order, as many as are in the store."""

    def checkpoints(self, after_seq: int, limit: int) -> list[str]:
        """Lines of checkpoints over more than `after_seq` entries, oldest first."""

    def strays(self, first: int, limit: int) -> list[Recorded]:
        """What the stream holds among `limit` entries from number `first` on, and nobody sealed.

        At most `limit` of it: behind the entry before `first`, and before the last of these.
        """

    def keys(self) -> list[str]:
        """Public keys (`csap_…`) that signed checkpoints, by the store's word: to tell a reader
        whom to ask, never to trust."""


class Upkeep(Protocol):
    """What else is done with the record, by one process at a time. Raises `StoreUnavailable`."""

    def take_turn(self, work: str, lease_ms: int) -> bool:
        """Whether this piece of work is this process's to do; then for so long nobody else's."""

    def end_turn(self, work: str, rest_ms: int) -> None:
        """It is done; the next turn may begin after so long."""

    def broken(self, mark: str, text: str) -> bool:
        """Tell the admins that the record is not what it was, once for each `mark`."""

    def waiting_for_slack(self) -> tuple[int, str | None]:
        """How many checkpoints Slack was not told of yet, and the newest of these."""

    def told_slack(self, seq: int) -> None:
        """The checkpoint over `seq` entries is in Slack, and stands for those before it."""

    def no_slack(self) -> None:
        """No channel is told any more: what waits for it is not counted."""

    def still_there(self, request_ids: Sequence[str]) -> set[str]:
        """Those of these requests that were not erased."""

    def drop(self, before: Head, last: Sealed) -> bool:
        """Take the entries up to `last` out of the store, with their links and checkpoints.

        False when the record began elsewhere by now than `before` says.
        """
