"""`make bench` in small: that everything can be measured, never how fast it is."""

from __future__ import annotations

from contextlib import nullcontext
from importlib import import_module
from typing import Any

import pytest

from bench.__main__ import FIGURES
from bench.deployment import deployed
from bench.figures import timers
from bench.results import Results

pytestmark = pytest.mark.timeout(300)

SMALL: dict[str, dict[str, Any]] = {
    "floors": {"CALLS": 5, "ROUNDS": 1},
    "trips": {"TRIPS": 8, "ROUNDS": 1},
    "latency": {"TRIPS": 2, "ROUNDS": 1, "PENDING": (0, 5)},
    "accepted": {"REQUESTS": 5, "ROUNDS": 1, "AT_ONCE": (1,)},
    "approvals": {"WAITING": 20},
    "timers": {"TIMERS": 5, "LEAD_S": 3, "KINDS": {"reminders": timers.KINDS["reminders"]}},
    "waiting": {"PENDING": 5, "WARM_UP": 5, "WAIT_S": 1},
    "budget": {"REQUESTS": 20, "ROUNDS": 1, "CLIENTS": 4, "CHANNELS": (1,)},
    "views": {"LOOKS": 1, "ROUNDS": 1, "PENDING": (5, 10)},
    "policies": {"FILES": 2, "RULES_EACH": 2, "RULES_DEEP": 3, "ROUNDS": 1, "DECISIONS": 1},
}

ALONE = {"policies"}
"""Measured without a product."""


def test_every_figure_is_measured_beside_its_floor(monkeypatch):
    assert set(SMALL) == set(FIGURES)
    results = Results()
    with deployed(8) as product:  # one for all, as starting it takes the longest
        for name, constants in SMALL.items():
            figures = import_module(f"bench.figures.{name}")
            if name not in ALONE:
                monkeypatch.setattr(figures, "deployed", lambda *_, **__: nullcontext(product))
            for constant, value in constants.items():
                monkeypatch.setattr(figures, constant, value)
            figures.measure(results)
    units = {one.name: one.unit for one in results.figures}
    assert len(units) == len(results.figures)
    assert all(one.values and min(one.values) >= 0 for one in results.figures)
    assert all(units[one.floor] == one.unit for one in results.figures if one.floor)
