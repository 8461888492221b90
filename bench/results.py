"""What was measured: the lines of the table, and what the plots are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from statistics import median
from typing import Any, Literal

Plot = Literal["latency", "throughput", "pending"]
"""How long people wait; what is done in a second against connections; what it costs against how
many requests wait."""


_SHARES = [share / 2 for share in range(200)]
"""From the least to the last but half a percent, beyond which there are too few samples."""


@dataclass(frozen=True)
class Figure:
    """One line: what was measured in each round, and the floor of the same run that it stands on.

    `floor` is the name of another figure in the same unit; `aim` is in words, as "at most 4".
    """

    name: str
    unit: str
    values: tuple[float, ...]
    floor: str | None = None
    aim: str | None = None

    @property
    def median(self) -> float:
        return median(self.values)


@dataclass(frozen=True)
class Line:
    """One line of a plot, from left to right."""

    plot: Plot
    name: str
    points: tuple[tuple[float, float], ...]


@dataclass
class Results:
    """Everything of one run."""

    figures: list[Figure] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def add(
        self,
        name: str,
        unit: str,
        values: Sequence[float],
        floor: str | None = None,
        aim: str | None = None,
    ) -> None:
        """One line of the table."""
        self.figures.append(Figure(name, unit, tuple(values), floor, aim))

    def draw(self, plot: Plot, name: str, points: Sequence[tuple[float, float]]) -> None:
        """One line of a plot."""
        self.lines.append(Line(plot, name, tuple(points)))

    def spread(self, name: str, samples: Sequence[float]) -> None:
        """How samples lie, as a line of `latency`: what each share of them (%) does not exceed."""
        points = [(round(percentile(samples, one / 100), 3), one) for one in _SHARES]
        self.draw("latency", name, points)

    def written(self) -> dict[str, Any]:
        """For a file of JSON."""
        return asdict(self)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share) - 1)]


def rate(took: Mapping[str, Any]) -> float:
    """How many calls a second, of what `bench.load.calls.took` found."""
    return float(len(took["ms"]) / took["took_s"])
