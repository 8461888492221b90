"""`countersign audit verify`: is the record what it was? Offline, with the public key alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from app.audit.keys import PublicKey
from app.audit.lines import LineRefused, Marked, read_checkpoint, strict
from app.audit.verdict import Figures, Verdict
from app.audit.verify import verify as verified
from app.domain.errors import ExportUnreadable
from app.domain.message import iso

from ..policy.printing import say

_SHOWN = 20
"""Faults that are told one by one."""

BAD, LEFT_OPEN = 1, 3
"""Exit statuses: something is wrong; nothing is, but not all of it could be verified."""

_LONGEST = 16 * 1024 * 1024
"""Bytes of a line; the longest event has a small part of that."""


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option(
    "--public-key",
    "keys",
    multiple=True,
    help="Whom to trust: csap_… or a file that it stands in. Again for each, where it changed.",
)
@click.option(
    "--checkpoints",
    "kept",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Checkpoints that were kept elsewhere: checkpoints.jsonl, or lines copied out of Slack.",
)
@click.option("--json", "as_json", is_flag=True, help="Print an object for machines.")
def verify(
    files: tuple[Path, ...], keys: tuple[str, ...], kept: tuple[Path, ...], as_json: bool
) -> None:
    """Check an export: the chain, the signatures, and every decided request against its events.

    FILE… are read as one record: what was moved out (record-*.jsonl) in order, the export last.
    Needs no server and no settings. Exits with 0 when all of it is verified, 1 when something is
    wrong, 2 when a file can't be read, 3 when nothing is wrong but not all could be verified, as
    without a public key.
    """
    trusted = [_key(one) for one in keys]
    elsewhere = [marked for path in kept for marked in _kept(path)]
    with ExitStack() as stack:
        opened = [(str(path), _lines(stack.enter_context(_open(path)), path)) for path in files]
        verdict = verified(opened, trusted, elsewhere)
    click.echo(_as_json(verdict)) if as_json else _tell(verdict, bool(trusted), len(elsewhere))
    sys.exit(_status(verdict))


def _status(verdict: Verdict) -> int:
    if verdict.faults:
        return BAD
    return LEFT_OPEN if verdict.open else 0


def _tell(verdict: Verdict, trusted: bool, kept: int) -> None:
    figures = verdict.figures
    say(_seen(figures))
    if not verdict.faults:
        say(_compared(figures))
        by = "the public key that was given" if trusted else "the key in the file itself"
        also = f", and so are {kept} kept elsewhere" if kept else ""
        say(f"{_count(figures.checkpoints, 'checkpoint')} checked with {by}{also}.")
    for note in verdict.notes:
        say(note, label="note:", width=6)
    for left in verdict.open:
        say(left, label="NOT VERIFIED:", width=14, colour="yellow")
    for fault in verdict.faults[:_SHOWN]:
        place = f" ({fault.where})" if fault.where else ""
        say(f"{fault.words}{place}", label="BAD:", width=6, colour="red")
    if len(verdict.faults) > _SHOWN:
        say(f"and {verdict.count - _SHOWN:,} more")
    say(_outcome(verdict))


def _outcome(verdict: Verdict) -> str:
    bad = verdict.first_bad
    if bad is not None:
        if bad.seq is None:
            return "This is not the record as it was sealed."
        place = f" (id {bad.id})" if bad.id else ""
        return f"This is not the record as it was sealed. First bad entry: {bad.seq:,}{place}."
    return "Nothing is wrong, but not all is verified." if verdict.open else "Verified."


def _seen(figures: Figures) -> str:
    if not figures.entries or figures.first is None or figures.last is None:
        return "No entries."
    span = ""
    if figures.from_ms is not None and figures.until_ms is not None:
        span = f", {_instant(figures.from_ms)} to {_instant(figures.until_ms)}"
    numbers = f"{figures.first:,} to {figures.last:,}"
    return f"{_count(figures.entries, 'entry', 'entries')} ({numbers}){span}."


def _instant(ms: int) -> str:
    """As a date, where an id that somebody made up has one."""
    try:
        return iso(ms)
    except (ValueError, OverflowError, OSError):
        return f"{ms} ms"


def _compared(figures: Figures) -> str:
    erased = f"; {figures.erased:,} were erased" if figures.erased else ""
    return f"{_count(figures.requests, 'decided request')} compared with their events{erased}."


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {many or one + 's'}"


def _as_json(verdict: Verdict) -> str:
    bad = verdict.first_bad
    told = {
        "verified": not verdict.faults and not verdict.open,
        "first_bad": None if bad is None else asdict(bad),
        "faults": [asdict(one) for one in verdict.faults],
        "fault_count": verdict.count,
        "not_verified": verdict.open,
        "notes": verdict.notes,
        "figures": asdict(verdict.figures),
    }
    return json.dumps(told, indent=2)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ExportUnreadable(f"{path} can't be read: {error.strerror}.") from error


def _lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Lines with their ends, none without bounds."""
    try:
        while line := file.readline(_LONGEST):
            yield line
    except OSError as error:
        raise ExportUnreadable(f"{path} can't be read: {error.strerror}.") from error


def _key(given: str) -> PublicKey:
    """A key, or a file that it stands in. Raises `SettingsRefused`, `ExportUnreadable`."""
    if given.startswith("csap_"):
        return PublicKey.of(given)
    with _open(Path(given)) as file:
        return PublicKey.of(file.read(1_000).decode("utf-8", errors="replace").strip())


def _kept(path: Path) -> Sequence[Marked]:
    """Checkpoints of a file, one a line; what a chat puts around a line is taken off."""
    with _open(path) as file:
        lines = [raw.decode("utf-8", errors="replace").strip("` \t\r\n") for raw in file]
    found = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            found.append(read_checkpoint(line, strict(line)))
        except LineRefused as refused:
            raise ExportUnreadable(
                f"{path}:{number}: {refused}.", "Give one checkpoint a line, as it was written."
            ) from refused
    return found
