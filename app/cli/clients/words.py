"""How clients, their limits and their policies are written and read at the command line."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import click
from pydantic import ValidationError

from app.bootstrap.operators import build_policies
from app.callbacks.sign import secret_for
from app.opening import DEFAULT_POLICY
from app.ports import Client, ClientLimit
from app.settings import StoreSettings
from policies.calendar import duration_s, in_words
from policies.wording import listing


def limit_of(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> ClientLimit | str | None:
    """`60/1m` as a limit, `none` as itself, None where it was not given."""
    if text in (None, "none"):
        return text
    count, _, window = str(text).partition("/")
    try:
        return ClientLimit(count=int(count), window_s=duration_s(window))
    except (ValidationError, ValueError) as error:
        raise click.BadParameter(
            "write how many in what time, such as 60/1m: from 1 to 10000, in 1s to 90d"
        ) from error


def told(limit: ClientLimit | str | None) -> ClientLimit | None:
    """A limit that was given, where `none` is none."""
    return limit if isinstance(limit, ClientLimit) else None


def limit_in_words(limit: ClientLimit | None) -> str:
    """`60 in 1 minute`."""
    return "no limit" if limit is None else f"{limit.count} in {in_words(limit.window_s)}"


def policies_in_words(client: Client) -> str:
    return ", ".join(client.policies) or "any policy"


def roles(client: Client) -> list[str]:
    """What it is beside one that asks."""
    named = {"monitor": client.monitor, "admin": client.admin, "deleted": client.deleted}
    return [name for name, so in named.items() if so]


def warn_of_unknown(policies: Iterable[str], settings: StoreSettings) -> None:
    """Say which of these are no policies in force, as web processes put them on record."""
    in_force = build_policies(settings).names() | {DEFAULT_POLICY}
    unknown = [name for name in policies if name not in in_force]
    if unknown and in_force == {DEFAULT_POLICY}:
        click.echo(
            "Whether there are such policies is not known yet: no web process has loaded any.",
            err=True,
        )
        return
    for name in unknown:
        near = get_close_matches(name, in_force, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are {listing(sorted(in_force))}."
        click.echo(
            f"No policy {name} is in force, and what is asked under it is refused. {hint}", err=True
        )


def secret_of(client: Client, settings: StoreSettings) -> str:
    """The newest callback secret of a client."""
    master = settings.secret.get_secret_value().encode()
    return secret_for(master, client.id, client.secret_generation)
