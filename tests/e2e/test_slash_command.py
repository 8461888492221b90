"""The slash command through real processes: a queue, what others don't see, absence, a pause."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.slack import ids
from tests.world import (
    ANA,
    APPROVALS,
    APPROVE,
    BEN,
    CHLOE,
    DEV,
    EVE,
    GUEST,
    World,
    eventually,
    running_with,
)

POLICIES = {
    "two": """
        policy: two
        review:
          channel: "#approvals"
          reviewers: [ana@example.com, "@finance-approvers"]
          viewers: [cfo@example.com]
          quorum: 2
          sla: {expire: 3h}
    """,
    "hers": """
        policy: hers
        review:
          channel: "#approvals"
          reviewers: [ana@example.com]
          sla: {expire: 1h}
    """,
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    own = {"web": {"COUNTERSIGN_ADMINS": "gus@example.com, cfo@example.com"}}
    with running_with(POLICIES, own=own) as world:
        yield world


def typed(world: World, text: str, user: str = ANA) -> dict[str, Any]:
    """What is answered to whoever typed it, and to nobody else."""
    command = {"user": user, "channel": APPROVALS, "command": "/approvals", "text": text}
    answer = world.slack.post("/api/command", json=command).json()
    assert answer["ok"], answer
    messages = world.messages(user)[APPROVALS]
    return [one for one in messages if one.get("ephemeral_for") == user][-1]


def listed(message: dict[str, Any]) -> list[str]:
    rows = [block["accessory"] for block in message["blocks"] if "accessory" in block]
    return [ids.parse(one["value"]).request_id for one in rows]


def test_a_reviewers_queue_from_opening_to_decision_and_nobody_elses_business(world: World):
    two = world.ask(policy="two", title="Refund for both", on_behalf_of="dev@example.com")["id"]
    hers = world.ask(policy="hers", title="Refund for Ana")["id"]
    assert listed(typed(world, "")) == [hers, two], "the earliest due first"
    assert listed(typed(world, "", BEN)) == [two]
    assert listed(typed(world, "policy two", DEV)) == [two], "whoever asked may see it"
    assert listed(typed(world, "", DEV)) == []
    for text in ("", "all", "policy two"):
        assert listed(typed(world, text, EVE)) == [], "somebody who is not asked sees nothing"
    assert "no such request" in json.dumps(typed(world, f"show {two}", EVE))
    assert "Refund for both" in json.dumps(typed(world, f"show {two}", BEN))
    assert "Guests" in json.dumps(typed(world, "", GUEST))

    world.decide(two, APPROVE, ANA)
    world.redrawn(two, "1 of 2")
    assert listed(typed(world, "")) == [hers], "what is answered waits for the others"
    assert listed(typed(world, "all")) == [hers, two]
    assert "1 of 2 approvals" in json.dumps(typed(world, "policy two", CHLOE))
    world.decide(two, APPROVE, BEN)
    world.decide(hers, APPROVE, ANA)
    assert listed(typed(world, "all")) == []
    assert "Approved" in json.dumps(typed(world, f"show {two}"))


def test_somebody_goes_away_and_comes_back(world: World):
    opened = world.ask(policy="hers", title="While Ana is away")["id"]
    assert "decides in your place" in json.dumps(typed(world, f"away <@{EVE}|eve> until friday"))
    eventually(lambda: listed(typed(world, "", EVE)) == [opened], what="Eve standing in")
    assert "not away any more" in json.dumps(typed(world, "back"))
    eventually(lambda: listed(typed(world, "", EVE)) == [], what="Ana being back")
    world.decide(opened, APPROVE, ANA)


def test_an_admin_pauses_and_resumes(world: World):
    assert "Only those who run" in json.dumps(typed(world, "pause An incident"))
    assert "Everything is paused" in json.dumps(typed(world, "pause An incident", CHLOE))
    assert world.web.get("/readyz").json()["paused"]["reason"] == "An incident"
    assert "*Paused* " in json.dumps(typed(world, "stats", CHLOE))
    assert "Everything goes on" in json.dumps(typed(world, "resume", CHLOE))
    assert world.web.get("/readyz").json()["paused"] is None
