"""The record in memory, and a clock that a test sets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.ports.ledger import EMPTY, Head, Look, Recorded, Sealed, Signed


@dataclass
class MemoryLedger:
    """`Ledger` and `Upkeep`: the stream is a dict of events by id, in order."""

    now: int = 1_800_000_000_000
    stream: dict[str, str] = field(default_factory=dict)
    stands: Head = EMPTY
    links: list[tuple[str, str]] = field(default_factory=list)
    signed: dict[int, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    requests: set[str] = field(default_factory=set)
    alarms: dict[str, str] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    posted: int = 0

    def happen(self, count: int = 1, request: str | None = "req_1") -> None:
        """So many events, a millisecond apart."""
        for _ in range(count):
            self.now += 1
            about = {} if request is None else {"request": request}
            self.stream[f"{self.now}-0"] = json.dumps({"type": "noted", **about})

    def head(self) -> Head:
        return self.stands

    def look(self, limit: int) -> Look:
        behind = [one for one in self.stream if _place(one) > _place(self.stands.id)]
        events = [Recorded(one, self.stream[one]) for one in behind[:limit]]
        none_here = self.stands.seq < self.stands.first
        intact = none_here or self.stands.id in self.stream
        return Look(self.stands, self.now, events, intact)

    def seal(
        self, before: Head, after: Head, links: Sequence[tuple[str, str]], checkpoint: Signed | None
    ) -> bool:
        if self.stands != before:
            return self.stands == after
        self.stands = after
        self.links += links
        if checkpoint is not None:
            self.signed[after.checkpoint_seq] = checkpoint.line
            self.known.add(checkpoint.key)
        return True

    def sealed(self, first: int, limit: int) -> list[Sealed]:
        start = max(first, self.stands.first)
        page = self.links[start - self.stands.first :][:limit]
        return [Sealed(start + n, *one, self.stream.get(one[0])) for n, one in enumerate(page)]

    def checkpoints(self, after_seq: int, limit: int) -> list[str]:
        return [line for seq, line in sorted(self.signed.items()) if seq > after_seq][:limit]

    def strays(self, first: int, limit: int) -> list[Recorded]:
        page, known = self.sealed(first, limit), {one for one, _ in self.links}
        if not page:
            return []
        at = page[0].seq - self.stands.first
        low, high = (self.links[at - 1][0] if at else "0-0"), page[-1].id
        between = [one for one in self.stream if _place(low) < _place(one) < _place(high)]
        return [Recorded(one, self.stream[one]) for one in between if one not in known][:limit]

    def keys(self) -> list[str]:
        return sorted(self.known)

    def take_turn(self, work: str, lease_ms: int) -> bool:
        if self.turns.get(work, 0) > self.now:
            return False
        self.turns[work] = self.now + lease_ms
        return True

    def end_turn(self, work: str, rest_ms: int) -> None:
        self.turns[work] = self.now + rest_ms

    def broken(self, mark: str, text: str) -> bool:
        return self.alarms.setdefault(mark, text) is text

    def waiting_for_slack(self) -> tuple[int, str | None]:
        waiting = self.checkpoints(self.posted, 10_000)
        return len(waiting), waiting[-1] if waiting else None

    def told_slack(self, seq: int) -> None:
        self.posted = seq

    def no_slack(self) -> None:
        self.posted = 0

    def still_there(self, request_ids: Sequence[str]) -> set[str]:
        return self.requests & set(request_ids)

    def drop(self, before: Head, last: Sealed) -> bool:
        if (before.first, before.before) != (self.stands.first, self.stands.before):
            return False
        count = last.seq - before.first + 1
        dropped, self.links = self.links[:count], self.links[count:]
        for entry_id, _ in dropped:
            del self.stream[entry_id]
        self.signed = {seq: line for seq, line in self.signed.items() if seq > last.seq}
        self.stands = replace(self.stands, first=last.seq + 1, before=last.hash)
        return True


def _place(entry_id: str) -> tuple[int, int]:
    ms, number = entry_id.split("-")
    return int(ms), int(number)
