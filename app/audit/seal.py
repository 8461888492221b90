"""The sealer: chains the events in the order of the stream, and signs checkpoints over that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.ports.ledger import Head, Ledger, Look, Recorded, Signed, Upkeep

from .keys import SealingKey
from .record import Checkpoint, Entry, checkpoint_line, link

MOST, EVERY_MS = 1_000, 60_000
"""A checkpoint at the latest after so many entries, and after so long where there is a new one."""


@dataclass(frozen=True)
class Round:
    """Where the record stands after a round, and whether there is more to do at once."""

    head: Head
    more: bool


class Sealer:
    """Seals for any number of processes that do the same: the head moves by compare-and-set."""

    def __init__(self, ledger: Ledger, upkeep: Upkeep, key: SealingKey) -> None:
        self._ledger = ledger
        self._upkeep = upkeep
        self._key = key
        self._missed = 0

    def round(self, *, sign: bool = False) -> Round:
        """Seal up to 1,000 events; sign if it is time, or `sign` says so and anything is new.

        Raises `StoreUnavailable`.

        Another sealer that was faster leaves everything of this round undone.
        """
        look = self._ledger.look(MOST)
        if not look.intact:
            self._say_missing(look.head)
        before, room = look.head, max(0, MOST - (look.head.seq - look.head.checkpoint_seq))
        after, links = chained(before, look.events[:room])
        signed = None
        if _is_time(after, look) or (sign and after.seq > after.checkpoint_seq):
            after, signed = self._signed(after, look.now)
        if after == before:
            return Round(before, more=False)
        won = self._ledger.seal(before, after, links, signed)
        return Round(after if won else before, more=not won or len(links) == room)

    def _signed(self, head: Head, now: int) -> tuple[Head, Signed]:
        made = Checkpoint(head.seq, head.id, head.hash, now, previous=head.checkpoint)
        public = self._key.public
        line = checkpoint_line(made, public.id, self._key.sign(made.signed))
        moved = replace(
            head, checkpoint_seq=made.seq, checkpoint=made.own_hash, checkpoint_ms=made.at_ms
        )
        return moved, Signed(line, public.text)

    def _say_missing(self, head: Head) -> None:
        """Events are sealed all the same: a record with a hole says more than one that ends."""
        if self._missed == head.seq:
            return
        self._upkeep.broken(
            f"head:{head.seq}",
            f"The record: the stream of events no longer holds entry {head.seq} ({head.id}), which "
            "was sealed last. Somebody deleted it, or the server lost writes. Sealing goes on "
            "behind it. docs/record.md says what to do.",
        )
        self._missed = head.seq


def chained(head: Head, events: Iterable[Recorded]) -> tuple[Head, list[tuple[str, str]]]:
    """The head after these events, and their ids and hashes."""
    links = []
    for event in events:
        entry = Entry(head.seq + 1, event.id, event.event)
        its_hash = link(head.hash, entry)
        head = replace(head, seq=entry.seq, id=entry.id, hash=its_hash)
        links.append((entry.id, its_hash))
    return head, links


def _is_time(after: Head, look: Look) -> bool:
    """Whether what was sealed since the last checkpoint is worth one."""
    since = after.seq - after.checkpoint_seq
    # A server clock that was ahead, and put right, must not be waited for.
    long_ago = not 0 <= look.now - after.checkpoint_ms < EVERY_MS
    return since >= MOST or (since > 0 and long_ago)
