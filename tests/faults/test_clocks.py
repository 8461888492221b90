"""Machines whose clocks are ten minutes off: the store's clock is the one that counts."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.world import ANA, APPROVALS, APPROVE, World, buttons, eventually, pressed, running_with

pytestmark = pytest.mark.timeout(300)

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
CLOCKS: Mapping[str, Mapping[str, str]] = {
    "all fast": {"web": FAST, "worker": FAST, "clock": FAST},
    "all slow": {"web": SLOW, "worker": SLOW, "clock": SLOW},
    "web fast, the others slow": {"web": FAST, "worker": SLOW, "clock": SLOW},
}


@pytest.fixture(scope="module", params=CLOCKS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    clocks = {name: _off(by) for name, by in CLOCKS[request.param].items()}
    with running_with(POLICIES, own=clocks) as world:
        yield world


def _off(by: str) -> dict[str, str]:
    """What shifts the clock of a process. Only the time of day: pauses stay as long as they are."""
    command = shutil.which("faketime")
    if command is None and os.environ.get("CI") == "true":
        pytest.fail("no faketime on PATH; install it")
    if command is None:
        pytest.skip("no faketime on PATH; install it")
    places = Path(command).resolve().parents[1].glob("lib/**/libfaketimeMT.so*")
    library = next((str(one) for one in places), None)
    if library is None:
        pytest.fail(f"{command} is there, and its library is not")
    return {"LD_PRELOAD": library, "FAKETIME": by, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def test_what_has_minutes_left_is_neither_reminded_of_nor_expired_and_can_be_approved(
    world: World,
):
    opened = world.ask(policy="brief")
    world.decide(opened["id"], APPROVE, ANA)
    callback = world.delivered(opened["id"])
    assert callback["type"] == "request.approved"
    assert world.receiver.unverified == 0, "callbacks carry the store's time"
    trail = json.dumps(world.web.get(f"/v1/requests/{opened['id']}/events").json())
    assert "request.reminded" not in trail


def test_what_is_over_by_the_stores_clock_is_over_everywhere(world: World):
    opened = world.ask(policy="brief")
    world.card(opened["id"])
    world.its_hour_has_come(opened["id"], "remind_ms")
    world.said(f"<@{ANA}> This still waits")
    world.its_hour_has_come(opened["id"], "expires_ms")
    assert world.delivered(opened["id"])["type"] == "request.expired"
    assert pressed(world, ANA, opened, APPROVE)["ok"], "a press that was on its way"
    assert world.get(opened["id"])["status"] == "expired"


def test_a_watch_goes_ahead_at_its_end_and_not_before(world: World):
    opened = world.ask(policy="undoable")
    world.redrawn(opened["id"], "unless somebody stops it")
    assert world.get(opened["id"])["status"] == "pending"
    world.its_hour_has_come(opened["id"], "goes_ahead_ms")
    assert world.delivered(opened["id"])["type"] == "request.approved"

    def closed() -> bool:
        cards = [one for one in world.cards(opened["id"]) if one["channel"] == APPROVALS]
        return all(buttons(one) == [] for one in cards)

    eventually(closed, what="the card without its button")
