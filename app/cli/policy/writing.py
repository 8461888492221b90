"""`countersign policy new`: a first policy file out of a few answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from policies.atoms import Channel, Currency, Duration, InputName, Name, Reviewer, is_group
from policies.loader import PolicyErrors, load_text
from policies.schema import MAX_SUM
from policies.starter import KINDS, NUMBERS, Answers, StarterField, starter

from .reading import Unusable

MAX_FIELDS = 50


@click.command()
@click.argument("name", required=False)
@click.option(
    "--output", type=click.Path(path_type=Path), help="The file to write; NAME.yaml unless given."
)
def new(name: str | None, output: Path | None) -> None:
    """Ask a few questions and write a policy file with comments and tests. Overwrites nothing."""
    name = _name(name)
    file = output or Path(f"{name}.yaml")
    if file.exists():
        raise Unusable(f"{file} is there already; name another file with --output.")
    text = _written(file, _answers(name))
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise Unusable(f"{file} can't be written: {error.strerror}.") from error
    click.echo(f"\nWrote {file}. Next:")
    click.echo(f"  countersign policy check {file}")
    click.echo(f"  countersign policy test {file}")
    click.echo(f"  countersign policy explain --file {file}")


def _written(file: Path, answers: Answers) -> str:
    """The text, once it has been read back as the policy that it is."""
    try:
        text = starter(answers)
        load_text(text.encode(), str(file))
    except (ValueError, PolicyErrors) as error:
        raise Unusable(
            f"Nothing was written, for these answers make no policy:\n{error}"
        ) from error
    return text


def _name(name: str | None) -> str:
    fitting = _fits(Name)
    if name is None:
        return str(click.prompt("Name of the policy", value_proc=fitting))
    try:
        return fitting(name)
    except click.BadParameter as error:
        raise Unusable(error.message) from error


def _answers(name: str) -> Answers:
    described = click.prompt("What is a request, in a sentence?", default=f"Requests of {name}.")
    fields = _fields()
    reviewers = _ask("Who reviews? (several with commas)", "@finance-approvers", _reviewers)
    channel = _ask("Where are they asked?", "#approvals", _fits(Channel))
    amount = _amount(fields)
    below = from_ = None
    if amount is not None:
        below = _ask(f"Below which {amount} does nobody need to look? (0: always)", "0", _number)
    if amount is not None and (len(reviewers) > 1 or is_group(reviewers[0])):
        from_ = _ask(f"From which {amount} on do two people? (0: never)", "0", _number)
    expire = _ask("How long do they have?", "1d", _duration)
    return Answers(
        name=name,
        description=described,
        fields=tuple(fields),
        reviewers=reviewers,
        channel=channel,
        amount=amount,
        approve_below=below or None,
        two_from=from_ or None,
        expire=expire,
    )


def _fields() -> list[StarterField]:
    """Asks for one field after another, until there is an empty answer."""
    click.echo("The fields of its payload, one after another; end with an empty answer.")
    fields: list[StarterField] = []
    while len(fields) < MAX_FIELDS:
        taken = {field.name for field in fields}
        name = click.prompt("  Field", default="", show_default=False, value_proc=_field(taken))
        if not name:
            break
        kind = click.prompt("    It holds", type=click.Choice(KINDS), default="text")
        currency = _ask("    Currency", "USD", _fits(Currency)) if kind == "money" else None
        fields.append(StarterField(name=name, kind=kind, currency=currency))
    return fields


def _amount(fields: list[StarterField]) -> str | None:
    """The field that thresholds are about."""
    names = [field.name for field in fields if field.kind in NUMBERS]
    if len(names) < 2:
        return names[0] if names else None
    return str(click.prompt("Which of them decides?", type=click.Choice(names), default=names[0]))


def _ask(text: str, default: str, fitting: Callable[[str], Any]) -> Any:
    return click.prompt(text, default=default, value_proc=fitting)


def _fits(form: Any) -> Callable[[str], str]:
    """Takes what a policy file would take, and says why not otherwise."""
    adapter: TypeAdapter[Any] = TypeAdapter(form)

    def fitting(text: str) -> str:
        try:
            adapter.validate_python(text.strip())
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise click.BadParameter(message) from error
        return text.strip()

    return fitting


_duration = _fits(Duration)


def _field(taken: set[str]) -> Callable[[str], str]:
    fitting = _fits(InputName)

    def one_more(text: str) -> str:
        if text.strip() in taken:
            raise click.BadParameter(f"{text.strip()} is there already")
        return fitting(text) if text.strip() else ""

    return one_more


def _reviewers(text: str) -> tuple[str, ...]:
    fitting = _fits(Reviewer)
    named = [fitting(part) for part in text.split(",") if part.strip()]
    if not named:
        raise click.BadParameter("name at least one")
    return tuple(dict.fromkeys(named))


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", ""))
    except ValueError as error:
        raise click.BadParameter("write a number") from error
    if not math.isfinite(number) or not 0 <= number <= MAX_SUM:
        raise click.BadParameter(f"write a number from 0 to {MAX_SUM:,}")
    return int(number) if number.is_integer() else number
