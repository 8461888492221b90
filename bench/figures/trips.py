"""Whole trips a second, and what one costs."""

from __future__ import annotations

from statistics import median
from typing import Any

from bench.deployment import Deployment, deployed
from bench.results import Results

TRIPS, ROUNDS, CHANNELS = 1_000, 3, 1_000
"""As many channels as trips, so that nobody waits for a turn in one."""

_RATE_AIM = {16: "more than 480"}
_CPU_AIM = {16: "at most 4"}


def measure(results: Results) -> None:
    """On a product of its own, after a round that only warms up."""
    points: list[tuple[float, float]] = []
    with deployed(CHANNELS) as product:
        rounds_of(product, TRIPS, 16, 1)
        for at_once in (1, 16):
            rounds = rounds_of(product, TRIPS, at_once, ROUNDS)
            rates = [one["number"] / one["took_s"] for one in rounds]
            points.append((at_once, median(rates)))
            cpu = [sum(one["cpu_s"].values()) * 1000 / one["number"] for one in rounds]
            name = f"whole trips, {at_once} at once"
            floor = f"bare callback, {at_once} at once"
            results.add(name, "a second", rates, floor, _RATE_AIM.get(at_once))
            results.add(f"CPU of one, {at_once} at once", "ms", cpu, aim=_CPU_AIM.get(at_once))
    results.draw("throughput", "whole trips", points)


def rounds_of(product: Deployment, number: int, at_once: int, rounds: int) -> list[dict[str, Any]]:
    """So many trips, so many at once, in each round."""
    found: list[dict[str, Any]] = product.load(
        "trips",
        policies=product.policies,
        number=number,
        at_once=at_once,
        rounds=rounds,
        pids=product.pids,
    )
    return found
