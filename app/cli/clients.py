"""`countersign clients`: who may ask, and their keys."""

from __future__ import annotations

import click
from pydantic import ValidationError

from app.bootstrap import build_clients
from app.callbacks.sign import secret_for
from app.ports import Client, ClientLimit
from app.settings import StoreSettings, load_store_settings
from policies.calendar import duration_s, in_words


def _limit(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> ClientLimit | None:
    """`60/1m` as a limit, `none` as none."""
    if text is None or text == "none":
        return None
    count, _, window = text.partition("/")
    try:
        return ClientLimit(count=int(count), window_s=duration_s(window))
    except (ValidationError, ValueError) as error:
        raise click.BadParameter(
            "write how many in what time, such as 60/1m: from 1 to 10000, in 1s to 90d"
        ) from error


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
@click.option(
    "--limit",
    metavar="N/TIME",
    callback=_limit,
    help="At most so many requests in any such time, as in 60/1m; what comes past it is held, and "
    "then for people to decide.",
)
def create(
    name: str, policies: tuple[str, ...], *, monitor: bool, limit: ClientLimit | None
) -> None:
    """Make the client NAME and show its key, once."""
    settings = load_store_settings()
    key = build_clients(settings).create(name, policies, monitor=monitor, limit=limit)
    _show(name, key, settings)


@clients.command("limit")
@click.argument("name")
@click.argument("limit", metavar="N/TIME", callback=_limit)
def limit_(name: str, limit: ClientLimit | None) -> None:
    """Let the client NAME ask N times in any such TIME, as in 60/1m; `none` takes its limit away.

    What is held already stays held for as long as it was told.
    """
    build_clients(load_store_settings()).limit(name, limit)
    click.echo(f"{name}: {_in_words(limit)}.")


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
    """Name every client, the policies it may use, its limit, and which are monitors."""
    for client in build_clients(load_store_settings()).all():
        click.echo("\t".join(_cells(client)))


def _cells(client: Client) -> list[str]:
    cells = [client.id, ", ".join(client.policies) or "any policy"]
    limited = [] if client.limit is None else [_in_words(client.limit)]
    return [*cells, *limited, *(["monitor"] if client.monitor else [])]


def _in_words(limit: ClientLimit | None) -> str:
    """`60 in 1 minute`."""
    return "no limit" if limit is None else f"{limit.count} in {in_words(limit.window_s)}"


def _show(name: str, key: str, settings: StoreSettings) -> None:
    client = build_clients(settings).get(name)
    generation = 1 if client is None else client.secret_generation
    secret = secret_for(settings.secret.get_secret_value().encode(), name, generation)
    click.echo(f"Client           {name}")
    click.echo(f"Key              {key}    (shown this once)")
    click.echo(f"Callback secret  {secret}    (the receiver verifies with it)")
