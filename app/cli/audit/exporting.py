"""`countersign audit export`: the record, out of the store, whole or chosen."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import click

from app.audit.choosing import Choice, Choosing
from app.audit.export import Exporter
from app.audit.lines import Linked
from app.bootstrap.exporting import build_exporter
from app.bootstrap.operators import build_reviewing
from app.domain.errors import CountersignError, SettingsRefused
from app.domain.events import pseudonym
from app.domain.message import iso
from app.domain.spreadsheet import cell
from app.ports import SlackAgain, SlackNever
from app.settings import load, load_store_settings
from app.slack import naming

_DAY = click.DateTime(["%Y-%m-%d"])
_COLUMNS = (
    "seq",
    "at",
    "type",
    "request",
    "version",
    "policy",
    "actor_kind",
    "actor",
    "digest",
    "outcome",
    "detail",
)


@click.command()
@click.option("--to", "path", default="-", show_default=True, help="A file, or - for the output.")
@click.option("--since", type=_DAY, help="From this day on, in UTC.")
@click.option("--until", type=_DAY, help="Through this day, in UTC.")
@click.option("--policy", help="What is about requests under this policy, or about the policy.")
@click.option("--person", help="What somebody did or is named in: user id or e-mail address.")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True
)
def export(
    path: str,
    since: datetime | None,
    until: datetime | None,
    policy: str | None,
    person: str | None,
    form: str,
) -> None:
    """Write the record of events down, so that `countersign audit verify` can check it.

    Without a choice it is the whole record, with every decided request beside it. A chosen export
    has the entries that were asked for, and the digests of those in between, by which it verifies
    too. CSV is for a spreadsheet: its rows name the entries of a JSON Lines export.
    """
    settings = load_store_settings()
    choice = Choice(
        since_ms=None if since is None else _ms(since),
        until_ms=None if until is None else _ms(until + timedelta(days=1)),
        policy=policy,
        names=() if person is None else _names(person),
    )
    exporter = build_exporter(settings)
    with _opened(path) as file:
        if form == "csv":
            _write_table(file, exporter, choice)
            return
        lines = exporter.whole() if choice == Choice() else exporter.chosen(choice)
        for line in lines:
            file.write(f"{line}\n")


@contextmanager
def _opened(path: str) -> Iterator[TextIO]:
    """The file, under another name until all of it is there."""
    if path == "-":
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        yield sys.stdout
        return
    target = Path(path)
    if target.exists() and not target.is_file():
        # What takes the place of /dev/null is a file from then on.
        raise click.ClickException(f"{path} is no file. Name one, or - for the output.")
    begun = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with begun.open("x", encoding="utf-8", newline="\n") as file:
            begun.chmod(0o600)
            yield file
        begun.replace(target)
    except OSError as error:
        raise click.ClickException(f"{path} can't be written: {error.strerror}.") from error
    finally:
        begun.unlink(missing_ok=True)


def _write_table(file: TextIO, exporter: Exporter, choice: Choice) -> None:
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    choosing = Choosing(choice)
    for linked in exporter.events(choosing):
        writer.writerow(map(cell, _row(linked, choosing.policy_of(linked))))


def _row(linked: Linked, policy: str | None) -> tuple[str, ...]:
    event = linked.event or {}
    detail = event.get("detail") or {}
    at_ms = event.get("at_ms")
    return (
        str(linked.seq),
        iso(at_ms) if isinstance(at_ms, int) else "",
        _text(event.get("type")),
        _text(event.get("request")),
        _text(event.get("version")),
        policy or "",
        _text(event.get("actor_kind")),
        _text(event.get("actor")),
        _text(detail.get("digest")),
        _text(detail.get("outcome")),
        json.dumps(detail, ensure_ascii=False),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _ms(day: datetime) -> int:
    return int(day.replace(tzinfo=UTC).timestamp() * 1000)


def _names(person: str) -> tuple[str, ...]:
    """What the record may call somebody: an id, and the pseudonym of an e-mail address."""
    if not naming.is_email(person):
        return (person,)
    try:
        directory = build_reviewing(load()).directory
        found = directory.members((person,))[person]
    except (SlackAgain, SlackNever, SettingsRefused) as error:
        why = error.message if isinstance(error, CountersignError) else error.problem
        raise click.ClickException(
            f"Slack could not be asked who {person} is: {why}\n"
            "The record knows people by their user ids. Name them so: --person U0123ABCD"
        ) from error
    return (*found, pseudonym(person))
