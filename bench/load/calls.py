"""Many calls of one kind: over some connections at once, and over each one after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Call = Callable[[], Awaitable[object]]


@dataclass
class Took:
    """Seconds for all of them, and ms for each."""

    took_s: float = 0.0
    ms: list[float] = field(default_factory=list)

    def written(self) -> dict[str, Any]:
        return asdict(self)


async def took(connections: Sequence[Call], number: int) -> Took:
    """So many calls, shared out among these: whichever is free makes the next one.

    Each has made one call before, so that it is connected.
    """
    found, turns = Took(), iter(range(number))
    await asyncio.gather(*(call() for call in connections))
    began = time.perf_counter()
    await asyncio.gather(*(_one_by_one(call, turns, found) for call in connections))
    found.took_s = time.perf_counter() - began
    return found


async def _one_by_one(call: Call, turns: Iterator[int], found: Took) -> None:
    for _ in turns:
        began = time.perf_counter()
        await call()
        found.ms.append((time.perf_counter() - began) * 1000)
