"""`countersign demo`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from app.demo.run import run


@click.command()
def demo() -> None:
    """Try everything on this machine: no Slack workspace, no Redis, no account.

    Its data stay in COUNTERSIGN_DATA_DIR (./.demo unless set), for the next start.
    """
    folder = Path(os.environ.get("COUNTERSIGN_DATA_DIR", ".demo")).absolute()
    run(folder, click.echo)
