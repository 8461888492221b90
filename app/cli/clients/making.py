"""Making clients and keys, and ending keys."""

from __future__ import annotations

import click

from app.bootstrap.operators import build_clients
from app.ports import Client, ClientLimit
from app.settings import StoreSettings, load_store_settings

from ..account import operator
from .words import limit_of, secret_of, told, warn_of_unknown


@click.command()
@click.argument("name")
@click.option(
    "--policy",
    "policies",
    multiple=True,
    help="A policy that it may use; the first is its default. Repeat for more; none means any.",
)
@click.option(
    "--monitor",
    is_flag=True,
    help="It may report signals on the requests of every client under these policies.",
)
@click.option(
    "--admin",
    is_flag=True,
    help="It may pause and resume everything over HTTP, and look after everybody's requests.",
)
@click.option(
    "--limit",
    metavar="N/TIME",
    callback=limit_of,
    help="At most so many requests in any such time, as in 60/1m; what comes past it is held, and "
    "then for people to decide.",
)
@click.option(
    "--calls",
    metavar="N/TIME",
    callback=limit_of,
    help="At most so many calls of whatever kind, as in 600/1m; those past it are refused (429).",
)
def create(
    name: str,
    policies: tuple[str, ...],
    *,
    monitor: bool,
    admin: bool,
    limit: ClientLimit | str | None,
    calls: ClientLimit | str | None,
) -> None:
    """Make the client NAME and show its key, once."""
    settings = load_store_settings()
    client = Client(
        id=name,
        policies=policies,
        monitor=monitor,
        admin=admin,
        limit=told(limit),
        calls=told(calls),
    )
    key = build_clients(settings, operator()).create(client)
    warn_of_unknown(policies, settings)
    _show(client, key, settings)


@click.command()
@click.argument("name")
def key(name: str) -> None:
    """Make a second key for the client NAME; the one that it has stays good until it is revoked."""
    settings = load_store_settings()
    clients = build_clients(settings, operator())
    made = clients.add_key(name)
    _show(clients.get(name) or Client(id=name), made, settings)


@click.command()
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
def revoke(keys: tuple[str, ...]) -> None:
    """End each KEY at once, given by its id (k_…, see `clients show`) or whole.

    An id is better: what is typed here stays in the shell's history.
    """
    known = build_clients(load_store_settings(), operator()).keys
    ended = {given: known.revoke(given) for given in keys}
    for ids in ended.values():
        for one in ids:
            click.echo(f"The key {one} is revoked.")
    if not all(ended.values()):
        raise click.ClickException("There is no such key; see: countersign clients list")


def _show(client: Client, key: str, settings: StoreSettings) -> None:
    click.echo(f"Client           {client.id}")
    click.echo(f"Key              {key}    (shown this once)")
    click.echo(f"Callback secret  {secret_of(client, settings)}    (the receiver verifies with it)")
