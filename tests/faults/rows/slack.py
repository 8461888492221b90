"""A Slack that is slow, that wants to be left alone, or that is not there."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from tests.faults.account import cards, missing, settled
from tests.faults.lanes import PEOPLE, ask_in_lane, lanes
from tests.faults.table import Outcome, row
from tests.world import APPROVE, World, at_once, eventually, pressed

ANA = PEOPLE[0]


@row(
    "Slack 30 s slow",
    "no callback waits for it; afterwards each request has one card, as it stands",
    full=200,
    small=4,
)
def slow(requests: int) -> Outcome:
    """Half of them are decided before Slack has taken a card; those need none any more."""
    with lanes() as world:
        for method in ("chat.postMessage", "chat.update"):
            world.fault(method=method, kind="delay", delay_s=30, times=None)
        began = time.monotonic()
        asked = at_once([partial(ask_in_lane, world, n) for n in range(requests)], 8)
        decided, waiting = asked[::2], asked[1::2]
        at_once([partial(pressed, world, ANA, one, APPROVE) for one in decided], 8)
        account = settled(world, decided)
        took = time.monotonic() - began
        world.heal()
        left, twice = _shown_once(world, waiting)
        shown = cards(world, PEOPLE)
    return Outcome(
        f"{requests:,} requests, half of them approved",
        lost=len(account.lost) + left,
        doubled=len(account.doubled) + twice + sum(shown[one["id"]] > 1 for one in decided),
        seen=f"the last callback came {took:,.0f} s after the first request was asked",
    )


_WANTED: tuple[tuple[str, dict[str, str], int], ...] = (
    ("ratelimited", {"retry_after": "2"}, 2_000),
    ("ratelimited", {"retry_after": "1.5"}, 1_500),
    ("ratelimited_200", {}, 5_000),
)
"""What Slack answers, its Retry-After, and for how long (ms) it is to be left alone then."""


@row(
    "Slack answers 429 for minutes: whole, fractional, and as HTTP 200",
    "no call is early; afterwards each request has one card",
    full=120,
    small=4,
)
def limited(seconds: int) -> Outcome:
    """So many seconds of each of the three."""
    hasty = lost = doubled = refused = 0
    with lanes() as world:
        for kind, more, wait_ms in _WANTED:
            before = len(calls_of(world))
            # It ends by itself.
            world.fault(method="*", kind=kind, for_s=seconds, times=None, **more)
            asked = [ask_in_lane(world, n) for n in range(10)]
            left, twice = _shown_once(world, asked)
            for request in asked:
                assert pressed(world, ANA, request, APPROVE)["ok"]
            account = settled(world, asked)
            calls = calls_of(world)[before:]
            refused += sum(call["error"] == "ratelimited" for call in calls)
            hasty += sum(1 for _ in early(calls, wait_ms))
            lost += left + len(account.lost)
            doubled += twice + len(account.doubled)
    return Outcome(
        f"3 times {seconds} s, {refused} calls refused",
        lost=lost,
        doubled=doubled,
        let_in=hasty,
    )


_ON_ITS_WAY_MS = 100


def calls_of(world: World) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = world.slack.get("/api/calls").json()
    return calls


def early(calls: Iterable[dict[str, Any]], wait_ms: int) -> Iterator[dict[str, Any]]:
    """Calls of what Slack wanted to be left alone: a method, or posts into one conversation.

    What is done by several at once may have been on its way when the first of them was refused.
    """
    refused_ms: dict[str, int] = {}
    for call in calls:
        posts = call["method"] == "chat.postMessage"
        place = call["args"]["channel"] if posts else call["method"]
        since_ms = call["at_ms"] - refused_ms.get(place, 0)
        if _ON_ITS_WAY_MS < since_ms < wait_ms:
            yield call
        if call["error"] == "ratelimited":
            refused_ms[place] = call["at_ms"]


@row(
    "Slack down for two hours (its hours brought forward)",
    "afterwards each request has one card, as it stands; nobody had to wait to decide",
    full=200,
    small=6,
)
def down(requests: int) -> Outcome:
    """Half of them have a card when it begins. Each wait until the next try is cut short."""
    with lanes() as world:
        asked = [ask_in_lane(world, n) for n in range(requests // 2)]
        eventually(lambda: missing(world, asked) == 0, 120, "the first cards")
        world.fault(method="*", kind="http_500", times=None)
        asked += [ask_in_lane(world, n) for n in range(requests - len(asked))]
        for request in asked[::2]:
            # Whom the directory knows no more is nobody to be trusted: Slack is asked, and is away.
            pressed(world, ANA, request, APPROVE)
        for _ in range(12):
            _hasten(world, asked)
        world.heal()
        _hasten(world, asked)
        # Whatever is decided before it has a card needs none.
        eventually(lambda: missing(world, asked) == 0, 120, "the other cards")
        for request in asked:
            pressed(world, ANA, request, APPROVE)
        account = settled(world, asked)
        left, twice = _shown_once(world, asked)
    return Outcome(
        f"{requests:,} requests, 12 tries each while it was away",
        lost=len(account.lost) + left,
        doubled=len(account.doubled) + twice,
    )


def _hasten(world: World, asked: list[dict[str, Any]]) -> None:
    """Slack is tried again now for all of them, and that is over before this returns."""
    before = len(calls_of(world))
    for request in asked:
        world.its_hour_has_come(request["id"], "cards.retry_ms", lane="slack")
    with suppress(AssertionError):  # where nothing is left to do, nothing is tried
        eventually(lambda: len(calls_of(world)) >= before + len(asked) // 2, 5, "the tries")


def _shown_once(world: World, asked: list[dict[str, Any]]) -> tuple[int, int]:
    """How many have no card even after minutes, and how many have more than one."""
    with suppress(AssertionError):
        eventually(lambda: missing(world, asked) == 0, 300, "a card of each")
    shown: Counter[str] = cards(world, PEOPLE)
    return missing(world, asked), sum(shown[one["id"]] > 1 for one in asked)
