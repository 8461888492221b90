"""A burst of requests into few channels, at a Slack that takes one message a second in each."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

from bench.wire import Caller

from .trips import in_turn, refund
from .world import World


async def burst(world: World, policies: list[str], number: int, at_once: int) -> dict[str, Any]:
    """Seconds until all are shown, 429s earned, and when messages came into each channel (s)."""
    slack = Caller("127.0.0.1", world.site.slack_port)
    before = await _counts(slack)
    names, turns, began = in_turn(policies), iter(range(number)), time.perf_counter()
    asked = await asyncio.gather(*(_ask(world, names, turns) for _ in range(at_once)))
    await asyncio.gather(*(world.posted(request) for some in asked for request in some))
    took_s = time.perf_counter() - began
    after = await _counts(slack)
    slack.close()
    posts = [at[len(before["posts"].get(channel, ())) :] for channel, at in after["posts"].items()]
    refused = after["calls"].get("429", 0) - before["calls"].get("429", 0)
    return {"shown_s": took_s, "refused": refused, "posts": posts}


async def _ask(world: World, policies: Iterator[str], turns: Iterator[int]) -> list[str]:
    caller = world.caller()
    asked = [(await world.ask(caller, refund(next(policies))))["id"] for _ in turns]
    caller.close()
    return asked


async def _counts(slack: Caller) -> dict[str, Any]:
    answer = await slack.call("GET", "/counts")
    counts: dict[str, Any] = json.loads(answer.body)
    return counts
