"""Requests that are opened, as fast as they are accepted."""

from __future__ import annotations

import random
import string
from typing import Any

from .calls import Call, took
from .trips import in_turn, refund
from .world import World


async def ask(
    world: World, policies: list[str], number: int, at_once: int, text_bytes: int = 4
) -> dict[str, Any]:
    """So many requests that need a person and want no callback, the policies in turn.

    The payload of each has so much text that is like no other's. Beside them each connection opens
    one more, beforehand.
    """
    names = in_turn(policies)

    def asking() -> Call:
        caller = world.caller()
        return lambda: world.ask(caller, refund(next(names), customer=_text(text_bytes)))

    return (await took([asking() for _ in range(at_once)], number)).written()


def _text(size: int) -> str:
    return "".join(random.choices(string.ascii_letters + string.digits, k=size))  # noqa: S311 (nothing to guess)
