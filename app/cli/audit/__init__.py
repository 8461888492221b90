"""`countersign audit`: the record of events that can be checked, and the keys that sign it."""

from __future__ import annotations

import click

from .exporting import export
from .keys import key, public_key
from .verifying import verify


@click.group()
def audit() -> None:
    """The record of events: who signs it, and whether it is what it was."""


for command in (export, key, public_key, verify):
    audit.add_command(command)
