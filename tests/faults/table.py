"""The fault table: what a row is, and how rows are read, run and printed.

Each row runs in two sizes: the small one in the test suite, the full one by `make faults`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

RULES = """\
Lost: acknowledged, and not there or not done in the end. Doubled: done twice where once was meant.
Let in: an effect that somebody had who may not, or that nobody had asked for."""


class ToolMissing(Exception):
    """This machine lacks a program that the row needs."""


@dataclass(frozen=True)
class Outcome:
    """What one run of a row came to.

    `done` says what was done how often; `seen` has figures that are no failure, such as repeats of
    a callback under its one id.
    """

    done: str
    lost: int = 0
    doubled: int = 0
    let_in: int = 0
    seen: str = ""

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.let_in)


Run = Callable[[int], Outcome]


@dataclass(frozen=True)
class Row:
    """One kind of fault. `run` takes how often; what that counts is said in the outcome."""

    name: str
    expected: str
    run: Run
    full: int
    small: int


@dataclass(frozen=True)
class Result:
    """A row, what it came to, and how long that took. `outcome` is None where it broke off."""

    row: Row
    outcome: Outcome | None
    problem: str
    took_s: float


ROWS: list[Row] = []
"""Every row, in the order of the table."""


def row(name: str, expected: str, *, full: int, small: int) -> Callable[[Run], Run]:
    """Enters a function as a row of the table."""

    def enter(run: Run) -> Run:
        ROWS.append(Row(name, expected, run, full, small))
        return run

    return enter


def chosen(words: Iterable[str]) -> list[Row]:
    """The rows whose names hold one of these words; all of them without any."""
    wanted = [word.casefold() for word in words]
    return [one for one in ROWS if not wanted or any(w in one.name.casefold() for w in wanted)]


def results(rows: Iterable[Row], *, small: bool) -> Iterator[Result]:
    """Run them one after the other; a row that breaks off is a row that falls short."""
    for one in rows:
        began = time.monotonic()
        outcome, problem = None, ""
        try:
            outcome = one.run(one.small if small else one.full)
        except Exception as error:
            problem = f"broke off: {type(error).__name__}: {error}"[:300]
        yield Result(one, outcome, problem, time.monotonic() - began)


HEAD = (
    "| Fault | Done | Expected | Lost | Doubled | Let in | Seen | Took |\n"
    "|---|---|---|--:|--:|--:|---|--:|"
)


def line(result: Result) -> str:
    """One line of the table, in Markdown."""
    row, outcome = result.row, result.outcome
    took = f"{result.took_s:,.0f} s"
    if outcome is None:
        cells = [row.name, result.problem, row.expected, "?", "?", "?", "", took]
    else:
        counts = [f"{n:,}" for n in (outcome.lost, outcome.doubled, outcome.let_in)]
        cells = [row.name, outcome.done, row.expected, *counts, outcome.seen, took]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
