"""People who work off what waits, and whoever hears of it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.slack import PEOPLE

from .world import Card, World


async def approve(world: World, cards: list[dict[str, str]], at_once: int) -> dict[str, Any]:
    """So many people press Approve on each of these cards, everybody on a share of their own.

    Gives the seconds from the first press until each had its answer, in order, and those from the
    last answer until each callback had come.
    """
    waiting = [Card(**one) for one in cards]
    answered: list[float] = []
    began = time.perf_counter()
    shares = [waiting[number::at_once] for number in range(at_once)]
    await asyncio.gather(*map(_work_off, [world] * at_once, PEOPLE, shares, [answered] * at_once))
    came = await asyncio.gather(*(world.called_back(card.request) for card in waiting))
    return {
        "answered_s": [at - began for at in answered],
        "called_back_s": [at - answered[-1] for at in came],
    }


async def _work_off(world: World, person: str, share: list[Card], answered: list[float]) -> None:
    caller = world.caller()
    for card in share:
        await world.press(caller, card, person)
        answered.append(time.perf_counter())
    caller.close()


async def hear(world: World, requests: list[str]) -> None:
    """Takes the callbacks of all of these."""
    await asyncio.gather(*(world.called_back(request) for request in requests))
