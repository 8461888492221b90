"""What `/metrics` tells of decisions, callbacks and Slack, read off the counters.

Labels are policies, kinds and methods, never a client or a person: their number is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from app.domain import counting
from app.ports import AGES_S, Figures

_SLAS = tuple(counting.BREACHES.values())

_COUNTERS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (counting.OPENED, "requests_opened", "Requests that were taken in.", ("policy",)),
    (
        counting.DECIDED,
        "decisions",
        "Requests that were decided: how, and by whom.",
        ("policy", "outcome", "by"),
    ),
    (
        counting.BREACHED,
        "sla_breaches",
        "Requests that were escalated, expired, or of which no result was told in time.",
        ("policy", "sla"),
    ),
    (
        counting.CALLBACK,
        "callback_attempts",
        "Attempts to deliver a callback, by what came of them.",
        ("outcome",),
    ),
    (
        counting.LIMITED,
        "slack_rate_limited",
        "Calls that Slack answered with a wait (429).",
        ("method",),
    ),
    (
        counting.HELD_BACK,
        "slack_held_back",
        "Calls that were put off since Slack wants to be left alone.",
        ("method",),
    ),
)
"""Families of counters: here and in `/metrics`, what they count, and their labels."""


def families(figures: Figures) -> Iterator[Metric]:
    """All of them."""
    yield from _waiting(figures)
    yield _took(figures)
    # Prometheus sees no increase in a counter that was not there before.
    known: dict[str, list[tuple[str, ...]]] = {
        counting.BREACHED: [(policy, sla) for policy in figures.waiting for sla in _SLAS],
        counting.CALLBACK: [(outcome,) for outcome in counting.CAME_TO],
    }
    for family, name, about, labels in _COUNTERS:
        made = CounterMetricFamily(f"countersign_{name}", about, labels=labels)
        found = dict(counting.of(family, figures.counters))
        for values, count in (dict.fromkeys(known.get(family, ()), 0) | found).items():
            made.add_metric(values, count)
        yield made


def _waiting(figures: Figures) -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "countersign_pending_requests",
        "Requests that wait for a decision, by for how long they have.",
        labels=["policy", "age"],
    )
    oldest = GaugeMetricFamily(
        "countersign_oldest_pending_seconds",
        "For how long the first has waited for a decision; 0 where none waits.",
        labels=["policy"],
    )
    for policy, one in figures.waiting.items():
        for age, count in zip(_AGES, one.by_age, strict=True):
            waiting.add_metric([policy, age], count)
        oldest.add_metric([policy], one.oldest_ms / 1000)
    yield from (waiting, oldest)


def _took(figures: Figures) -> Metric:
    """How long decisions took; the counters have each in one bucket, Prometheus wants sums."""
    made = HistogramMetricFamily(
        "countersign_decision_seconds",
        "How long it took to decide what waited for a decision.",
        labels=["policy"],
    )
    found = dict(counting.of(counting.TOOK, figures.counters))
    ends = [*map(str, counting.TOOK_S), counting.LONGER]
    sums = {labels[0]: ms for labels, ms in counting.of(counting.TOOK_MS, figures.counters)}
    for policy, took_ms in sums.items():
        up_to = accumulate(found.get((policy, end), 0) for end in ends)
        shown = ["+Inf" if end == counting.LONGER else f"{end}.0" for end in ends]
        buckets = list(zip(shown, map(float, up_to), strict=True))
        made.add_metric([policy], buckets=buckets, sum_value=took_ms / 1000)
    return made


def _span(seconds: int) -> str:
    """`300` as `5m`."""
    for unit, long in (("d", 86_400), ("h", 3_600)):
        if seconds % long == 0:
            return f"{seconds // long}{unit}"
    return f"{seconds // 60}m"


_AGES = (
    f"<{_span(AGES_S[0])}",
    *(f"{_span(younger)}-{_span(older)}" for younger, older in pairwise(AGES_S)),
    f">{_span(AGES_S[-1])}",
)
