"""`python -m bench.load`: what to do comes as JSON on standard input, what came of it goes out as
JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from . import approving, asking, floors, trips
from .world import Site, World

Figure = Callable[..., Awaitable[Any]]


async def _trips(
    world: World, policies: list[str], number: int, at_once: int, rounds: int, pids: dict[str, int]
) -> list[dict[str, Any]]:
    names = trips.in_turn(policies)
    done = [await trips.trips(world, names, number, at_once, pids) for _ in range(rounds)]
    return [one.written() for one in done]


_FIGURES: dict[str, Figure] = {
    "approve": approving.approve,
    "ask": asking.ask,
    "empty": floors.empty,
    "hear": approving.hear,
    "post": floors.post,
    "redis": floors.redis,
    "trips": _trips,
}


async def _run(figure: str, site: dict[str, Any], args: dict[str, Any]) -> Any:
    async with World(Site(**site)).running() as world:
        return await _FIGURES[figure](world, **args)


def main() -> None:
    wanted = json.load(sys.stdin)
    json.dump(uvloop.run(_run(**wanted)), sys.stdout)


if __name__ == "__main__":
    main()
