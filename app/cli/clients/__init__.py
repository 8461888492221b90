"""`countersign clients`: who may ask, and their keys."""

from __future__ import annotations

import click

from .changing import delete, edit, limit_, secret
from .making import create, key, revoke
from .showing import list_, show


@click.group()
def clients() -> None:
    """Workflows and agents that may open requests, and their keys."""


for command in (create, key, revoke, list_, show, edit, limit_, secret, delete):
    clients.add_command(command)
