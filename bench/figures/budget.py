"""How much of what Slack allows is used while many requests wait for one channel, or for five.

Slack takes about one message a second in each channel and says that it allows short bursts; what
goes beyond earns a 429, and with it some seconds in which nothing may be sent there. The Slack of
this measurement is stricter: one message a second on the average from the first on, and of no
message more than a tenth of a second early, which is what the way to Slack may vary by
(`bench/slack.py`). So whoever keeps a second between two messages when they are sent earns no 429,
and whoever sends more earns one soon.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.deployment import Deployment, deployed
from bench.results import Results

REQUESTS, ROUNDS, CLIENTS = 600, 3, 16
CHANNELS = (1, 5)


def measure(results: Results) -> None:
    """On a product of its own for each number of channels."""
    for channels in CHANNELS:
        with deployed(channels, limited=True) as product:
            _burst(product, CLIENTS)
            rounds = [_burst(product, REQUESTS) for _ in range(ROUNDS)]
        where = "one channel" if channels == 1 else f"{channels} channels"
        burst = f"{REQUESTS} requests at once into {where}"
        used = [_used(one["posts"]) for one in rounds]
        results.add(f"{burst}: of Slack's rate used", "%", used, aim="at least 95")
        refused = sum(one["refused"] for one in rounds)
        results.add(f"{burst}: 429s earned", "in all", [refused], aim="at most 0")
        results.add(f"{burst}: all are shown", "s", [one["shown_s"] for one in rounds])


def _burst(product: Deployment, number: int) -> dict[str, Any]:
    found: dict[str, Any] = product.load(
        "burst", policies=product.policies, number=number, at_once=CLIENTS
    )
    return found


def _used(posts: Sequence[Sequence[float]]) -> float:
    """Percent: messages in each channel from its first to its last, of one a second."""
    sent = sum(len(at) - 1 for at in posts)
    return 100 * sent / sum(at[-1] - at[0] for at in posts)
