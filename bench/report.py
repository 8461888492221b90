"""The table of a run: for a terminal, and of a whole run for files and for the page about speed."""

from __future__ import annotations

import json
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .results import Figure, Results

_ROOT = Path(__file__).parents[1]
_FOLDER, _PAGE = _ROOT / "bench" / "results", _ROOT / "docs" / "speed.md"
_BEGIN, _END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"

_HOLDS = {"at most": operator.le, "at least": operator.ge, "more than": operator.gt}
_RATE = "a second"


class Row(NamedTuple):
    """One line of the table, in words."""

    figure: str
    unit: str
    median: str
    least: str
    most: str
    floor: str
    aim: str
    met: str


_HEAD = Row("Figure", "Unit", "Median", "Min", "Max", "Times its floor", "Aim", "Met")


@dataclass(frozen=True)
class Report:
    """Of one run: its results, and what they were measured on."""

    results: Results
    facts: dict[str, str]

    def printed(self) -> str:
        """For a terminal."""
        lines = [_HEAD, *self._rows()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        table = (_aligned(line, widths) for line in lines)
        return "\n".join([*table, "", self._measured_on()])

    def write(self, folder: Path = _FOLDER, page: Path = _PAGE) -> None:
        """Into the files of the newest run, and into the page between its marks."""
        folder.mkdir(exist_ok=True)
        told = {"facts": self.facts, **self.results.written()}
        (folder / "latest.json").write_text(json.dumps(told) + "\n")
        (folder / "latest.md").write_text(self._markdown())
        before, _, rest = page.read_text().partition(_BEGIN)
        after = rest.partition(_END)[2]
        page.write_text(f"{before}{_BEGIN}\n\n{self._markdown()}\n{_END}{after}")

    def _markdown(self) -> str:
        rule = Row("---", "---", "--:", "--:", "--:", "--:", "---", "---")
        lines = [" | ".join(line) for line in (_HEAD, rule, *self._rows())]
        return f"{self._measured_on()}\n\n" + "".join(f"| {line} |\n" for line in lines)

    def _measured_on(self) -> str:
        return "; ".join(f"{name}: {fact}" for name, fact in self.facts.items()) + "."

    def _rows(self) -> list[Row]:
        floors = {figure.name: figure for figure in self.results.figures}
        return [_row(one, floors.get(one.floor or "")) for one in self.results.figures]


def _row(figure: Figure, floor: Figure | None) -> Row:
    return Row(
        figure.name,
        figure.unit,
        _number(figure.median),
        _number(min(figure.values)),
        _number(max(figure.values)),
        "" if floor is None else f"{_times(figure, floor):.1f}",
        figure.aim or "",
        "" if figure.aim is None else ("yes" if _met(figure, figure.aim) else "no"),
    )


def _times(figure: Figure, floor: Figure) -> float:
    """How many times as long it takes, by the medians."""
    ratio = figure.median / floor.median
    return 1 / ratio if figure.unit == _RATE else ratio


def _met(figure: Figure, aim: str) -> bool:
    """By the median. `aim` is a comparison in words and a number."""
    words, _, number = aim.rpartition(" ")
    return bool(_HOLDS[words](figure.median, float(number)))


def _number(value: float) -> str:
    """With three digits that tell something, and all of those before the point."""
    for least, digits in ((100, 0), (10, 1), (1, 2)):
        if abs(value) >= least:
            return f"{value:,.{digits}f}"
    return f"{value:.3g}"


def _aligned(line: Row, widths: Sequence[int]) -> str:
    """Words to the left, figures to the right."""
    numbers = range(Row._fields.index("median"), Row._fields.index("aim"))
    cells = (
        cell.rjust(width) if at in numbers else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(line, widths, strict=True))
    )
    return "  ".join(cells).rstrip()
