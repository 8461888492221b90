"""A folder of YAML files -> policies and their hashes; all that is wrong with them at once.

With calendar_files.py the one module of this package that reads files.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from pydantic import ValidationError

from policies.calendar_files import CalendarsBeside
from policies.compiled import Fault, LoadedPolicy, PolicyFaults, compiled
from policies.compiled import Path as Place
from policies.document import Document, DocumentError, Mark, read_document
from policies.mistakes import mistakes
from policies.partial import condition_faults
from policies.schema import Policy

__all__ = [
    "LoadedPolicy",
    "Policies",
    "PolicyErrors",
    "Problem",
    "load_file",
    "load_folder",
    "load_playbooks",
    "load_text",
    "placed",
]

MAX_BYTES = 256 * 1024
MAX_PROBLEMS = 100
DEFAULT = "default"
"""The policy that decides when neither the request nor its client names one."""

PLAYBOOKS = Path(__file__).parent / "playbooks"

Policies: TypeAlias = Mapping[str, LoadedPolicy]


class Problem(NamedTuple):
    """What is wrong with a file and what to write instead; line and column from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class PolicyErrors(Exception):
    """Policies that can't be used: every problem of every file. str() is for printing."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def load_playbooks() -> Policies:
    """The policies that ship with this package."""
    return _load(PLAYBOOKS)


def load_folder(path: Path, today: date | None = None) -> Policies:
    """The policies of a folder's *.yaml and *.yml files, by name, and `default` in any case.

    Raises PolicyErrors with every problem of every file. The shipped `default` stands in for a
    folder's own; subfolders and hidden files are not read. What repeats in calendars of holidays
    is written out for the years from `today` on.
    """
    policies = _load(path, today)
    return MappingProxyType({DEFAULT: load_playbooks()[DEFAULT], **policies})


def _load(folder: Path, today: date | None = None) -> Policies:
    policies: dict[str, LoadedPolicy] = {}
    problems: list[Problem] = []
    for file in _files(folder):
        try:
            loaded, mark = _load_file(_regular(file), today)
        except PolicyErrors as error:
            problems += error.problems
            continue
        name = loaded.policy.policy
        if name in policies:
            message = f"{policies[name].source} has the policy {name} already; rename one"
            problems.append(Problem(str(file), mark.line, mark.column, message))
        policies.setdefault(name, loaded)
    if problems:
        raise PolicyErrors(tuple(problems))
    return MappingProxyType(policies)


def _files(folder: Path) -> list[Path]:
    try:
        files = sorted(filter(_is_policy, folder.iterdir()))
    except OSError as error:
        message = f"this folder of policies can't be read: {error.strerror}"
        raise PolicyErrors((Problem(str(folder), 1, 1, message),)) from error
    if not files:
        message = "there is no policy in this folder; put a *.yaml file into it"
        raise PolicyErrors((Problem(str(folder), 1, 1, message),))
    return files


def _is_policy(entry: Path) -> bool:
    """Whether it should be one. A link that leads nowhere should, or its policy was just gone."""
    named = entry.suffix in (".yaml", ".yml") and not entry.name.startswith(".")
    return named and not entry.is_dir()


def _regular(file: Path) -> Path:
    """The file, unless it is one of those that can be read without end: a pipe, a device."""
    try:
        mode = file.stat().st_mode
    except OSError:  # reading it says what is wrong
        return file
    if not stat.S_ISREG(mode):
        message = "this is no regular file; take it out of this folder"
        raise PolicyErrors((Problem(str(file), 1, 1, message),))
    return file


def load_text(raw: bytes, source: str) -> LoadedPolicy:
    """One policy from the bytes of its file; `source` names it in problems. Raises PolicyErrors.

    It is in no folder, so that it can't name a calendar.
    """
    return _load_text(raw, source, None)[0]


def load_file(file: Path, today: date | None = None) -> LoadedPolicy:
    """One policy from its file, by itself. Raises PolicyErrors."""
    return _load_file(file, today)[0]


def placed(policy: LoadedPolicy, remarks: Iterable[tuple[Place, str]]) -> tuple[Problem, ...]:
    """Remarks on a policy that was loaded from a file, each with where it stands in that file.

    Raises PolicyErrors when the file can't be read any more.
    """
    read = _document(_read(Path(policy.source)), policy.source)
    marks = ((read.mark(path), message) for path, message in remarks)
    return tuple(
        sorted(Problem(policy.source, mark.line, mark.column, message) for mark, message in marks)
    )


def _load_file(file: Path, today: date | None) -> tuple[LoadedPolicy, Mark]:
    calendars = CalendarsBeside(file, (today or datetime.now(UTC).date()).year)
    return _load_text(_read(file), str(file), calendars)


def _document(raw: bytes, source: str) -> Document:
    if len(raw) > MAX_BYTES:
        message = f"this file has more than {MAX_BYTES // 1024} kB; a policy needs far less"
        raise PolicyErrors((Problem(source, 1, 1, message),))
    try:
        return read_document(raw)
    except DocumentError as error:
        problem = Problem(source, error.line, error.column, str(error))
        raise PolicyErrors((problem,)) from error


def _load_text(
    raw: bytes, source: str, calendars: CalendarsBeside | None
) -> tuple[LoadedPolicy, Mark]:
    read = _document(raw, source)
    policy = _validated(source, read, calendars)
    try:
        return compiled(policy, _digest(raw, calendars), source), read.values["policy",]
    except PolicyFaults as error:
        problems = [_placed(source, read, fault) for fault in error.faults]
        raise PolicyErrors(_first(problems)) from error


def _digest(raw: bytes, calendars: CalendarsBeside | None) -> str:
    """The hash of the file, and of the calendars that it names where it does."""
    whole = hashlib.sha256(raw)
    if calendars is not None and calendars.hashes:
        lines = [whole.hexdigest(), *(f"{hash_} {name}" for name, hash_ in calendars.hashes)]
        whole = hashlib.sha256("\n".join(lines).encode())
    return f"sha256:{whole.hexdigest()}"


def _first(problems: list[Problem]) -> tuple[Problem, ...]:
    """A file's problems in its order, up to as many as somebody reads."""
    told = sorted(problems)[:MAX_PROBLEMS]
    if more := len(problems) - len(told):
        rest = f"there are {more:,} more problems after these; put these right first"
        told.append(told[-1]._replace(message=rest))
    return tuple(told)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"this file can't be read: {error.strerror}"
        raise PolicyErrors((Problem(str(file), 1, 1, message),)) from error


def _validated(source: str, read: Document, calendars: CalendarsBeside | None) -> Policy:
    try:
        return Policy.model_validate(read.data, context=calendars)
    except ValidationError as error:
        problems = [
            Problem(source, mark.line, mark.column, message)
            for mark, message in mistakes(error, read)
        ]
        problems += [_placed(source, read, fault) for fault in condition_faults(read.data)]
        raise PolicyErrors(_first(problems)) from error


def _placed(source: str, read: Document, fault: Fault) -> Problem:
    """A fault at its place in the file; within a condition as far as that can be followed."""
    mark = read.key_mark(fault.path) if fault.of_key else read.mark(fault.path)
    if isinstance(fault.problem, str):
        return Problem(source, mark.line, mark.column, fault.problem)
    if mark.text_at is None:
        return Problem(source, mark.line, mark.column, fault.problem.message)
    column = mark.text_at + fault.problem.column - 1
    return Problem(source, mark.line, column, fault.problem.message)
