"""Whole trips: asked, card posted, pressed, called back, card redrawn."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.processes import cpu_s
from bench.wire import Caller

from .world import World


@dataclass
class Trips:
    """One round: seconds, CPU seconds of each process, and ms of each click until its ack and its
    callback."""

    number: int = 0
    took_s: float = 0.0
    cpu_s: dict[str, float] = field(default_factory=dict)
    ack_ms: list[float] = field(default_factory=list)
    callback_ms: list[float] = field(default_factory=list)

    def written(self) -> dict[str, Any]:
        return asdict(self)


async def trips(
    world: World, policies: Iterator[str], number: int, at_once: int, pids: dict[str, int]
) -> Trips:
    """So many of them, so many at once."""
    found = Trips(number)
    turns = iter(range(number))
    before, began = cpu_s(pids), time.perf_counter()
    await asyncio.gather(*(_some(world, policies, turns, found) for _ in range(at_once)))
    found.took_s = time.perf_counter() - began
    after = cpu_s(pids)
    found.cpu_s = {name: after[name] - before[name] for name in pids}
    return found


async def _some(world: World, policies: Iterator[str], turns: Iterator[int], found: Trips) -> None:
    caller = world.caller()
    for _ in turns:
        await _trip(world, caller, next(policies), found)
    caller.close()


async def _trip(world: World, caller: Caller, policy: str, found: Trips) -> None:
    opened = await world.ask(caller, refund(policy, world.site.callback_url))
    request = opened["id"]
    card = await world.posted(request)
    pressed = time.perf_counter()
    await world.press(caller, card)
    found.ack_ms.append((time.perf_counter() - pressed) * 1000)
    came = await world.called_back(request)
    found.callback_ms.append((came - pressed) * 1000)
    await world.updated(request)
    world.forget(request)


def refund(policy: str, callback_url: str | None = None, customer: str = "Acme") -> bytes:
    """What is asked for: a person has to look at it."""
    body = {
        "title": "Refund",
        "policy": policy,
        "payload": {"amount": 120, "customer": customer, "tier": "standard"},
        "signals": {"confidence": 0.1},
        **({} if callback_url is None else {"callback_url": callback_url}),
    }
    return json.dumps(body).encode()


def in_turn(names: list[str]) -> Iterator[str]:
    return itertools.cycle(names)
