"""`countersign erase`: personal data out of the store, before its retention ends."""

from __future__ import annotations

import click

from app.bootstrap.exporting import build_erasing
from app.domain.commands import Erase
from app.domain.erasing import erase as check
from app.settings import load_store_settings
from app.slack.blocks.text import one_line

from .account import account


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--reason", required=True, help="Why; the record keeps its SHA-256 alone.")
@click.option("--alone", is_flag=True, help="Not what it asks again, nor what asks it again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(request_id: str, reason: str, alone: bool, yes: bool) -> None:
    """Erase what the store holds of REQUEST, for good, before its retention ends.

    It has to be decided, and all that it set off done. Its revisions carry the same data and go
    with it. The events stay, with ids and digests, so that the record still verifies; so do the
    messages in Slack.
    """
    erasing = build_erasing(load_store_settings())
    family = erasing.family(request_id)
    chosen = [one for one in family if not alone or one.id == request_id]
    command = Erase(operator=account(), reason=reason)
    for request in chosen:
        check(request, command, 0)  # all of them, or none
        status = request.state.status.value
        click.echo(f"{request.id}  {status:<18}  {one_line(request.body.title)}")
    if not yes:
        click.confirm("Erase this for good?", abort=True)
    for request in reversed(chosen):
        erasing.erase(request.id, command)
        click.echo(f"{request.id} is erased.")
