"""`countersign policy schema` and `example`: what a policy file, and what a request looks like."""

from __future__ import annotations

import json
from pathlib import Path

import click

from policies.describe import policy_schema, request_schema
from policies.examples import NoExampleError, curl
from policies.examples import example as example_of

from .reading import Unusable, named_policy, where


@click.command()
@click.argument("policy", required=False)
@where
def schema(policy: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of a policy file; with POLICY, that of its requests.

    Editors complete and check files by it.
    """
    found = policy_schema() if policy is None else request_schema(named_policy(policy, folder))
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


@click.command()
@click.argument("policy")
@where
@click.option("--curl", "as_curl", is_flag=True, help="The command that sends it.")
def example(policy: str, folder: Path | None, as_curl: bool) -> None:
    """Print a request that fits POLICY, as JSON or as a command.

    The command takes the address from COUNTERSIGN_URL and a client's key from COUNTERSIGN_KEY.
    """
    try:
        one = example_of(named_policy(policy, folder))
    except NoExampleError as error:
        problems = "\n".join(f"  {each.field} {each.message}" for each in error.problems)
        advice = "Write one under `tests` in the policy; it is taken from there."
        raise Unusable(f"No request was found that fits {policy}:\n{problems}\n{advice}") from error
    as_json = json.dumps(one.model_dump(), indent=2, ensure_ascii=False)
    click.echo(curl(one) if as_curl else as_json)
