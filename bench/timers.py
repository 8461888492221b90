"""Ten thousand timers that are due in one instant: how late each of them is done.

The requests are opened straight in the store. Their cards are still to be posted, one a second,
and each expiry sets off a callback, so that worker and clock have more to do than the timers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from statistics import median, quantiles
from typing import Any

import redis

from app.demo.stack import Stack
from app.store.bells import Bells
from app.store.connection import connect
from app.store.requests import RedisRequests
from policies.evaluate import LoadedPolicy
from policies.loader import load_text

from .openings import open_all

TIMERS = 10_000

_DUE_S = 3600
_LEAD_S = 30
"""Long enough to open all requests before the first of their timers is due."""

_WAIT_S = 300

_SLA = {"request.reminded": "{remind: [1h], expire: 1d}", "request.expired": "{expire: 1h}"}
"""What one hour after the opening brings, by the event that records it."""


def measure(started: Callable[[], AbstractContextManager[Stack]]) -> None:
    """Prints one line for each kind of timer, each on a product of its own."""
    head = f"{'ms after they were due':<40}{'median':>9}{'p99':>9}{'last':>9}"
    sys.stdout.write(f"\n{head}\n")
    for kind in _SLA:
        with started() as stack:
            late = _lateness(stack, kind)
        row = f"{median(late):>9.0f}{quantiles(late, n=100)[98]:>9.0f}{max(late):>9.0f}"
        sys.stdout.write(f"{f'{TIMERS:,} {kind} at once':<40}{row}\n")


def _lateness(stack: Stack, kind: str) -> list[int]:
    server = connect(stack.server.url)
    store = RedisRequests(server, Bells(connect(stack.server.url, text=False)))
    due_ms = store.now() + _LEAD_S * 1000
    opened_ms = due_ms - _DUE_S * 1000
    open_all(store, _loaded(kind), TIMERS, opened_ms, callback_url=stack.callback_url)
    spare_ms = due_ms - store.now()
    if spare_ms < 0:
        raise TimeoutError("the requests were not open before their timers were due")
    time.sleep(spare_ms / 1000)
    late = _awaited(server, kind, due_ms)
    server.close()
    return late


def _loaded(kind: str) -> LoadedPolicy:
    text = f"""
    policy: urged
    review: {{channel: "#approvals", reviewers: [ana@example.com], sla: {_SLA[kind]}}}
    """
    return load_text(text.encode(), "urged.yaml")


def _awaited(server: redis.Redis, kind: str, due_ms: int) -> list[int]:
    """How many ms after `due_ms` each of these events was written, once there are all of them."""
    late: list[int] = []
    newest, end = str(due_ms), time.monotonic() + _WAIT_S
    while len(late) < TIMERS:
        if time.monotonic() > end:
            raise TimeoutError(f"only {len(late)} timers of {TIMERS} were done")
        time.sleep(0.5)  # looking takes from what is measured
        entries: Any = server.xrange("cs:events", min=newest)
        for entry, fields in entries:
            newest = f"({entry}"
            if json.loads(fields["event"])["type"] == kind:
                late.append(int(entry.split("-")[0]) - due_ms)
    return late
