"""Changing what a client may, rotating its callback secret, and its end."""

from __future__ import annotations

import click

from app.bootstrap.operators import build_clients, build_leaving
from app.ports import ClientLimit
from app.settings import load_store_settings

from ..account import operator
from .words import (
    limit_in_words,
    limit_of,
    policies_in_words,
    roles,
    secret_of,
    told,
    warn_of_unknown,
)


@click.command()
@click.argument("name")
@click.option("--policy", "policies", multiple=True, help="All that it may use from now on.")
@click.option("--any-policy", is_flag=True, help="It may use any policy.")
@click.option("--monitor/--no-monitor", default=None, help="Whether it watches over others.")
@click.option("--admin/--no-admin", default=None, help="Whether it may pause and resume over HTTP.")
@click.option(
    "--calls",
    metavar="N/TIME",
    callback=limit_of,
    help="How many calls it may make, as in 600/1m; `none` for any number.",
)
def edit(
    name: str,
    policies: tuple[str, ...],
    *,
    any_policy: bool,
    monitor: bool | None,
    admin: bool | None,
    calls: ClientLimit | str | None,
) -> None:
    """Change what the client NAME may do, from its next call on.

    What it has open goes on as it began. For how many requests it may open, see `clients limit`.
    """
    if policies and any_policy:
        raise click.UsageError("Give either --policy or --any-policy.")
    flags = {"monitor": monitor, "admin": admin}
    changes: dict[str, object] = {field: so for field, so in flags.items() if so is not None}
    if policies or any_policy:
        changes["policies"] = policies
    if calls is not None:
        changes["calls"] = told(calls)
    if not changes:
        raise click.UsageError("Say what should change; see --help.")
    settings = load_store_settings()
    client = build_clients(settings, operator()).edit(name, **changes)
    warn_of_unknown(policies, settings)
    calling = [] if client.calls is None else [f"calls {limit_in_words(client.calls)}"]
    click.echo("\t".join([name, policies_in_words(client), *calling, *roles(client)]))


@click.command("limit")
@click.argument("name")
@click.argument("limit", metavar="N/TIME", callback=limit_of)
def limit_(name: str, limit: ClientLimit | str) -> None:
    """Let the client NAME ask N times in any such TIME, as in 60/1m; `none` takes its limit away.

    What is held already stays held for as long as it was told.
    """
    build_clients(load_store_settings(), operator()).edit(name, limit=told(limit))
    click.echo(f"{name}: {limit_in_words(told(limit))}.")


@click.command()
@click.argument("name")
@click.option("--finish", is_flag=True, help="End the old secret: the new one signs alone.")
def secret(name: str, *, finish: bool) -> None:
    """Give the client NAME a new callback secret; the old one signs beside it until --finish.

    A receiver that verifies with either takes every callback meanwhile.
    """
    settings = load_store_settings()
    clients = build_clients(settings, operator())
    if finish:
        clients.edit(name, secret_overlaps=False)
        click.echo(f"{name}: the newest secret signs alone.")
        return
    client = clients.rotate_secret(name)
    click.echo(f"Callback secret  {secret_of(client, settings)}    (new; the old one signs too)")
    click.echo(f"Once every receiver has it: countersign clients secret {name} --finish")


@click.command()
@click.argument("name")
@click.option("--cancel-open", is_flag=True, help="Cancel its open requests with it.")
def delete(name: str, *, cancel_open: bool) -> None:
    """End the client NAME and its keys; its requests stay on record, and its name is never reused.

    It is refused while there are open requests, unless they are cancelled.
    """
    leaving = build_leaving(load_store_settings(), operator())
    cancelled = leaving.delete(name, operator(), cancel=cancel_open)
    click.echo(f"{name} is deleted; requests cancelled: {cancelled}.")
