"""How much of each limit is used up, as `limit.lua` counts it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from policies.plan import Allowance

_SLICES = 60


@dataclass
class MemoryLimits:
    """Slices of each limit's window by the instant (ms) at which they end.

    A slice has the approvals in it and their sum; it counts until the whole of it has left the
    window.
    """

    slices: dict[str, dict[int, tuple[int, int]]] = field(default_factory=dict)

    def has_room(self, limit: Allowance, now: int) -> bool:
        counting = self._counting(limit, now).values()
        count, total = sum(n for n, _ in counting), sum(cost for _, cost in counting)
        if limit.count is not None and count >= limit.count:
            return False
        return limit.most is None or total + limit.cost <= limit.most

    def use_up(self, limit: Allowance, now: int) -> None:
        kept = self._counting(limit, now)
        slice_ms = limit.window_s * 1000 / _SLICES
        end = math.ceil((now // slice_ms + 1) * slice_ms)
        count, total = kept.get(end, (0, 0))
        self.slices[limit.key] = kept | {end: (count + 1, total + limit.cost)}

    def _counting(self, limit: Allowance, now: int) -> dict[int, tuple[int, int]]:
        begin = now - limit.window_s * 1000
        used = self.slices.get(limit.key, {})
        return {end: spent for end, spent in used.items() if end > begin}
