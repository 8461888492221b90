"""What other figures stand on: their bytes into bare Redis, a bare callback, a route that is empty.

How often a second the empty route answers is measured beside the requests accepted (`accepted.py`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import redis

from app.store.connection import connect
from app.store.documents import request_key, trail_key
from bench.deployment import Deployment, deployed
from bench.load.world import Card
from bench.openings import open_all
from bench.results import Results, percentile, rate

CALLS, ROUNDS = 1_000, 3


def measure(results: Results) -> None:
    """The bytes of a commit are those of a real request, and so is the callback."""
    with deployed(1) as product:
        written, sent = _real(product)
        for at_once in (1, 16):
            writes = _rounds(product, "redis", at_once, **written)
            results.add(f"bare Redis, {at_once} at once", "a second", [*map(rate, writes)])
            posts = _rounds(product, "post", at_once, **sent)
            results.add(f"bare callback, {at_once} at once", "a second", [*map(rate, posts)])
        _add_waits(results, "bare callback", _rounds(product, "post", 1, **sent))
        _add_waits(results, "empty route", _rounds(product, "empty", 1))


def _real(product: Deployment) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the floors are told: how much is written where, and what is sent."""
    url = product.server.url
    with connect(url) as server, connect(url, text=False) as raw:
        [card] = open_all(product, 1, shown=True)
        written = {"path": url.removeprefix("unix://"), "size": _size(raw, card)}
        product.load("approve", cards=[asdict(card)], at_once=1)
        return written, {"message": server.hget(request_key(card.request), "message")}


def _size(server: redis.Redis, card: Card) -> int:
    """Bytes that the opening of a request writes: its hash, and its events."""
    fields: Any = server.hgetall(request_key(card.request))
    entries: Any = server.lrange(trail_key(card.request), 0, -1)
    found: Any = [server.xrange("cs:events", entry, entry) for entry in entries]
    events = [told[b"event"] for [(_, told)] in found]
    return sum(map(len, (*fields, *fields.values(), *events)))


def _rounds(product: Deployment, figure: str, at_once: int, **args: Any) -> list[dict[str, Any]]:
    args = {"number": CALLS, "at_once": at_once, **args}
    return [product.load(figure, **args) for _ in range(ROUNDS)]


def _add_waits(results: Results, name: str, rounds: list[dict[str, Any]]) -> None:
    for share in (0.5, 0.99):
        values = [percentile(one["ms"], share) for one in rounds]
        results.add(f"{name}, p{share * 100:.0f}", "ms", values)
