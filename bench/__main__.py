"""`make bench`: starts the product as its Procfile does, with everything on, and measures it.

`make bench ARGS="trips policies"` measures these groups of figures alone, and writes no files.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from .machine import facts
from .plots import draw_all
from .report import Report
from .results import Results

FIGURES = (
    "floors",
    "trips",
    "latency",
    "accepted",
    "approvals",
    "timers",
    "waiting",
    "budget",
    "views",
    "policies",
)
"""Each is a module of `bench.figures`."""


def main(names: Sequence[str]) -> None:
    """Exits with 1 when a group breaks off; the others are measured all the same."""
    if unknown := set(names) - set(FIGURES):
        sys.exit(f"There is no {', '.join(sorted(unknown))}. There are: {', '.join(FIGURES)}.")
    results = Results()
    broken = [name for name in names or FIGURES if not _measured(name, results)]
    report = Report(results, facts())
    print(report.printed())
    if broken:
        sys.exit(f"Broken off: {', '.join(broken)}. Nothing is written.")
    if not names:
        report.write()
        draw_all(results)


def _measured(name: str, results: Results) -> bool:
    """Whether it went through; what went wrong is printed."""
    print(f"measuring: {name}", flush=True)
    try:
        import_module(f"bench.figures.{name}").measure(results)
    except Exception:
        traceback.print_exc()
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
