"""Whole trips a second, what one costs, and how long a click waits when nothing else goes on."""

from __future__ import annotations

from statistics import median
from typing import Any

from bench.deployment import Deployment, deployed
from bench.results import Results, percentile

TRIPS, ROUNDS, CHANNELS = 1_000, 3, 1_000
"""As many channels as trips, so that nobody waits for a turn in one."""

_RATE_AIM = {16: "more than 480"}
_CPU_AIM = {16: "at most 4"}
_FLOORS = {"ack": "empty route", "callback": "bare callback"}


def measure(results: Results) -> None:
    """On a product of its own, after a round that only warms up."""
    with deployed(CHANNELS) as product:
        _rounds(product, 16, 1)
        points = []
        for at_once in (1, 16):
            rounds = _rounds(product, at_once, ROUNDS)
            rates = [one["number"] / one["took_s"] for one in rounds]
            points.append((at_once, median(rates)))
            cpu = [sum(one["cpu_s"].values()) * 1000 / one["number"] for one in rounds]
            name = f"whole trips, {at_once} at once"
            floor = f"bare callback, {at_once} at once"
            results.add(name, "a second", rates, floor, _RATE_AIM.get(at_once))
            results.add(f"CPU of one, {at_once} at once", "ms", cpu, aim=_CPU_AIM.get(at_once))
            if at_once == 1:
                waits(results, "at rest", rounds)
    results.draw("throughput", "whole trips", points)


def waits(results: Results, when: str, rounds: list[dict[str, Any]]) -> None:
    """How long people and receivers wait after a click, from the samples of each round."""
    aims = {("callback", 0.5): "at most 3", ("callback", 0.99): "at most 10"}
    for what in ("ack", "callback"):
        samples = [one[f"{what}_ms"] for one in rounds]
        for share in (0.5, 0.99):
            values = [percentile(one, share) for one in samples]
            name = f"click to {what}, {when}, p{share * 100:.0f}"
            floor = f"{_FLOORS[what]}, p{share * 100:.0f}"
            results.add(name, "ms", values, floor, aims.get((what, share)))
        results.draw(
            "latency", f"click to {what}, {when}", [(0, ms) for one in samples for ms in one]
        )


def _rounds(product: Deployment, at_once: int, rounds: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = product.load(
        "trips",
        policies=product.policies,
        number=TRIPS,
        at_once=at_once,
        rounds=rounds,
        pids=product.pids,
    )
    return found
