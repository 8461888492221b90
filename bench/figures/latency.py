"""How long people and receivers wait after a click, at rest and while ever more requests wait."""

from __future__ import annotations

from statistics import median

from bench.deployment import deployed
from bench.openings import open_all
from bench.results import Results, percentile

from .trips import rounds_of

TRIPS, ROUNDS, CHANNELS = 300, 3, 300
"""A channel gets its next card more than a second after the one before."""

PENDING = (0, 10_000, 100_000)

_AIMS = {("callback", 0.5): "at most 3", ("callback", 0.99): "at most 10"}
_AIMED = 10_000
"""With so many pending the aims hold still."""

_FLOORS = {"ack": "empty route", "callback": "bare callback"}


def measure(results: Results) -> None:
    """One trip after the other, on one product that fills."""
    medians: dict[str, list[tuple[float, float]]] = {"ack": [], "callback": []}
    stored = 0
    with deployed(CHANNELS) as product:
        rounds_of(product, TRIPS, 1, 1)
        for pending in PENDING:
            open_all(product, pending - stored, shown=True)
            product.settle()
            stored = pending
            rounds = rounds_of(product, TRIPS, 1, ROUNDS)
            for what, points in medians.items():
                samples = [one[f"{what}_ms"] for one in rounds]
                points.append((pending, _waits(results, what, pending, samples)))
    for what, points in medians.items():
        results.draw("pending", f"click to {what}", points)


def _waits(results: Results, what: str, pending: int, rounds: list[list[float]]) -> float:
    """Ms, the median of all rounds."""
    name = f"click to {what}, {f'{pending:,} pending' if pending else 'at rest'}"
    for share in (0.5, 0.99):
        rank, values = f"p{share * 100:.0f}", [percentile(samples, share) for samples in rounds]
        aim = _AIMS.get((what, share)) if pending <= _AIMED else None
        results.add(f"{name}, {rank}", "ms", values, f"{_FLOORS[what]}, {rank}", aim)
    every = [ms for samples in rounds for ms in samples]
    results.spread(name, every)
    return median(every)
