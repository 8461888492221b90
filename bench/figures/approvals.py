"""Approvals a second while people work off what waits, and how far behind the callbacks are."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise

from bench.deployment import deployed
from bench.openings import open_all
from bench.results import Results

WAITING, PEOPLE, CHANNELS = 10_000, 16, 200

_PARTS = 5


def measure(results: Results) -> None:
    """All of them are decided, without a pause; each fifth is a value of its own."""
    with deployed(CHANNELS) as product:
        cards = open_all(product, WAITING, shown=True)
        product.settle()
        found = product.load("approve", cards=[asdict(card) for card in cards], at_once=PEOPLE)
    results.add(
        f"approvals, {PEOPLE} people at {WAITING:,} waiting",
        "a second",
        _rates(found["answered_s"]),
        floor=f"bare Redis, {PEOPLE} at once",
    )
    results.add("callbacks of these", f"of {WAITING:,}", [len(found["called_back_s"])])
    results.add("the last of them after the last approval", "s", [max(found["called_back_s"])])


def _rates(answered_s: list[float]) -> list[float]:
    size = len(answered_s) // _PARTS
    ends = [0.0, *answered_s[size - 1 :: size]]
    return [size / (end - begin) for begin, end in pairwise(ends)]
