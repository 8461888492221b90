"""The plots of docs/speed.md, drawn from the lines of a run.

They are of a kind that can be read on a light page and on a dark one (`plots.mplstyle`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from .results import Line, Plot, Results

_FOLDER = Path(__file__).parents[1] / "docs" / "images"
_STYLE = Path(__file__).with_suffix(".mplstyle")
_FEW = 10
"""A line of fewer points shows each."""

Scale = Literal["linear", "log", "symlog"]
"""The last is a log axis that begins with 0."""


@dataclass(frozen=True)
class _Look:
    """What is shown across and up, and on which scales."""

    across: str
    up: str
    scales: tuple[Scale, Scale]


_LOOKS: dict[Plot, _Look] = {
    "latency": _Look("milliseconds after the click", "% of clicks", ("log", "linear")),
    "throughput": _Look("connections", "a second", ("log", "linear")),
    "pending": _Look("requests that wait", "milliseconds", ("symlog", "log")),
}


def draw_all(results: Results, folder: Path = _FOLDER) -> None:
    """Each plot into a file of its own."""
    with mpl.rc_context(fname=_STYLE):
        for plot, look in _LOOKS.items():
            figure = _drawn(look, [line for line in results.lines if line.plot == plot])
            # Without a date the same lines make the same file.
            figure.savefig(folder / f"speed-{plot}.svg", metadata={"Date": None})


def _drawn(look: _Look, lines: Sequence[Line]) -> Figure:
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.add_subplot(xlabel=look.across, ylabel=look.up)
    for line, dash in zip(lines, cycle(("-", "--", ":")), strict=False):
        dots = "o" if len(line.points) < _FEW else ""
        across, up = zip(*line.points, strict=True)
        axes.plot(across, up, linestyle=dash, marker=dots, label=line.name)
    _scale(axes, *look.scales)
    if all(len(line.points) < _FEW for line in lines):
        axes.set_xticks(sorted({across for line in lines for across, _ in line.points}))
    axes.minorticks_off()
    figure.legend(loc="outside right upper")
    return figure


def _scale(axes: Axes, across: Scale, up: Scale) -> None:
    axes.set_xscale(across, **({"linthresh": 1} if across == "symlog" else {}))
    axes.set_yscale(up)
    for axis, scale in ((axes.xaxis, across), (axes.yaxis, up)):
        if scale == "log":
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:,g}")
    if up == "linear":
        axes.set_ylim(bottom=0)
