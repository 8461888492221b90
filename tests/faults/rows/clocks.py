"""Machines whose clocks are ten minutes off: the store's clock is the one that counts."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.account import event_types, settled
from tests.faults.table import Outcome, ToolMissing, row
from tests.world import ANA, APPROVE, World, at_once, pressed, running_with

POLICIES = {
    "brief": """
        policy: brief
        review:
          channel: "#approvals"
          reviewers: [ana@example.com]
          sla: {remind: [2m], expire: 5m}
    """,
    "undoable": """
        policy: undoable
        reversible: true
        review: {channel: "#approvals", reviewers: [ana@example.com], sla: {expire: 1h}}
        rules: [{id: later, then: watch, for: 5m, because: It can be undone.}]
    """,
}
FAST, SLOW = "+600s", "-600s"
APART = "web fast, the others slow"
CLOCKS: Mapping[str, Mapping[str, str]] = {
    "all fast": {"web": FAST, "worker": FAST, "clock": FAST},
    "all slow": {"web": SLOW, "worker": SLOW, "clock": SLOW},
    APART: {"web": FAST, "worker": SLOW, "clock": SLOW},
}


@row(
    "clocks ten minutes off, fast, slow and both",
    "what has minutes left is left alone; what is over by the store's clock is over",
    full=30,
    small=1,
)
def off(requests: int) -> Outcome:
    """Of each kind so many: approved in time, expired at its hour, a watch that goes ahead.

    In small only where clocks differ from each other.
    """
    lost = doubled = let_in = 0
    deployments = list(CLOCKS.values()) if requests > 1 else [CLOCKS[APART]]
    for clocks in deployments:
        with running_with(
            POLICIES, own={name: _shifted(by) for name, by in clocks.items()}
        ) as world:
            in_time = _asked(world, "brief", requests)
            for request in in_time:
                assert pressed(world, ANA, request, APPROVE)["ok"]
            over = _asked(world, "brief", requests)
            for request in over:
                world.its_hour_has_come(request["id"], "expires_ms")
            watched = _asked(world, "undoable", requests)
            for request in watched:
                world.redrawn(request["id"], "unless somebody stops it")
                let_in += world.get(request["id"])["status"] != "pending"
                world.its_hour_has_come(request["id"], "goes_ahead_ms")
            account = settled(world, [*in_time, *over, *watched])
            lost += len(account.lost) + world.receiver.unverified
            doubled += len(account.doubled)
            let_in += sum(_stands(world, one) != "approved" for one in [*in_time, *watched])
            let_in += sum(_stands(world, one) != "expired" for one in over)
            let_in += sum("request.reminded" in event_types(world, one["id"]) for one in in_time)
    return Outcome(
        f"{len(deployments)} deployments, {requests * 3} requests in each",
        lost=lost,
        doubled=doubled,
        let_in=let_in,
    )


def _asked(world: World, policy: str, count: int) -> list[dict[str, Any]]:
    return at_once([partial(world.ask, policy=policy, payload={}) for _ in range(count)], 4)


def _stands(world: World, request: dict[str, Any]) -> str:
    status: str = world.get(request["id"])["status"]
    return status


def _shifted(by: str) -> dict[str, str]:
    """What shifts the clock of a process. Only the time of day: pauses stay as long as they are."""
    command = shutil.which("faketime")
    if command is None:
        raise ToolMissing("no faketime on PATH; install it")
    library = next(Path(command).resolve().parents[1].glob("lib/**/libfaketimeMT.so*"))
    return {"LD_PRELOAD": str(library), "FAKETIME": by, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
