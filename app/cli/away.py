"""`countersign away`: who is away, for those who can't say so in Slack themselves."""

from __future__ import annotations

from datetime import datetime

import click

from app.bootstrap.operators import build_absences, build_reviewing
from app.domain.absence import Absence
from app.domain.errors import AbsenceRefused
from app.reviewing import Reviewing
from app.settings import load, load_store_settings
from app.slack.naming import is_user

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
    gone = reviewing.away(*reviewing.leaving(who, instead), begins, last.date(), by=operator())
    one = gone.absence
    click.echo(f"{one.person_name} is away {_days(one)}: {_stands_in(one)}.")
    for other in gone.left:
        click.echo(
            f"{one.person_name} stands in for {other.person_name} meanwhile, and that does not "
            f"move on to {one.delegate_name}: choose somebody else for {other.person_name}.",
            err=True,
        )


@away.command()
@click.argument("person")
def end(person: str) -> None:
    """PERSON is back; by a user id this works while Slack can't be reached too."""
    reviewing = build_reviewing(load())
    ended = reviewing.back(_user(reviewing, person), by=operator())
    click.echo(f"{ended.person_name} is not away; {ended.delegate_name} no longer stands in.")


@away.command("list")
def list_() -> None:
    """Name everybody who is away, now or later."""
    absences = build_absences(load_store_settings()).all()
    if not absences:
        click.echo("Nobody is away.")
    for one in sorted(absences, key=lambda each: each.from_ms):
        click.echo(f"{one.person_name} ({one.person})  {_days(one)}  {_stands_in(one)}")


def _days(absence: Absence) -> str:
    """As days of the person's own time zone."""
    first, last = absence.days
    return f"{first} through {last} ({absence.zone or 'UTC'})"


def _stands_in(absence: Absence) -> str:
    return f"{absence.delegate_name} ({absence.delegate}) decides in their place"


def _user(reviewing: Reviewing, ref: str) -> str:
    """The user id of an e-mail address or id. Raises `AbsenceRefused`, `SlackAgain`."""
    if is_user(ref):
        return ref
    if ref.startswith("@"):
        raise AbsenceRefused(f"{ref} is a group.", "Name one person.")
    if "@" not in ref:
        raise AbsenceRefused(f"{ref} is not somebody.", "Use an e-mail address or an id.")
    found = reviewing.directory.members((ref,))[ref]
    if not found:
        raise AbsenceRefused(f"Slack knows nobody called {ref}.", "Use an e-mail address or an id.")
    return found[0]
