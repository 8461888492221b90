"""What the policy commands read: policies from a file or folder, JSON from an option."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app.domain.errors import CountersignError, PoliciesRefused, PolicyNotFound
from app.http.strict_json import parse
from policies.loader import (
    LoadedPolicy,
    Policies,
    PolicyErrors,
    Problem,
    load_file,
    load_folder,
    load_playbooks,
)
from policies.wording import nearest, printable

MOST_JSON = 512 * 1024
"""Bytes of an option's JSON: more than a request may have."""

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
"""Beyond these, clocks and zones are not to be relied on."""

FOLDER = "COUNTERSIGN_POLICY_DIR"
where = click.option(
    "--folder",
    envvar=FOLDER,
    type=click.Path(path_type=Path),
    help=f"The folder of policies; {FOLDER} unless given, else the playbooks that ship.",
)


class Unusable(click.ClickException):
    """What was typed can't be used; the message says why and what to type instead."""

    exit_code = 2


def own_policies(path: Path | None) -> Policies:
    """The policies of a file or a folder, and nothing beside them; None means the playbooks.

    Raises `PolicyErrors` with every problem.
    """
    if path is None:
        return load_playbooks()
    if not path.exists():
        raise PolicyErrors((Problem(str(path), 1, 1, "there is no such file or folder"),))
    if path.is_dir():
        return {name: one for name, one in load_folder(path).items() if _is_in(path, one)}
    loaded = load_file(path)
    return {loaded.policy.policy: loaded}


def named_policy(name: str, folder: Path | None) -> LoadedPolicy:
    """One policy of a folder, or `default`. Raises `PoliciesRefused`, `PolicyNotFound`."""
    try:
        policies = load_playbooks() if folder is None else load_folder(folder)
    except PolicyErrors as error:
        raise PoliciesRefused(f"The policies can't be used:\n{error}") from error
    if name not in policies:
        raise PolicyNotFound(
            f"There is no policy {printable(name)}{nearest(name, policies)}.",
            f"There are: {', '.join(sorted(policies))}. Another folder goes with --folder.",
        )
    return policies[name]


def draft(file: Path) -> LoadedPolicy:
    """A policy that is in no folder yet. Raises `PoliciesRefused`."""
    try:
        return load_file(file)
    except PolicyErrors as error:
        raise PoliciesRefused(f"This policy can't be used:\n{error}") from error


def json_object(option: str, text: str) -> dict[str, Any]:
    """The JSON object of an option: as it is typed, or `@file`, or `-` for standard input."""
    try:
        value = parse(_bytes(option, text))
    except CountersignError as error:
        why = error.message.removeprefix("The body is ")
        raise Unusable(
            f"{option} is {why}" if why != error.message else f"{option}: {why}"
        ) from error
    if not isinstance(value, dict):
        raise Unusable(f"{option} takes an object, such as '{{\"amount\": 120}}'.")
    return value


def instant(option: str, text: str) -> datetime:
    """The time of an option, in ISO 8601; without a zone where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{option}: {printable(text)} is no time; write one such as 2026-12-24T16:00."
        raise Unusable(message) from error
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Unusable(f"{option} takes a time from {_FIRST_YEAR} to {_LAST_YEAR}.")
    return found


def _bytes(option: str, text: str) -> bytes:
    if not text.startswith("@") and text != "-":
        return text.encode("utf-8", "surrogateescape")
    try:
        with click.open_file(text.removeprefix("@"), "rb") as stream:
            raw: bytes = stream.read(MOST_JSON + 1)
    except OSError as error:
        name = printable(text.removeprefix("@"))
        raise Unusable(f"{option}: {name} can't be read: {error.strerror}.") from error
    if len(raw) > MOST_JSON:
        raise Unusable(f"{option}: more than {MOST_JSON // 1024} kB; no request may be so large.")
    return raw


def _is_in(folder: Path, loaded: LoadedPolicy) -> bool:
    return Path(loaded.source).parent == folder
