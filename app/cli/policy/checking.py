"""`countersign policy check` and `test`: is a policy right, and does it do what it should?"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from app.domain.errors import PoliciesRefused, PolicyNotFound
from policies.check import cautions
from policies.loader import LoadedPolicy, Policies, PolicyErrors, Problem, placed
from policies.trial import Trial, trials
from policies.wording import nearest, printable

from .printing import clean, counted, head, say
from .reading import FOLDER, own_policies

_path = click.argument("path", required=False, envvar=FOLDER, type=click.Path(path_type=Path))


@click.command()
@_path
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
def check(path: Path | None, strict: bool) -> None:
    """Say all that is wrong with the policies of PATH, a folder or a file, and what is unwise.

    PATH is COUNTERSIGN_POLICY_DIR unless given, else the playbooks that ship. Exits with 1 when a
    policy can't be used.
    """
    try:
        policies = own_policies(path)
        warned = [one for each in policies.values() for one in placed(each, cautions(each))]
    except PolicyErrors as error:
        _print(error.problems)
        found = counted(len(error.problems), "problem")
        click.echo(click.style(f"{found}; these policies can't be used", fg="red", bold=True))
        sys.exit(1)
    _print(warned, click.style("warning: ", fg="yellow"))
    told = f", {counted(len(warned), 'warning')}" if warned else ""
    click.echo(f"{counted(len(policies), 'policy')}, no problems{told}")
    sys.exit(1 if strict and warned else 0)


@click.command()
@_path
@click.option("--policy", "name", help="Try the tests of this policy alone.")
def test(path: Path | None, name: str | None) -> None:
    """Try the tests that policies bring along: what was expected, and what comes.

    PATH is a folder or a file; COUNTERSIGN_POLICY_DIR unless given, else the playbooks that ship.
    Exits with 1 when a test fails.
    """
    try:
        policies = own_policies(path)
    except PolicyErrors as error:
        raise PoliciesRefused(f"The policies can't be used:\n{error}") from error
    outcomes = [_tried(each) for each in _chosen(policies, name)]
    tried, failed = map(sum, zip(*outcomes, strict=True))
    click.echo(f"\n{counted(tried, 'test')}, {failed or 'none'} failed")
    sys.exit(1 if failed else 0)


def _chosen(policies: Policies, name: str | None) -> Iterable[LoadedPolicy]:
    if name is None:
        return policies.values()
    if name not in policies:
        message = f"There is no policy {printable(name)}{nearest(name, policies)}."
        raise PolicyNotFound(message, f"There are: {', '.join(sorted(policies))}.")
    return (policies[name],)


def _tried(loaded: LoadedPolicy) -> tuple[int, int]:
    """Prints the tests of one policy; how many there are, and how many failed."""
    found = trials(loaded)
    head(loaded.policy.policy)
    if not found:
        say("no tests", indent=2)
    for trial in found:
        _show(trial)
    return len(found), sum(not trial.passed for trial in found)


def _show(trial: Trial) -> None:
    if trial.passed:
        say(f"{trial.name}: {trial.got}", 2, "ok", 6, "green")
        return
    say(trial.name, 2, "FAIL", 6, "red")
    if trial.evaluation is None:
        say("it does not fit the policy:", indent=8)
        for failure in trial.failures:
            say(failure, indent=10)
        return
    say(trial.expected, indent=8, label="expected", width=10)
    say(trial.got, indent=8, label="got", width=10)
    for failure in trial.failures:
        say(failure, indent=8, label="because", width=10)
    for step in trial.evaluation.trace:
        matched = "yes" if step.matched else "no"
        say(f"{matched}  {step.phrase}", indent=8, label=step.rule, width=_width(trial))
    for flag in trial.evaluation.flags:
        answer = {True: "raised", False: "not raised", None: "not answered"}[flag.raised]
        say(f"{answer}  {flag.phrase}", indent=8, label=flag.question, width=_width(trial))
    if trial.evaluation.error:
        say(trial.evaluation.error, indent=8, label="error", width=10)


def _width(trial: Trial) -> int:
    if trial.evaluation is None:
        return 0
    names = [step.rule for step in trial.evaluation.trace]
    names += [flag.question for flag in trial.evaluation.flags]
    return min(max(map(len, names), default=0), 30) + 2


def _print(problems: Iterable[Problem], label: str = "") -> None:
    for one in problems:
        click.echo(f"{one.file}:{one.line}:{one.column}: {label}{clean(one.message)}")
