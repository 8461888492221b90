"""`countersign audit key` and `public-key`: what signs checkpoints, and what checks them."""

from __future__ import annotations

import click

from app.audit.keys import SealingKey
from app.bootstrap.record import build_sealing_key
from app.settings import load_store_settings


@click.command()
def key() -> None:
    """Make a pair of keys, and say where each of them belongs. Nothing is kept or changed."""
    made = SealingKey.new()
    click.echo(
        f"Private: {made.text}\n"
        f"Public:  {made.public.text} (id {made.public.id})\n\n"
        "Set COUNTERSIGN_AUDIT_KEY to the private one for the clock, and nowhere else. Whoever\n"
        "has it can sign another record.\n"
        "Give the public one to those who verify, by another way than this deployment."
    )


@click.command("public-key")
def public_key() -> None:
    """Print the public half of what this deployment signs with.

    From COUNTERSIGN_AUDIT_KEY, else from COUNTERSIGN_SECRET.
    """
    click.echo(build_sealing_key(load_store_settings()).public.text)
