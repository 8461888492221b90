"""Which clients there are, and one of them with its keys."""

from __future__ import annotations

from collections.abc import Sequence

import click

from app.bootstrap.operators import build_clients
from app.domain.errors import ClientNotFound
from app.domain.message import iso
from app.ports import Client, Key
from app.settings import load_store_settings

from ..account import operator
from .words import limit_in_words, policies_in_words, roles


@click.command("list")
def list_() -> None:
    """Name every client, the policies it may use, its limit, what else it is, and its keys."""
    clients = build_clients(load_store_settings(), operator())
    keys = clients.keys.all()
    for client in clients.all():
        click.echo("\t".join(_cells(client, [one for one in keys if one.client == client.id])))


@click.command()
@click.argument("name")
def show(name: str) -> None:
    """Everything about the client NAME, and when each of its keys was last used."""
    clients = build_clients(load_store_settings(), operator())
    client = clients.get(name)
    if client is None:
        raise ClientNotFound(f"There is no client {name}.", "See: countersign clients list")
    for label, words in _facts(client).items():
        click.echo(f"{label:<17}{words}")
    for key in clients.keys.of(name):
        click.echo(f"{'Key':<17}{key.id}    {_when(key)}")


def _cells(client: Client, keys: Sequence[Key]) -> list[str]:
    limited = [] if client.limit is None else [limit_in_words(client.limit)]
    ids = [", ".join(key.id for key in keys)] if keys else []
    return [client.id, policies_in_words(client), *limited, *roles(client), *ids]


def _facts(client: Client) -> dict[str, str]:
    secrets = " and ".join(map(str, client.secret_generations))
    verb = "sign" if client.secret_overlaps else "signs"
    return {
        "Client": ", ".join([client.id, *roles(client)]),
        "May use": policies_in_words(client),
        "Requests": limit_in_words(client.limit),
        "Calls": limit_in_words(client.calls),
        "Callback secret": f"generation {secrets} {verb}",
    }


def _when(key: Key) -> str:
    """When it was made and last used, to the minute; an older version kept no note of it."""
    if key.made_ms is None:
        used = "not yet since" if key.used_ms is None else iso(key.used_ms)
        return f"made before this version, last used {used}"
    used = "never" if key.used_ms is None else iso(key.used_ms)
    return f"made {iso(key.made_ms)}, last used {used}"
