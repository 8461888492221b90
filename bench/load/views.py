"""What people look at: their queue, everything, one request, the numbers, and their Home."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

from bench.slack import PEOPLE, TEAM
from bench.wire import Caller

from .world import World

VIEWERS = 8
"""People who open their Homes in turn; the first of them types what is typed."""


async def views(
    world: World, request: str, number: int, rounds: int
) -> dict[str, list[list[float]]]:
    """Ms of each of so many looks, in each round, by what was looked at. `request` is shown."""
    caller, people = world.caller(), itertools.cycle(PEOPLE[:VIEWERS])
    looks: dict[str, Callable[[], Awaitable[None]]] = {
        "/approvals": lambda: _typed(world, caller, "", "req_"),
        "/approvals all": lambda: _typed(world, caller, "all", "req_"),
        "/approvals show": lambda: _typed(world, caller, f"show {request}", request),
        "/approvals stats": lambda: _typed(world, caller, "stats", "In numbers"),
        "Home": lambda: _home(world, caller, next(people)),
    }
    found = {
        name: [await _took(look, number) for _ in range(rounds)] for name, look in looks.items()
    }
    caller.close()
    return found


async def _took(look: Callable[[], Awaitable[None]], number: int) -> list[float]:
    took: list[float] = []
    for _ in range(number):
        began = time.perf_counter()
        await look()
        took.append((time.perf_counter() - began) * 1000)
    return took


async def _typed(world: World, caller: Caller, text: str, expected: str) -> None:
    """The answer comes with the acknowledgement, and has to be the one that was wanted."""
    form = {
        "command": "/approvals",
        "text": text,
        "user_id": PEOPLE[0],
        "team_id": TEAM,
        "channel_id": "C00000000",
        "trigger_id": uuid4().hex,  # as Slack makes no two alike
        "response_url": "https://hooks.slack.example/commands/1",
    }
    answer = await world.tell(caller, form)
    if expected.encode() not in answer.body:
        raise AssertionError(f"/approvals {text}: {answer.body[:300]!r}")


async def _home(world: World, caller: Caller, person: str) -> None:
    """Until the Home has come to Slack. Who opens it again at once waits for the first drawing to
    be put away; so each look is another person's."""
    world.forget(person)
    event = {"type": "app_home_opened", "user": person, "tab": "home", "channel": "D1"}
    told = {"type": "event_callback", "team_id": TEAM, "event_id": uuid4().hex, "event": event}
    await world.send(caller, json.dumps(told), "application/json")
    await world.published(person)
