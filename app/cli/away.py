"""`countersign away`: who is away, for those who can't say so in Slack themselves."""

from __future__ import annotations

from datetime import datetime

import click

from app.bootstrap import build_reviewing
from app.domain.errors import AbsenceRefused
from app.domain.message import iso
from app.reviewing import Reviewing
from app.settings import load

from .account import operator

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def away() -> None:
    """People who are away, and who decides in their place."""


@away.command("set")
@click.argument("person")
@click.option("--delegate", required=True, help="Who decides in their place.")
@click.option("--until", "last", required=True, type=_DAY, help="The last day of it.")
@click.option("--from", "first", type=_DAY, help="The first day of it; now unless given.")
def set_(person: str, delegate: str, last: datetime, first: datetime | None) -> None:
    """PERSON is away; people are named by e-mail address or Slack user id.

    What is open already moves to the delegate too. Days are those of PERSON's time zone in Slack.
    """
    reviewing = build_reviewing(load())
    who, instead = _user(reviewing, person), _user(reviewing, delegate)
    begins = None if first is None else first.date()
    gone = reviewing.away(who, instead, begins, last.date(), by=operator())
    one = gone.absence
    click.echo(
        f"{one.person_name} is away from {iso(one.from_ms)} until {iso(one.until_ms)}; "
        f"{one.delegate_name} decides in their place."
    )
    for other in gone.left:
        click.echo(
            f"{one.person_name} stands in for {other.person_name} meanwhile, and that does not "
            f"move on to {one.delegate_name}: choose somebody else for {other.person_name}.",
            err=True,
        )


@away.command()
@click.argument("person")
def end(person: str) -> None:
    """PERSON is back."""
    reviewing = build_reviewing(load())
    ended = reviewing.back(_user(reviewing, person), by=operator())
    click.echo(f"{ended.person_name} is back; {ended.delegate_name} no longer stands in.")


@away.command("list")
def list_() -> None:
    """Name everybody who is away, now or later."""
    for one in sorted(build_reviewing(load()).absences.all(), key=lambda each: each.from_ms):
        cells = [one.person_name, one.delegate_name, iso(one.from_ms), iso(one.until_ms)]
        click.echo("\t".join(cells))


def _user(reviewing: Reviewing, ref: str) -> str:
    """The user id of an e-mail address or id. Raises `AbsenceRefused`."""
    if ref.startswith("@"):
        raise AbsenceRefused(f"{ref} is a group.", "Name one person.")
    found = reviewing.directory.members((ref,))[ref]
    if not found:
        raise AbsenceRefused(f"Slack knows nobody called {ref}.", "Use an e-mail address or an id.")
    return found[0]
