"""The record of events in numbers, as a part of `/metrics`."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from app.ports import Figures


def of_record(figures: Figures) -> Iterator[Metric]:
    """How far it is sealed, and what waits; whether it is what it was, as far as we saw."""
    record = figures.record
    ago = float("inf") if record.checkpoint_ms is None else record.checkpoint_ms / 1000
    for name, about, value in (
        ("sealed_entries", "The number of the last sealed entry.", record.sealed),
        ("unsealed_entries", "Entries in the store that nobody sealed.", record.unsealed),
        (
            "unsealed_seconds",
            "How long ago the first entry was written that is not sealed yet.",
            record.unsealed_ms / 1000,
        ),
        ("checkpoint_age_seconds", "How long ago the last checkpoint was made.", ago),
        (
            "unposted_checkpoints",
            "Checkpoints since the last one posted in Slack.",
            record.unposted,
        ),
        ("entries", "Entries that are still in the store.", record.entries),
        (
            "first_age_seconds",
            "How long ago the first entry was written that is still in the store.",
            record.first_ms / 1000,
        ),
    ):
        yield GaugeMetricFamily(f"countersign_record_{name}", about, value)
    yield CounterMetricFamily(
        "countersign_record_breaks",
        "Times that the record was found not to be what it was.",
        figures.counters.get("record_broken", 0),
    )
