"""When a callback that failed is tried again. Pure: the jitter is handed in."""

from __future__ import annotations

import math

_MINUTE_S, _HOUR_S = 60, 3600

WAITS_S = (
    # Ours: the receiver of a resume address may not be listening yet.
    1,
    5,
    # Standard Webhooks 1.0, "Deliverability and reliability".
    5 * _MINUTE_S,
    30 * _MINUTE_S,
    2 * _HOUR_S,
    5 * _HOUR_S,
    10 * _HOUR_S,
    14 * _HOUR_S,
    20 * _HOUR_S,
    24 * _HOUR_S,
)
"""Seconds to wait after the first failure, the second, and so on; after the last it is given up."""

LONGEST_RETRY_AFTER_S = 24 * _HOUR_S
"""A receiver cannot put a callback off for longer than this."""

_SPREAD = 0.2
"""Jitter lengthens a wait by up to this share, so that what failed together does not return so."""


def next_attempt_ms(
    failures: int, now: int, retry_after_s: float | None, jitter: float
) -> int | None:
    """The instant of the next attempt after `failures` failed ones (1 or more); None: given up.

    `jitter` is in [0, 1). Never earlier than `retry_after_s` seconds from now, which counts up to
    24 hours.
    """
    if failures > len(WAITS_S):
        return None
    wait_s = WAITS_S[failures - 1] * (1 + _SPREAD * jitter)
    if retry_after_s is not None:
        wait_s = max(wait_s, min(retry_after_s, LONGEST_RETRY_AFTER_S))
    return now + math.ceil(wait_s * 1000)
