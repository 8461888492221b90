"""Verifying an export: offline, with the public keys alone. Pure over its lines."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from .chain import Chain
from .comparing import Comparing, place_of
from .keys import PublicKey
from .lines import (
    AnyLine,
    End,
    Entrylike,
    Header,
    LineRefused,
    Linked,
    Marked,
    Omitted,
    Told,
    read,
)
from .record import Checkpoint
from .verdict import Broken, Fault, Figures, Findings, Kind, Verdict

File = tuple[str, Iterable[bytes]]
"""A name, and lines with their ends."""


def verify(
    files: Iterable[File], keys: Sequence[PublicKey], kept: Sequence[Marked] = ()
) -> Verdict:
    """Read the files as one record, each going on where the one before ended.

    `keys` are those that are trusted to sign; with none, those that the first file names itself,
    which proves nothing by itself. `kept` are checkpoints that were kept elsewhere.
    """
    reading = _Reading(keys, kept)
    try:
        reading.kept_are_signed()
        for name, lines in files:
            reading.file(name, lines)
        reading.finish()
    except Broken as broken:
        return reading.verdict(broken.fault)
    return reading.verdict()


class _Reading:
    """One verification, as far as it has come."""

    def __init__(self, keys: Sequence[PublicKey], kept: Sequence[Marked]) -> None:
        self._given, self._kept = bool(keys), kept
        self._chain = Chain({key.id: key for key in keys}, _by_entry(kept))
        self._figures, self._findings = Figures(), Findings()
        self._comparing = Comparing(self._findings)
        self._header: Header | None = None
        self._ended = False
        self._as_of: str | None = None
        self._first_line = ""
        self._begun = self._reached = self._whole = self._end_is_signed = False

    def kept_are_signed(self) -> None:
        """Those that were kept elsewhere are worth as much as their signatures."""
        if not self._given:
            return
        for marked in self._kept:
            key, checkpoint = self._chain.keys.get(marked.key), marked.checkpoint
            if key is None or not key.verifies(marked.signature, checkpoint.signed):
                words = f"the checkpoint kept elsewhere over entry {checkpoint.seq:,} is not signed"
                words += " by a key that is trusted"
                raise Broken(Fault(Kind.CHECKPOINT, words, checkpoint.seq))

    def file(self, name: str, lines: Iterable[bytes]) -> None:
        """The next file. Raises `Broken`."""
        each = _Lines(name, lines, lambda: self._chain.seq + 1)
        self._begin(each)
        counted, checkpoints = self._chain.seq, self._chain.checkpoints
        requests, sha256 = 0, hashlib.sha256()
        for line in each:
            match line:
                case Linked() | Omitted() if not requests:
                    self._entry(line, each)
                case Marked() if not requests:
                    self._chain.mark(line, each.where, each.peek)
                case Told() if self._has_end():
                    requests += 1
                    sha256.update(each.raw)
                    self._comparing.request(line, each.where)
                case End() if self._has_end():
                    seen = End(
                        entries=self._chain.seq - counted,
                        checkpoints=self._chain.checkpoints - checkpoints,
                        requests=requests,
                        requests_sha256=sha256.hexdigest(),
                        unsealed=self._chain.seq - self._signed_here(counted),
                    )
                    self._end(line, seen, each)
                    return
                case _:
                    raise Broken(self._stray(each))
        if self._has_end():
            words = "the export was cut: its last line is not there"
            raise Broken(Fault(Kind.CUT, words, self._chain.seq + 1, where=each.where()))

    def finish(self) -> None:
        """All files are read. Raises `Broken` where checkpoints say that there was more."""
        more = max((one.checkpoint.seq for one in self._kept), default=0)
        if more > self._chain.seq:
            words = (
                f"the record was cut: a checkpoint over entry {more:,} exists, "
                f"and what is here ends with entry {self._chain.seq:,}"
            )
            raise Broken(Fault(Kind.CUT, words, self._chain.seq + 1))
        header = self._header
        if header is None or header.as_of is None or header.chosen is not None:
            return
        if self._begun and not self._reached:
            words = f"the header says that it is as of {header.as_of}, and no entry has that id"
            self._findings.add(Fault(Kind.HEADER, words))
        self._comparing.finish(header.as_of)

    def verdict(self, broken: Fault | None = None) -> Verdict:
        """What came of it; of a chain that broke, nothing behind that place was looked at."""
        chain, comparing = self._chain, self._comparing
        last = chain.seq if self._figures.entries else None
        figures = replace(
            self._figures,
            first=chain.first,
            last=last,
            checkpoints=chain.checkpoints,
            signed=max(0, chain.signed - (chain.first or 1) + 1),
            requests=comparing.compared,
            erased=comparing.erased,
            later=comparing.later,
        )
        faults = tuple(self._findings.faults)
        if broken is not None:
            return Verdict(figures, (broken, *faults), self._findings.count + 1)
        left, notes = tuple(self._open(figures)), tuple(self._notes(figures))
        return Verdict(figures, faults, self._findings.count, left, notes)

    def _begin(self, lines: _Lines) -> None:
        header = next(lines, None)
        if not isinstance(header, Header):
            words = "it does not begin with the header of an export"
            raise Broken(Fault(Kind.HEADER, words, self._chain.seq + 1, where=lines.where()))
        if self._ended or (self._header is not None and header.chosen is not None):
            words = "nothing comes behind a whole export, and a chosen one stands alone"
            raise Broken(Fault(Kind.HEADER, words, where=lines.where()))
        named = [_key(text, lines.where()) for text in header.keys]
        if not self._given:
            self._chain.keys = {**self._chain.keys, **{key.id: key for key in named}}
        elif self._given and (other := [one for one in named if one.id not in self._chain.keys]):
            words = f"the header names the key {other[0].text}, which was not given"
            raise Broken(Fault(Kind.HEADER, words, where=lines.where()))
        self._chain.begin(header, lines.where)
        self._header, self._as_of, self._whole = header, header.as_of, header.chosen is None
        self._first_line, self._begun = lines.text, False

    def _entry(self, line: Entrylike, lines: _Lines) -> None:
        chain, figures = self._chain, self._figures
        chain.entry(line, lines.where, lines.peek)
        figures.entries += 1
        if isinstance(line, Omitted):
            if self._whole:
                words = f"entry {line.seq:,} is left out of what says to be the whole record"
                raise Broken(Fault(Kind.MISSING, words, line.seq, where=lines.where()))
            figures.omitted += 1
            return
        figures.until_ms = chain.place[0]
        if figures.from_ms is None:
            figures.from_ms = chain.place[0]
        if self._as_of is not None:
            # Where it is before the first entry here, that was moved out, or there was none yet.
            before = not self._begun and place_of(self._as_of) < chain.place
            self._reached |= before or line.entry.id == self._as_of
        self._begun = True
        if self._whole:
            self._compare(line, lines)

    def _compare(self, line: Linked, lines: _Lines) -> None:
        try:
            self._comparing.entry(line, whole=self._chain.first == 1)
        except LineRefused as refused:
            words = f"entry {line.seq:,} can't be read: {refused}"
            fault = Fault(Kind.UNREADABLE, words, line.seq, line.entry.id, where=lines.where())
            raise Broken(fault) from None

    def _signed_here(self, before: int) -> int:
        """The last entry that a checkpoint in this very file is over."""
        checkpoint = self._chain.checkpoint
        return before if checkpoint is None else max(before, checkpoint.seq)

    def _has_end(self) -> bool:
        return self._header is not None and self._header.as_of is not None

    def _end(self, end: End, seen: End, lines: _Lines) -> None:
        self._ended = True
        said = end.unsigned
        if said != seen:
            names = [
                name for name in End.model_fields if getattr(said, name) != getattr(seen, name)
            ]
            words = f"the last line does not fit what came before it ({', '.join(names)})"
            self._findings.add(Fault(Kind.END, words, where=lines.where()))
        if end.signature is not None:
            self._check_signature(end, end.signature, lines.where())
        if next(lines, None) is not None:
            words = "something stands behind the last line"
            self._findings.add(Fault(Kind.END, words, where=lines.where()))

    def _check_signature(self, end: End, signature: str, where: str) -> None:
        key = self._chain.keys.get(end.key or "")
        if key is None:
            words = (
                f"the last line is signed with another key ({end.key}) than those that are trusted"
            )
            self._findings.add(Fault(Kind.END, words, where=where))
        elif not key.verifies(signature, end.signed(self._first_line, self._chain.hash)):
            words = "the first line or the last was changed: the signature does not fit"
            self._findings.add(Fault(Kind.END, words, where=where))
        else:
            self._end_is_signed = True

    def _stray(self, lines: _Lines) -> Fault:
        words = "a line that does not belong there"
        return Fault(Kind.UNREADABLE, words, self._chain.seq, where=lines.where())

    def _open(self, figures: Figures) -> Iterator[str]:
        if not self._given:
            yield (
                "No public key was given. Signatures were checked with the key in the file itself, "
                "which proves nothing: whoever rewrites the record writes their own key into it."
            )
        if figures.later and not self._end_is_signed:
            yield (
                f"{figures.later} decided after the requests were read, says the first line, and "
                "were not compared. Nobody signed that line: export where the key of the record is."
            )
        if not figures.signed:
            yield "Nothing here is signed: no checkpoint is over any of these entries."

    def _notes(self, figures: Figures) -> Iterator[str]:
        unsigned = self._chain.seq - self._chain.signed
        if figures.signed and unsigned:
            yield f"{_entries(unsigned)} since the last checkpoint: chained, and not signed."
        if (first := figures.first or 1) > 1:
            yield f"Entries before {first:,} lie elsewhere and were not looked at."
        before = sum(one.checkpoint.seq < first for one in self._kept)
        if before:
            yield f"{before} of the checkpoints kept elsewhere are over entries before that."
        if figures.omitted:
            yield f"{_entries(figures.omitted)} left out: this export was chosen."
        header = self._header
        if header is not None and header.chosen is not None:
            yield "A chosen export has no requests, and can't show that it has all that it should."
        elif not self._has_end():
            yield "No requests are here to compare with: export what is in the store for that."
        if figures.later:
            yield f"{figures.later} decided after the requests were read, and were not compared."


class _Lines:
    """Lines of a file with a look ahead; `where`, `raw` and `text` are of the last that came."""

    def __init__(self, name: str, lines: Iterable[bytes], expected: Callable[[], int]) -> None:
        """`expected` is the number of the entry that comes next."""
        self._name, self._lines, self._expected = name, iter(lines), expected
        self._number = 0
        self.raw, self.text = b"", ""

    def __iter__(self) -> Iterator[AnyLine]:
        return self

    def __next__(self) -> AnyLine:
        self.raw = next(self._lines)
        self._number += 1
        try:
            self.text = _text(self.raw)
            return read(self.text)
        except LineRefused as refused:
            seq = self._expected()
            words = f"a line can't be read, before entry {seq:,} or in its place: {refused}"
            raise Broken(Fault(Kind.UNREADABLE, words, seq, where=self.where())) from None

    def where(self) -> str:
        return f"{self._name}:{self._number}"

    def peek(self) -> Entrylike | None:
        """The next entry, where the next lines have one. Nothing is read after this."""
        for raw in self._lines:
            try:
                line = read(_text(raw))
            except LineRefused:
                return None
            if not isinstance(line, Marked):
                return line if isinstance(line, Linked | Omitted) else None
        return None


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError:
        raise LineRefused("it is not UTF-8") from None


def _key(text: str, where: str) -> PublicKey:
    try:
        return PublicKey.of(text)
    except Exception:
        words = "the header names a key that is none"
        raise Broken(Fault(Kind.HEADER, words, where=where)) from None


def _by_entry(kept: Sequence[Marked]) -> Mapping[int, Sequence[Checkpoint]]:
    found: dict[int, list[Checkpoint]] = defaultdict(list)
    for marked in kept:
        found[marked.checkpoint.seq].append(marked.checkpoint)
    return found


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
