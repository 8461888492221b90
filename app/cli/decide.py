"""`countersign decide`: break-glass, for when Slack can't be reached."""

from __future__ import annotations

import json

import click

from app.bootstrap.operators import build_break_glass
from app.domain.commands import Override
from app.domain.request import Actor, Request
from app.domain.seen import clean
from app.domain.withholding import without_secrets
from app.settings import load_store_settings
from app.slack import naming
from app.slack.blocks.text import one_line
from policies.plan import Outcome

from .account import account

_TYPED = 8
"""Characters of the digest that a person types to confirm that they looked."""


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.argument("outcome", type=click.Choice(["approve", "reject"]))
@click.option(
    "--by",
    required=True,
    help="Who decides, by e-mail address or Slack user id; never the one it was asked for.",
)
@click.option("--reason", required=True, help="Why, and why not in Slack; it goes on record.")
@click.option("--choice", help="Which of the policy's own choices, where it has any.")
@click.option(
    "--digest",
    help="The whole digest of what was looked at; without it you are shown the request and asked.",
)
def decide(
    request_id: str, outcome: str, by: str, reason: str, choice: str | None, digest: str | None
) -> None:
    """Break-glass: decide REQUEST here and now, while Slack can't be reached.

    It needs Redis alone. It counts at once, whatever the quorum or the stage; the record, the card
    and the callback name who decided, the record and the card also who typed it, and the admins
    are told.
    """
    glass = build_break_glass(load_store_settings())
    request = glass.look(request_id)
    command = Override(
        by=_person(by),
        operator=account(),
        outcome=Outcome(outcome),
        digest=request.digest if digest is None else digest,
        reason=reason,
        choice=choice,
    )
    glass.rehearse(request_id, command)
    if digest is None:
        _confirm(request, command)
    decided = glass.decide(request_id, command)
    click.echo(f"{request_id} is {decided.state.status.value}, by {command.by.name}.")


def _person(by: str) -> Actor:
    if naming.is_email(by):
        return Actor(kind="person", id=by, name=by, email=by)
    if naming.is_user(by):
        return Actor(kind="person", id=by, name=by)
    raise click.BadParameter(
        "name one person, by e-mail address (ana@example.com) or Slack user id (U0123ABCD).",
        param_hint="--by",
    )


def _confirm(request: Request, command: Override) -> None:
    """Ends the command unless whoever types has seen what will be executed."""
    click.echo(_shown(request))
    wanted = request.digest[:_TYPED]
    typed = click.prompt(
        f"To {command.outcome} this as {command.by.name}, type the first {_TYPED} characters of "
        "the digest"
    )
    if typed.strip() != wanted:
        raise click.ClickException("That is not how the digest begins. Nothing was decided.")


def _shown(request: Request) -> str:
    """What will be executed and who was asked; what can't be seen stands there by its code."""
    body, asked = request.body, ", ".join(request.asked) or "nobody"
    payload = json.dumps(without_secrets(request), ensure_ascii=False, indent=2)
    secret = [field.label for field in request.evaluation.fields if field.secret]
    kept = f"Secret, and executed as given: {one_line(', '.join(secret))}\n" * bool(secret)
    lines = {
        "Request": request.id,
        "Title": body.title,
        "Asked by": body.client,
        "On behalf of": body.on_behalf_of or "nobody",
        "Policy": f"{body.policy.name}: {request.evaluation.because}",
        "Asked": f"{asked}{_progress(request)}",
        **_choices(request),
        "Digest": request.digest,
    }
    facts = "\n".join(f"{name + ':':<14}{one_line(words)}" for name, words in lines.items())
    return f"{facts}\nWhat will be executed:\n{clean(payload)}\n{kept}"


def _progress(request: Request) -> str:
    """Who approved so far, and how many it would take."""
    plan, votes = request.plan, request.state.votes
    if plan is None or plan.people == 1:
        return ""
    names = ", ".join(vote.by.name for vote in votes) or "nobody yet"
    return f"; {len(votes)} of {plan.people} approved: {names}"


def _choices(request: Request) -> dict[str, str]:
    plan = request.plan
    if plan is None or not plan.choices:
        return {}
    words = "; ".join(f"{one.id} ({one.outcome}: {one.label})" for one in plan.choices)
    return {"Choices": words}
