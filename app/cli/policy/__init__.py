"""`countersign policy`: check policies, test them, explain them, begin one. No server is needed."""

from __future__ import annotations

import click

from .checking import check, test
from .explaining import explain
from .showing import example, schema
from .writing import new


@click.group()
def policy() -> None:
    """Say where a person is needed: check, test and explain policies."""


for command in (check, test, explain, new, schema, example):
    policy.add_command(command)
