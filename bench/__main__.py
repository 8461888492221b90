"""`make bench`: starts the product as its Procfile does, with everything on, and measures it.

`make bench ARGS="trips policies"` measures these groups of figures alone.
"""

from __future__ import annotations

import sys
from importlib import import_module

from .results import Results

FIGURES = ("floors", "trips", "accepted", "approvals", "timers", "waiting")
"""Each is a module of `bench.figures`."""


def main() -> None:
    results = Results()
    for name in sys.argv[1:] or FIGURES:
        import_module(f"bench.figures.{name}").measure(results)
    for figure in results.figures:
        print(figure)


if __name__ == "__main__":
    main()
