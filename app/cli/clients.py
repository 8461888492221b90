"""`countersign clients`: who may ask, and their keys."""

from __future__ import annotations

import click

from app.bootstrap import build_clients
from app.callbacks.sign import secret_for
from app.settings import StoreSettings, load_store_settings


@click.group()
def clients() -> None:
    """Workflows and agents that may open requests."""


@clients.command()
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
def create(name: str, policies: tuple[str, ...], *, monitor: bool) -> None:
    """Make the client NAME and show its key, once."""
    settings = load_store_settings()
    key = build_clients(settings).create(name, policies, monitor=monitor)
    _show(name, key, settings)


@clients.command()
@click.argument("name")
def key(name: str) -> None:
    """Make one more key for the client NAME; its others stay good."""
    settings = load_store_settings()
    _show(name, build_clients(settings).add_key(name), settings)


@clients.command()
@click.argument("key")
def revoke(key: str) -> None:
    """End KEY at once."""
    if not build_clients(load_store_settings()).revoke(key):
        raise click.ClickException("There is no such key; nothing changed.")
    click.echo("The key is revoked.")


@clients.command("list")
def list_() -> None:
    """Name every client, the policies it may use, and which are monitors."""
    for client in build_clients(load_store_settings()).all():
        cells = [client.id, ", ".join(client.policies) or "any policy"]
        click.echo("\t".join([*cells, "monitor"] if client.monitor else cells))


def _show(name: str, key: str, settings: StoreSettings) -> None:
    client = build_clients(settings).get(name)
    generation = 1 if client is None else client.secret_generation
    secret = secret_for(settings.secret.get_secret_value().encode(), name, generation)
    click.echo(f"Client           {name}")
    click.echo(f"Key              {key}    (shown this once)")
    click.echo(f"Callback secret  {secret}    (the receiver verifies with it)")
