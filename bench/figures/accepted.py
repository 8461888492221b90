"""Requests accepted a second, each a whole commit; beside it a route that does nothing."""

from __future__ import annotations

from statistics import median

from bench.deployment import Deployment, deployed
from bench.results import Results, rate

REQUESTS, ROUNDS, CHANNELS = 1_000, 3, 200
AT_ONCE = (1, 16, 64)


def measure(results: Results) -> None:
    """The worker posts the cards meanwhile; each round begins once those before are posted."""
    with deployed(CHANNELS) as product:
        _accepted(product, max(AT_ONCE))
        rates = {at_once: _rates(product, at_once) for at_once in AT_ONCE}
    for at_once, (empty, accepted) in rates.items():
        floor = f"empty route, {at_once} at once"
        results.add(floor, "a second", empty)
        results.add(f"requests accepted, {at_once} at once", "a second", accepted, floor=floor)
    for number, name in enumerate(("empty route", "requests accepted")):
        points = [(at_once, median(both[number])) for at_once, both in rates.items()]
        results.draw("throughput", name, points)


def _rates(product: Deployment, at_once: int) -> tuple[list[float], list[float]]:
    """Of the empty route and of requests, in turn, so that both meet the same machine."""
    rounds = [(_empty(product, at_once), _accepted(product, at_once)) for _ in range(ROUNDS)]
    return [empty for empty, _ in rounds], [accepted for _, accepted in rounds]


def _empty(product: Deployment, at_once: int) -> float:
    return rate(product.load("empty", number=REQUESTS, at_once=at_once))


def _accepted(product: Deployment, at_once: int) -> float:
    asked = product.load("ask", policies=product.policies, number=REQUESTS, at_once=at_once)
    product.settle()
    return rate(asked)
