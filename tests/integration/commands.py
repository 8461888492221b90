"""Typing commands at a server, as an operator would."""

from __future__ import annotations

import re

from click.testing import CliRunner, Result

from app.cli import main
from app.store.embedded import EmbeddedServer

SECRET = "s" * 32


def typed(server: EmbeddedServer, *words: str) -> Result:
    env = {"REDIS_URL": server.url, "COUNTERSIGN_SECRET": SECRET}
    return CliRunner(env=env).invoke(main, words)


def key_in(output: str) -> str:
    found = re.search(r"csk_\w+", output)
    assert found is not None
    return found.group()
