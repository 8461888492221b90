"""What became of many requests: what is lost, what was done twice, what was only repeated."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.faults.lanes import PEOPLE
from tests.world import World, at_once, eventually, shared_by

DECIDING = ("request.decided", "request.expired", "request.cancelled", "request.overridden")

_WIDTH = 8


@dataclass(frozen=True)
class Account:
    """`lost` and `doubled` name requests; `repeats` counts callbacks that came again."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    repeats: int


def settled(world: World, asked: Sequence[dict[str, Any]], within_s: float = 300) -> Account:
    """Wait for the callback of each; then see that each was decided once, as its callback says."""
    wanted = {request["id"] for request in asked}

    def all_there() -> bool:
        return wanted <= {one["data"]["id"] for one in list(world.receiver.received)}

    with suppress(AssertionError):  # those that never come are counted below
        eventually(all_there, within_s, "a callback of each")
    callbacks = defaultdict(list)
    for one in list(world.receiver.received):
        callbacks[one["data"]["id"]].append(one)
    faults = at_once(
        [partial(_fault, world, one, callbacks[one]) for one in sorted(wanted)], _WIDTH
    )
    by_fault: dict[str, list[str]] = defaultdict(list)
    for request_id, fault in zip(sorted(wanted), faults, strict=True):
        by_fault[fault].append(request_id)
    repeats = sum(len(callbacks[one]) - 1 for one in wanted if callbacks[one])
    return Account(tuple(by_fault["lost"]), tuple(by_fault["doubled"]), repeats)


def _fault(world: World, request_id: str, callbacks: list[dict[str, Any]]) -> str:
    found = world.get(request_id)
    ends = [one for one in event_types(world, request_id) if one in DECIDING]
    told = {(one["id"], one["data"]["status"]) for one in callbacks}
    if found["status"] == "pending" or not ends or not callbacks:
        return "lost"
    if len(ends) > 1 or len(told) > 1 or found["status"] not in {status for _, status in told}:
        return "doubled"
    return ""


def event_types(world: World, request_id: str) -> list[str]:
    """The types of everything in the audit trail of a request, oldest first."""
    answer = world.web.get(f"/v1/requests/{request_id}/events").raise_for_status()
    return [one["type"] for one in answer.json()["events"]]


def cards(world: World, users: Iterable[str]) -> Counter[str]:
    """How many messages show each request, its own or a digest, in all that these people see."""
    seen = {}
    for user in users:
        for channel in world.messages(user).values():
            seen |= {(one["channel"], one["ts"]): one for one in channel}
    found: Counter[str] = Counter()
    for message in seen.values():
        payload = (message.get("metadata") or {}).get("event_payload", {})
        found.update([*shared_by(message), *filter(None, [payload.get("request_id")])])
    return found


def missing(world: World, asked: Iterable[dict[str, Any]]) -> int:
    """How many of these nobody in the lanes is shown."""
    shown = cards(world, PEOPLE)
    return sum(not shown[one["id"]] for one in asked)
