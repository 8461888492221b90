"""A week of people and time: everything comes when it has to, once."""

from __future__ import annotations

from tests.simulation.report import Report
from tests.simulation.week import LATE_MS, REQUESTS, SEED, STALLS, Week

SWEEP_MS = 500
"""The longest sleep of the clock process."""

FEWER = 2_000


def lived(requests: int, stalls: tuple[tuple[int, int], ...] = ()) -> Report:
    week = Week(requests, SEED, stalls)
    week.run()
    report = Report(week)
    print(report)  # shown by `pytest -rP`
    return report


def test_everything_comes_when_it_is_due_or_at_the_next_sweep_and_once():
    report = lived(REQUESTS)
    assert report.differences() == []
    assert max(report.late) <= SWEEP_MS + LATE_MS
    assert min(report.kinds().values()) > REQUESTS / 10, "every kind happened often"


def test_what_a_worker_missed_comes_once_it_is_back_and_once():
    report = lived(FEWER, STALLS)
    assert report.differences() == []
    [(begin_ms, end_ms), *_] = STALLS
    assert (end_ms - begin_ms) / 2 < max(report.late) <= end_ms - begin_ms + SWEEP_MS + LATE_MS
