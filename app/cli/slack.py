"""`countersign slack manifest`: the app, ready to paste into Slack."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import click

from app.slack.manifest import as_yaml
from app.slack.manifest import manifest as made

_COMMAND = re.compile(r"/[a-z0-9_-]{1,31}", re.ASCII)
_NO_ADDRESS = (
    "Slack has to know where to reach you. Give --url, or set COUNTERSIGN_PUBLIC_URL, to the https "
    "address of your web processes; or give --socket, and Slack needs to reach nothing."
)


@click.group()
def slack() -> None:
    """What Slack has to be told of this app."""


@slack.command()
@click.option(
    "--url",
    envvar="COUNTERSIGN_PUBLIC_URL",
    help="The https address of your web processes; COUNTERSIGN_PUBLIC_URL unless given.",
)
@click.option("--socket", is_flag=True, help="For Socket Mode: Slack needs to reach nothing.")
@click.option(
    "--command",
    envvar="COUNTERSIGN_COMMAND",
    default="/approvals",
    show_default=True,
    help="The slash command; COUNTERSIGN_COMMAND unless given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML with comments.")
def manifest(url: str | None, socket: bool, command: str, as_json: bool) -> None:
    """Print the app manifest, for api.slack.com/apps: Create New App, From a manifest.

    It asks for the least scopes, and says what for.
    """
    if not _COMMAND.fullmatch(command):
        raise click.BadParameter(
            "write it as /approvals, 32 characters at most", param_hint="command"
        )
    content = made(command, None if socket else _address(url))
    click.echo(json.dumps(content, indent=2) if as_json else as_yaml(content), nl=as_json)


def _address(url: str | None) -> str:
    if not url:
        raise click.UsageError(_NO_ADDRESS)
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise click.UsageError(
            f"Slack calls https addresses alone, and {url} is none. {_NO_ADDRESS}"
        )
    return url
