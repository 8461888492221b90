"""What a look at queue, Home and numbers takes while ever more requests wait: it has to be flat."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from statistics import median

from bench.deployment import deployed
from bench.load.views import VIEWERS
from bench.openings import open_all
from bench.results import Results

LOOKS, ROUNDS, CHANNELS = 100, 3, 10
PENDING = (10, 1_000, 100_000)


def measure(results: Results) -> None:
    """On one product that fills. The floor of each look is itself with the fewest pending."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    stored = 0
    with deployed(CHANNELS) as product:
        for pending in PENDING:
            [*_, card] = open_all(product, pending - stored, shown=True)
            product.settle()
            stored = pending
            look = partial(product.load, "views", request=card.request)
            look(number=VIEWERS, rounds=1)  # who they are is looked up anew after a minute
            looks = look(number=LOOKS, rounds=ROUNDS)
            for name, rounds in looks.items():
                values = [median(samples) for samples in rounds]
                floor = None if pending == PENDING[0] else _named(name, PENDING[0])
                results.add(_named(name, pending), "ms", values, floor=floor)
                points[name].append((pending, median(values)))
    for name, line in points.items():
        results.draw("pending", name, line)


def _named(name: str, pending: int) -> str:
    return f"{name}, {pending:,} pending"
