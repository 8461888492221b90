"""The chain of an export, entry by entry: whether each follows on the one before. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .keys import PublicKey
from .lines import GONE, Entrylike, Header, Linked, Marked
from .record import NOTHING, Checkpoint, link_over
from .verdict import Broken, Fault, Kind

Where = Callable[[], str]
"""The line that was read, as `FILE:NUMBER`."""

Peek = Callable[[], Entrylike | None]
"""The entry on the next line, where there is one: it helps to say what is wrong with this one."""


@dataclass
class Chain:
    """Where the chain stands, over one file after the other.

    `seq`, `id` and `hash` are those of the last entry, whose id is not known where it is left out;
    `place` is the last id that is, as numbers. `signed` is the last entry that a checkpoint is
    over, here or among those that were kept elsewhere (`kept`, by their entries).
    """

    keys: Mapping[str, PublicKey]
    kept: Mapping[int, Sequence[Checkpoint]] = field(default_factory=dict)
    first: int | None = None
    seq: int = 0
    place: tuple[int, int] = (0, 0)
    id: str | None = None
    hash: str = NOTHING
    signed: int = 0
    checkpoint: Checkpoint | None = None
    checkpoints: int = 0

    def begin(self, header: Header, where: Where) -> None:
        """The next file. Raises `Broken` unless it goes on where the one before ended."""
        if self.first is None:
            if header.first == 1 and header.before != NOTHING:
                words = "the header has a hash before entry 1, and there is none"
                raise Broken(Fault(Kind.HEADER, words, 1, where=where()))
            self.first, self.hash = header.first, header.before
            self.seq = self.signed = header.first - 1
        elif header.first != self.seq + 1:
            words = f"it begins with entry {header.first:,}, and the file before ended at entry "
            raise Broken(Fault(Kind.MISSING, f"{words}{self.seq:,}", self.seq + 1, where=where()))
        elif header.before != self.hash:
            words = f"it does not follow on entry {self.seq:,}, with which the file before ended"
            raise Broken(Fault(Kind.HEADER, words, self.seq + 1, where=where()))

    def entry(self, entry: Entrylike, where: Where, peek: Peek) -> None:
        """One more. Raises `Broken`."""
        expected = self.seq + 1
        if entry.seq != expected:
            raise Broken(self._displaced(entry, where, peek()))
        its_hash = link_over(self.hash, entry.digest)
        if its_hash != entry.hash:
            raise Broken(self._changed(entry, where, peek()))
        if isinstance(entry, Linked):
            self._stands(entry, where)
        self.seq, self.id, self.hash = expected, _id(entry), its_hash
        for checkpoint in self.kept.get(expected, ()):
            self._kept(checkpoint)

    def mark(self, marked: Marked, where: Where, peek: Peek) -> None:
        """A checkpoint in its place. Raises `Broken`."""
        checkpoint = marked.checkpoint
        self._is_signed(marked, where)
        if checkpoint.seq != self.seq:
            raise Broken(self._misplaced(checkpoint, where, peek()))
        self._agrees(checkpoint, where)
        if not self._follows(checkpoint):
            raise Broken(self._gap(checkpoint, where))
        self.checkpoint, self.signed = checkpoint, self.seq
        self.checkpoints += 1

    def _stands(self, entry: Linked, where: Where) -> None:
        ms, number = entry.entry.id.split("-")
        place = (int(ms), int(number))
        if place <= self.place:
            words = f"entry {entry.seq:,} has an id that does not come after the one before"
            raise Broken(Fault(Kind.OUT_OF_ORDER, words, entry.seq, entry.entry.id, where=where()))
        self.place = place

    def _displaced(self, entry: Entrylike, where: Where, following: Entrylike | None) -> Fault:
        """What it may be that another entry stands where this one should."""
        expected, found = self.seq + 1, entry.seq
        if link_over(self.hash, _numbered(entry, expected)) == entry.hash:
            words = f"entry {expected:,} is not what it was: its number says {found:,}"
            return Fault(Kind.CHANGED, words, expected, _id(entry), where=where())
        if found < expected:
            words = f"entry {found:,} is there twice: one of them was inserted"
            return Fault(Kind.INSERTED, words, found, _id(entry), where=where())
        if following is not None and following.seq == expected:
            words = f"entries {expected:,} and {found:,} are not in their order"
            return Fault(Kind.OUT_OF_ORDER, words, expected, _id(following), where=where())
        last = found - 1
        one = last == expected
        gone = f"entry {expected:,} is" if one else f"entries {expected:,} to {last:,} are"
        return Fault(Kind.MISSING, f"{gone} missing", expected, where=where())

    def _changed(self, entry: Entrylike, where: Where, following: Entrylike | None) -> Fault:
        """Its hash is not over what it says; the one that belongs there may come next."""
        seq = entry.seq
        if isinstance(entry, Linked) and entry.entry.event == GONE:
            words = f"what entry {seq:,} said is no longer in the store: it was deleted there"
            return Fault(Kind.DELETED, words, seq, entry.entry.id, where=where())
        if following is not None and following.seq == seq and self._fits(following):
            words = f"a line was inserted before entry {seq:,}"
            return Fault(Kind.INSERTED, words, seq, _id(entry), where=where())
        words = f"entry {seq:,} is not what it was: its hash does not fit"
        if seq == self.first:
            words += ", or the header's hash of what came before it"
        return Fault(Kind.CHANGED, words, seq, _id(entry), where=where())

    def _misplaced(
        self, checkpoint: Checkpoint, where: Where, following: Entrylike | None
    ) -> Fault:
        """What it may be that a checkpoint is over another entry than the last one."""
        over, next_one = checkpoint.seq, self.seq + 1
        words = f"a checkpoint over entry {over:,} stands behind entry {self.seq:,}"
        if over < self.seq:
            return Fault(Kind.OUT_OF_ORDER, words, over, where=where())
        if following is None or following.seq > over:
            return Fault(
                Kind.MISSING, f"entry {next_one:,} is missing: {words}", next_one, where=where()
            )
        if link_over(self.hash, following.digest) == checkpoint.hash:
            return Fault(Kind.OUT_OF_ORDER, words, next_one, where=where())
        first = self.signed + 1
        words = f"entry {first:,} or one behind it was left out, and the chain rewritten: {words}"
        return Fault(Kind.REWRITTEN, words, first, where=where())

    def _gap(self, checkpoint: Checkpoint, where: Where) -> Fault:
        """A checkpoint names another one as the one before it."""
        before = next(
            (
                one
                for ones in self.kept.values()
                for one in ones
                if one.own_hash == checkpoint.previous
            ),
            None,
        )
        if before is not None and checkpoint != self.checkpoint:
            words = f"the checkpoint over entry {before.seq:,} is missing"
            return Fault(Kind.CHECKPOINT, words, before.seq, where=where())
        words = f"a checkpoint is missing before the one over entry {self.seq:,}, or there twice"
        return Fault(Kind.CHECKPOINT, words, self.seq, where=where())

    def _fits(self, entry: Entrylike) -> bool:
        return link_over(self.hash, entry.digest) == entry.hash

    def _is_signed(self, marked: Marked, where: Where) -> None:
        key, over = self.keys.get(marked.key), f"the checkpoint behind entry {self.seq:,}"
        if key is None:
            words = f"{over} is signed with another key ({marked.key}) than those that are trusted"
            first = min(self.seq, self.signed + 1)
            raise Broken(Fault(Kind.CHECKPOINT, words, first, where=where()))
        if not key.verifies(marked.signature, marked.checkpoint.signed):
            words = f"{over} was changed: its signature does not fit"
            raise Broken(Fault(Kind.CHECKPOINT, words, self.seq, where=where()))

    def _agrees(self, checkpoint: Checkpoint, where: Where) -> None:
        """Raises `Broken` where the chain is another than the one that was signed."""
        if checkpoint.hash == self.hash and self.id in (None, checkpoint.id):
            return
        first = self.signed + 1
        span = f"entry {first:,}" if first == self.seq else f"entries {first:,} to {self.seq:,}"
        words = f"{span}: the chain was rewritten, it is not the one that was signed"
        raise Broken(Fault(Kind.REWRITTEN, words, first, where=where()))

    def _follows(self, checkpoint: Checkpoint) -> bool:
        """Whether none is left out before it; of the first of a part nobody can tell."""
        if self.checkpoint is not None:
            return checkpoint.previous == self.checkpoint.own_hash
        return self.first != 1 or checkpoint.previous == NOTHING

    def _kept(self, checkpoint: Checkpoint) -> None:
        """One that was kept elsewhere is over this entry."""
        self._agrees(checkpoint, lambda: "a checkpoint kept elsewhere")
        self.signed = self.seq


def _numbered(entry: Entrylike, seq: int) -> str:
    """The digest that it would have under another number."""
    return replace(entry.entry, seq=seq).digest if isinstance(entry, Linked) else entry.digest


def _id(entry: Entrylike) -> str | None:
    return entry.entry.id if isinstance(entry, Linked) else None
