"""`python -m tests.simulation` tells how late everything comes in a simulated week."""

from __future__ import annotations

import sys

from tests.simulation.report import Report
from tests.simulation.week import REQUESTS, SEED, STALLS, Week


def main() -> None:
    for title, stalls in (("A week", ()), ("A week with a worker that is away twice", STALLS)):
        week = Week(REQUESTS, SEED, stalls)
        week.run()
        sys.stdout.write(f"{title}\n{Report(week)}\n\n")


if __name__ == "__main__":
    main()
