"""How a simulated week went: its trails beside those foretold, and how late everything came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.simulation.oracle import TOLD, Entry, Oracle
from tests.simulation.people import DAY_MS
from tests.simulation.week import BEGIN_MS, Asked, Week

_UP_TO = {
    "10 ms": 10,
    "20 ms": 20,
    "30 ms": 30,
    "40 ms": 40,
    "50 ms": 50,
    "540 ms": 540,
    "1 min": 60_000,
    "10 min": 600_000,
    "30 min": 1_800_000,
    "1 h": 3_600_000,
    "2 h": 7_200_000,
    "more": 10**15,
}


class Report:
    """`trails` are what happened, `foretold` what had to, `late` how late (ms) each timer came."""

    def __init__(self, week: Week) -> None:
        self._week = week
        self._oracle = Oracle(BEGIN_MS, BEGIN_MS + 40 * DAY_MS, week.looks)
        self.trails = [self._trail(one) for one in week.asked]
        self.foretold = [self._foretold(one) for one in week.asked]
        self.late = [
            late
            for one, trail in zip(week.asked, self.trails, strict=True)
            for late in self._oracle.late(one.plan, one.request.body.opened_ms, trail)
        ]

    def kinds(self) -> Counter[str]:
        """How many events there were of each kind."""
        return Counter(kind for trail in self.trails for kind, _ in trail)

    def differences(self) -> list[tuple[Asked, list[Entry], list[Entry]]]:
        """The requests that went otherwise: what happened, and what had to."""
        rows = zip(self._week.asked, self.trails, self.foretold, strict=True)
        return [row for row in rows if row[1] != row[2]]

    def __str__(self) -> str:
        counted = ", ".join(f"{count:,} {kind}" for kind, count in self.kinds().most_common())
        head = [
            f"{len(self.trails):,} requests: {counted}",
            f"{self._week.missed:,} answers were not given by people who were away",
            f"{len(self.late):,} timers, late by up to",
        ]
        return "\n".join([*head, *_bars(self.late)])

    def _trail(self, asked: Asked) -> list[Entry]:
        events = self._week.store.events(asked.request.id)
        return [(one.type.value, one.at_ms) for one in events if one.type.value in TOLD]

    def _foretold(self, asked: Asked) -> list[Entry]:
        return self._oracle.trail(asked.plan, asked.request.body.opened_ms, asked.answers)


def _bars(late: Iterable[int]) -> list[str]:
    found = Counter(next(name for name, ms in _UP_TO.items() if each <= ms) for each in late)
    widest = max(found.values(), default=1)
    return [
        f"{name:>8} {found[name]:>7,} {'#' * -(-50 * found[name] // widest)}".rstrip()
        for name in _UP_TO
    ]
