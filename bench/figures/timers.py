"""Ten thousand timers that are due in one instant: how late each of them is done.

Reminders go into the threads of their cards, one a second in each channel; expiries redraw them
and set off callbacks. So worker and clock have more to do than the timers.
"""

from __future__ import annotations

import json
import time
from typing import Any

import redis

from app.store.connection import connect, milliseconds
from bench.deployment import SLA, Deployment, deployed
from bench.openings import open_all
from bench.results import Results, percentile

TIMERS, CHANNELS = 10_000, 200
LEAD_S = 60
"""Long enough to open all requests before the first of their timers is due."""

KINDS = {"reminders": ("request.reminded", SLA), "expiries": ("request.expired", "{expire: 1h}")}
"""What is due an hour after the opening: the event that records it, and the `sla` that says so."""

_HOUR_MS = 3_600_000
_WAIT_S = 600


def measure(results: Results) -> None:
    """Each kind on a product of its own."""
    for name, (event, sla) in KINDS.items():
        with deployed(CHANNELS, sla=sla) as product:
            late_s = _late_s(product, event)
        what = f"{TIMERS:,} {name} at once"
        results.add(what, "a second", [TIMERS / max(late_s)], floor="bare Redis, 1 at once")
        for share in (0.5, 0.99):
            results.add(f"{what}, late, p{share * 100:.0f}", "s", [percentile(late_s, share)])
        results.add(f"{what}, late, the last", "s", [max(late_s)])


def _late_s(product: Deployment, event: str) -> list[float]:
    with connect(product.server.url) as server:
        due_ms = milliseconds(server.time()) + LEAD_S * 1000
        cards = open_all(product, TIMERS, opened_ms=due_ms - _HOUR_MS, shown=True)
        if milliseconds(server.time()) > due_ms:
            raise TimeoutError("the requests were not open before their timers were due")
        if event == "request.expired":  # somebody has to take the callbacks
            product.load("hear", requests=[card.request for card in cards])
        return _done_s(server, event, due_ms)


def _done_s(server: redis.Redis, event: str, due_ms: int) -> list[float]:
    """How many seconds after `due_ms` each of them was recorded, once all are."""
    late_s: list[float] = []
    newest, end = str(due_ms), time.monotonic() + LEAD_S + _WAIT_S
    while len(late_s) < TIMERS:
        if time.monotonic() > end:
            raise TimeoutError(f"only {len(late_s)} timers of {TIMERS} were done")
        time.sleep(0.5)  # looking takes from what is measured
        entries: Any = server.xrange("cs:events", min=newest)
        for entry, fields in entries:
            newest = f"({entry}"
            if json.loads(fields["event"])["type"] == event:
                late_s.append((int(entry.split("-")[0]) - due_ms) / 1000)
    return late_s
