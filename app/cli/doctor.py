"""`countersign doctor`: what is missing for a deployment to work, and what to do about it."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict

import click

from app.doctor.examination import examine
from app.doctor.lines import Level, Line
from app.domain.seen import clean

_MARKS: dict[Level, tuple[str, str]] = {
    "ok": ("ok  ", "green"),
    "note": ("note", "yellow"),
    "mend": ("MEND", "red"),
}
_WIDTH = 26
"""Most names of channels, people and groups fit; a longer one moves its own line alone."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list for machines.")
def doctor(as_json: bool) -> None:
    """Look at everything that has to be there, and say what to do where it is not.

    Settings, Redis, the clock, policies; the token and its scopes; every channel, reviewer and
    group that a policy names; and Slack's way to you. Changes nothing, takes a minute at most, and
    exits with 1 where something is to be mended.
    """
    logging.disable(logging.CRITICAL)  # what goes wrong is in the lines
    lines = []
    for line in examine():
        lines.append(line)
        if not as_json:
            _say(line)
    wrong = sum(line.level == "mend" for line in lines)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
    else:
        click.echo(f"\n{len(lines)} looked at, {_wrong(wrong)}.")
    sys.exit(1 if wrong else 0)


def _say(line: Line) -> None:
    mark, colour = _MARKS[line.level]
    words = clean(line.words).replace("\n", "\n" + " " * 6)
    click.echo(f"{click.style(mark, fg=colour)}  {line.about:<{_WIDTH}}  {words}")
    if line.advice is not None:
        click.echo(f"      {'':<{_WIDTH}}  -> {line.advice}")


def _wrong(count: int) -> str:
    return "all is well" if not count else f"{count} to mend"
