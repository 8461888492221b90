"""`countersign`: what operators and newcomers type."""

from __future__ import annotations

import sys

import click

from app.domain.errors import CountersignError
from app.ports import SlackAgain, SlackNever
from app.process import explain

from .audit import audit
from .away import away
from .clients import clients
from .decide import decide
from .demo import demo
from .doctor import doctor
from .erase import erase
from .gate import pause, resume, status
from .policy import policy
from .reload import reload
from .slack import slack


class _Plain(click.Group):
    """Says an error of ours, or of Slack, in plain words, and exits with 2."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except CountersignError as error:
            click.echo(explain(error), err=True)
        except (SlackAgain, SlackNever) as error:
            click.echo(
                f"Slack could not be asked ({error.problem}), so nothing was changed.\n"
                "Check SLACK_API_URL and SLACK_BOT_TOKEN, or try again in a moment.",
                err=True,
            )
        sys.exit(2)


@click.group(cls=_Plain)
@click.version_option(package_name="countersign")
def main() -> None:
    """The Slack-native approval gate for workflows and AI agents."""


main.add_command(audit)
main.add_command(away)
main.add_command(clients)
main.add_command(decide)
main.add_command(demo)
main.add_command(doctor)
main.add_command(erase)
main.add_command(pause)
main.add_command(policy)
main.add_command(resume)
main.add_command(slack)
main.add_command(status)
policy.add_command(reload)
