"""Writing an export: the whole record with the decided requests beside it, or a chosen part."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.errors import RecordMoved, RecordUnsealed
from app.domain.events import fingerprint, pseudonym
from app.domain.request import Request, Status
from app.ports.ledger import Head, Ledger, Look, Recorded

from .choosing import Choice, Choosing
from .keys import SealingKey
from .lines import GONE, By, End, Header, Linked, Marked, Told, read_checkpoint, strict, written
from .record import Entry, checkpoint_line, entry_line, link, omitted_line

_log = logging.getLogger("countersign.record")

PAGE = 1_000
"""Entries that are read at a time, so that Redis serves others in between."""

_REQUESTS = 100
"""Requests that are read at a time; each can have some hundred kB."""

_TAIL = 1_000
"""Events that an export takes along although nobody has sealed them."""

_ENDS = tuple(status for status in Status if status is not Status.PENDING)


class Requests(Protocol):
    """What of the store an export needs."""

    def ended(self, outcome: Status, cursor: str | None, limit: int) -> list[str]:
        """Ids of requests that ended so, the newest first and from below `cursor`."""

    def load_many(self, request_ids: Sequence[str]) -> list[Request]:
        """Those that exist and can be read."""


@dataclass(frozen=True)
class Exporter:
    """The record in the store, line by line; a million entries take no more memory than a page.

    `seal` has what nobody sealed yet sealed first; without a `key` it does nothing.
    """

    ledger: Ledger
    requests: Requests
    seal: Callable[[], object]
    key: SealingKey | None

    def whole(self) -> Iterator[str]:
        """Everything, in lines without their ends.

        Whatever was decided before the requests are read is among them, and whatever decided one of
        them is among the entries, since those are read behind them.
        Raises `RecordUnsealed`, `RecordMoved`, `StoreUnavailable`.
        """
        self.seal()
        as_of = _last_id(self._look())
        with tempfile.TemporaryFile() as kept:
            requests, sha256 = 0, hashlib.sha256()
            for told in self._decided():
                raw = f"{written('request', told)}\n".encode()
                requests += 1
                sha256.update(raw)
                kept.write(raw)
            kept.seek(0)
            self.seal()
            look = self._look()
            header, counted = self._header(look.head, as_of), _Counted(look.head)
            yield written("", header)
            for one in entries(self.ledger, look):
                counted.see(one)
                yield _line(one)
            yield from (raw.decode().removesuffix("\n") for raw in kept)
            end = counted.end(requests, sha256.hexdigest())
            yield written("end", self._signed(header, counted.hash, end))

    def chosen(self, choice: Choice) -> Iterator[str]:
        """What was chosen, with what it takes to show that it is in the record and unchanged.

        It begins with the first entry that was chosen; the others in between stand there by their
        digests. Raises what `whole` does.
        """
        self.seal()
        look = self._look()
        choosing, before = Choosing(choice), look.head.before
        counted: _Counted | None = None
        for one in entries(self.ledger, look):
            left_out = isinstance(one, Linked) and not choosing.takes(one)
            if isinstance(one, Linked):
                if counted is None and not left_out:
                    counted = _Counted(replace(look.head, first=one.seq, before=before))
                    header = self._header(look.head, look.head.id, choice, one.seq, before)
                    yield written("", header)
                before = one.hash
            if counted is not None:
                counted.see(one)
                yield _line(one, left_out)
            if isinstance(one, Marked) and choosing.over:
                break
        if counted is None:
            yield written("", self._header(look.head, look.head.id, choice))
            counted = _Counted(look.head)
        yield written("end", counted.end(0, hashlib.sha256().hexdigest()))

    def events(self, choosing: Choosing) -> Iterator[Linked]:
        """The entries alone that are chosen. Raises what `whole` does."""
        self.seal()
        for one in entries(self.ledger, self._look()):
            if isinstance(one, Linked) and choosing.takes(one):
                yield one
            if choosing.over:
                return

    def _look(self) -> Look:
        look = self.ledger.look(_TAIL)
        if len(look.events) >= _TAIL:
            raise RecordUnsealed(
                f"{_TAIL:,} events or more wait to be sealed, so this would be no record.",
                "See that the clock runs and has the key, then export again.",
            )
        return look

    def _header(
        self,
        head: Head,
        as_of: str,
        choice: Choice | None = None,
        first: int | None = None,
        before: str | None = None,
    ) -> Header:
        return Header(
            first=first or head.first,
            before=before or head.before,
            keys=self.ledger.keys(),
            as_of=as_of,
            chosen=None if choice is None else choice.in_words,
        )

    def _signed(self, header: Header, last: str, end: End) -> End:
        """So that nobody says to have read the requests earlier, and leaves some of them out."""
        if self.key is None or self.key.public.text not in header.keys:
            return end
        signature = self.key.sign(end.signed(written("", header), last))
        return end.model_copy(update={"key": self.key.public.id, "signature": signature})

    def _decided(self) -> Iterator[Told]:
        for outcome in _ENDS:
            cursor: str | None = None
            while ids := self.requests.ended(outcome, cursor, _REQUESTS):
                yield from map(told, self.requests.load_many(ids))
                cursor = ids[-1]


def told(request: Request) -> Told:
    """A decided request as an export tells it: no name, no comment, no payload."""
    decision = request.state.decision
    if decision is None:
        raise ValueError("nothing is told of a request that waits")
    typed = decision.break_glass
    return Told(
        id=request.id,
        status=request.state.status.value,
        outcome=decision.outcome.value,
        choice=decision.choice,
        comment_sha256=fingerprint(decision.comment),
        digest=decision.digest,
        policy=request.body.policy.name,
        policy_hash=request.body.policy.hash,
        by=[By(kind=one.kind, id=pseudonym(one.id)) for one in decision.by],
        operator=None if typed is None else typed.in_words,
        at_ms=decision.at_ms,
        version=request.state.version,
    )


def entries(ledger: Ledger, look: Look) -> Iterator[Linked | Marked]:
    """Entries and checkpoints in their places, as of `look`, and what nobody sealed behind them."""
    head = look.head
    checkpoints = _checkpoints(ledger, head)
    mark = next(checkpoints, None)
    for linked in _sealed(ledger, head):
        yield linked
        while mark is not None and mark.checkpoint.seq == linked.seq:
            yield mark
            mark = next(checkpoints, None)
    yield from _chained(head, look.events)


def _sealed(ledger: Ledger, head: Head) -> Iterator[Linked]:
    expected = head.first
    while expected <= head.seq:
        page = ledger.sealed(expected, min(PAGE, head.seq - expected + 1))
        if not page or page[0].seq != expected:
            raise RecordMoved(
                f"Entries from {expected:,} on were moved out of the store meanwhile.",
                "Export again.",
            )
        for one in page:
            event = GONE if one.event is None else one.event
            yield Linked(Entry(one.seq, one.id, event), one.hash)
        _warn_of_strays(ledger, page[0].seq, len(page))
        expected += len(page)


def _warn_of_strays(ledger: Ledger, first: int, count: int) -> None:
    for stray in ledger.strays(first, count):
        _log.error(
            "%s lies in the stream and is no entry of the record: somebody put it in by hand, "
            "behind what was sealed. It is not exported.",
            stray.id,
        )


def _checkpoints(ledger: Ledger, head: Head) -> Iterator[Marked]:
    after = head.first - 1
    while after < head.checkpoint_seq and (page := ledger.checkpoints(after, PAGE)):
        for text in page:
            marked = read_checkpoint(text, strict(text))
            after = marked.checkpoint.seq
            if after <= head.checkpoint_seq:
                yield marked


def _chained(head: Head, events: Sequence[Recorded]) -> Iterator[Linked]:
    before = head.hash
    for seq, one in enumerate(events, head.seq + 1):
        entry = Entry(seq, one.id, one.event)
        before = link(before, entry)
        yield Linked(entry, before)


@dataclass
class _Counted:
    """What the last line says of entries that follow on the one before `head.first`."""

    head: Head
    entries: int = 0
    checkpoints: int = 0
    signed: int = 0
    hash: str = ""

    def __post_init__(self) -> None:
        self.hash = self.head.before

    def see(self, one: Linked | Marked) -> None:
        if isinstance(one, Linked):
            self.entries += 1
            self.hash = one.hash
        else:
            self.checkpoints += 1
            self.signed = one.checkpoint.seq - self.head.first + 1

    def end(self, requests: int, sha256: str) -> End:
        return End(
            entries=self.entries,
            checkpoints=self.checkpoints,
            requests=requests,
            requests_sha256=sha256,
            unsealed=self.entries - self.signed,
        )


def _line(one: Linked | Marked, left_out: bool = False) -> str:
    if isinstance(one, Marked):
        return checkpoint_line(one.checkpoint, one.key, one.signature)
    if left_out:
        return omitted_line(one.seq, one.digest, one.hash)
    return entry_line(one.entry, one.hash)


def _last_id(look: Look) -> str:
    return look.events[-1].id if look.events else look.head.id
