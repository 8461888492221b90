"""The server and those who work on it: is it durable, does the clock live, is nobody late?"""

from __future__ import annotations

from collections.abc import Iterator

import redis
from redis.exceptions import RedisError

from app.domain.findings import GRACE_MS
from app.ports import Figures
from app.store import fitness
from app.store.inspection import RedisInspection

from .lines import Line, mend, note, ok

_QUIET_MS = 120_000
"""The clock audits every 15 s; after so long without, none does."""


def looked_at(client: redis.Redis, allow_unsafe: bool) -> Iterator[Line]:
    """Whether it is there, would lose nothing, and is worked on. Raises `StoreUnavailable`."""
    try:
        found = fitness.faults(client.info())
    except RedisError as error:
        advice = "Check REDIS_URL, and that the server runs."
        yield mend("redis", f"It can't be reached as REDIS_URL says: {error}", advice)
        return
    yield from _durable(found, allow_unsafe)
    yield from _at_work(RedisInspection(client).figures())


def _durable(found: list[str], allow_unsafe: bool) -> Iterator[Line]:
    for fault in found:
        if allow_unsafe:
            yield note("redis", fault, "COUNTERSIGN_ALLOW_UNSAFE_REDIS lets it run all the same.")
        else:
            yield mend("redis", fault, "Mend the server: no process starts on it.")
    if not found:
        yield ok("redis", "An append-only file, no eviction, a primary.")


def _at_work(figures: Figures) -> Iterator[Line]:
    """Signs of life of clock and workers, and what waits for somebody."""
    yield _clock(figures)
    yield _workers(figures)
    if figures.paused:
        yield note("pause", "Everything is paused.", "countersign status says why.")
    if figures.given_up.count:
        words = f"{figures.given_up.count} callbacks were given up."
        yield note("callbacks", words, "docs/operating.md says how to send them again.")


def _clock(figures: Figures) -> Line:
    start = "Start it: python -m workers.clock"
    if figures.audited_ms is None:
        return mend("clock", "No clock has ever run here.", start)
    ago = f"{figures.audited_ms // 1000} s ago"
    if figures.audited_ms > _QUIET_MS:
        return mend("clock", f"Its last sign of life is from {ago}.", start)
    return ok("clock", f"It audited {ago}.")


def _workers(figures: Figures) -> Line:
    late = [lane.value for lane, one in figures.lanes.items() if one.overdue]
    if late:
        words = f"What is due for over {GRACE_MS // 60_000} minutes has nobody at it: "
        advice = "Start workers: python -m workers.worker. If they run, their log says more."
        return mend("workers", f"{words}{', '.join(late)}.", advice)
    return ok("workers", "Nothing is overdue.")
