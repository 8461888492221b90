"""`/metrics`: a deployment in numbers, in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from app.domain.due import Lane
from app.domain.findings import LASTING, Kind
from app.ports import CLOCK, Figures, LaneFigures, Standing, worker_of

from .policy_metrics import families
from .record_metrics import of_record

TEXT = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format, which every scraper reads."""


def exposition(figures: Figures) -> bytes:
    """The figures as a scrape gets them."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(figures))
    return generate_latest(registry)


@dataclass(frozen=True, eq=False)  # a registry keeps it by identity
class _Figures(Collector):
    figures: Figures

    def collect(self) -> Iterator[Metric]:
        figures = self.figures
        yield InfoMetricFamily(
            "countersign_build", "What runs here.", {"version": version("countersign")}
        )
        yield GaugeMetricFamily(
            "countersign_open_requests", "Requests that wait for a decision.", figures.open
        )
        yield GaugeMetricFamily(
            "countersign_paused", "1 while nothing goes ahead by itself.", float(figures.paused)
        )
        yield from _standing(figures)
        yield from _lanes(figures)
        yield from _audits(figures)
        yield from of_record(figures)
        yield from _vitals(figures)
        yield from families(figures)
        yield CounterMetricFamily(
            "countersign_break_glass_decisions",
            "Decisions at the command line, without Slack.",
            figures.counters.get("break_glass", 0),
        )


def _standing(figures: Figures) -> Iterator[Metric]:
    """What waits for somebody, or for something, outside of the lanes."""
    yield GaugeMetricFamily(
        "countersign_callbacks_given_up",
        "Requests whose callback was given up.",
        figures.given_up.count,
    )
    yield GaugeMetricFamily(
        "countersign_unused_approvals",
        "Approvals of which nobody told a result in time.",
        figures.unused,
    )
    held = GaugeMetricFamily(
        "countersign_held_requests", "Requests that stand still.", labels=["reason"]
    )
    for reason, count in figures.held.items():
        held.add_metric([reason], count)
    yield held
    refused = GaugeMetricFamily(
        "countersign_slack_refused_requests",
        "Requests that Slack does not show as they stand, by its code for our token or its scopes.",
        labels=["code"],
    )
    for code, one in figures.refused.items():
        refused.add_metric([code], one.count)
    yield refused
    yield GaugeMetricFamily(
        "countersign_channel_lost_requests",
        "Open requests whose channel Slack takes nothing into any more.",
        sum(one.waiting.count for one in figures.lost),
    )


def _vitals(figures: Figures) -> Iterator[Metric]:
    """Whether somebody is at work, and whether Slack lets us."""
    clock = figures.pulse.get(CLOCK)
    yield GaugeMetricFamily(
        "countersign_clock_age_seconds",
        "How long ago the clock was last at work; +Inf for not within an hour.",
        _age(clock),
    )
    workers = GaugeMetricFamily(
        "countersign_worker_age_seconds",
        "How long ago a worker was last at work in this lane; +Inf for not within an hour.",
        labels=["lane"],
    )
    for lane in Lane:
        workers.add_metric([lane.value], _age(figures.pulse.get(worker_of(lane))))
    yield workers
    token = GaugeMetricFamily(
        "countersign_slack_token", "1 for how our token stands at Slack.", labels=["standing"]
    )
    for standing in get_args(Standing):
        token.add_metric([standing], float(standing == figures.standing))
    yield token


def _age(ms: int | None) -> float:
    return float("inf") if ms is None else ms / 1000


def _lanes(figures: Figures) -> Iterator[Metric]:
    def gauge(name: str, about: str, read: str) -> Metric:
        family = GaugeMetricFamily(f"countersign_{name}", about, labels=["lane"])
        for lane, one in figures.lanes.items():
            family.add_metric([lane.value], _number(one, read))
        return family

    yield gauge("overdue", "Requests due for over two minutes, with nobody at them.", "overdue")
    yield gauge(
        "oldest_due_seconds", "How long ago the first came due that nobody is at.", "oldest_ms"
    )
    yield gauge("set_aside", "Requests that failed to load or run.", "set_aside")


def _number(one: LaneFigures, read: str) -> float:
    value: int = getattr(one, read)
    return value / 1000 if read.endswith("_ms") else value


def _audits(figures: Figures) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "countersign_audit_age_seconds",
        "How long ago the last audit ended.",
        _age(figures.audited_ms),
    )
    yield _counted(figures, "found", "Findings of the auditor, each counted as it began.", Kind)
    repaired = [kind for kind in Kind if kind not in LASTING]
    yield _counted(figures, "repaired", "Findings that the auditor repaired.", repaired)
    lasting = GaugeMetricFamily(
        "countersign_audit_cases", "Requests with what can't be repaired.", labels=["kind"]
    )
    for kind, count in figures.lasting.items():
        lasting.add_metric([kind.value], count)
    yield lasting
    yield GaugeMetricFamily(
        "countersign_alarms_waiting", "Alarms that nobody was told yet.", figures.alarms
    )


def _counted(figures: Figures, name: str, about: str, kinds: Iterable[Kind]) -> Metric:
    family = CounterMetricFamily(f"countersign_audit_{name}", about, labels=["kind"])
    for kind in kinds:
        family.add_metric([kind.value], figures.counters.get(f"{name}:{kind.value}", 0))
    return family
