"""A pause of everything, and a client past its limit, through real processes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from click.testing import CliRunner

from app.cli import main
from app.domain.due import Lane
from app.ports import Client, ClientLimit
from tests.world import APPROVE, World, eventually, running_with

CLAIMS = [f"cs:claims:{lane.value}" for lane in Lane]
POLICIES = {
    "routine": """
        policy: routine
        review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
        rules: [{id: all, then: approve, because: It is routine.}]
    """,
    "watched": """
        policy: watched
        reversible: true
        review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
        rules: [{id: later, then: watch, for: 15m, because: It can be undone.}]
    """,
    "asked": """
        policy: asked
        review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
    """,
}


@pytest.fixture(scope="module")
def paused_world() -> Iterator[World]:
    with running_with(POLICIES) as world:
        yield world


@pytest.fixture
def world(paused_world: World) -> Iterator[World]:
    yield paused_world
    typed(paused_world, "resume")


def typed(world: World, *words: str) -> str:
    """What an operator types on a machine of the deployment."""
    env = {**os.environ, **world.stack.env()}
    done = CliRunner(env=env).invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.output


def trail(world: World, request: dict[str, Any]) -> list[str]:
    events = world.web.get(f"/v1/requests/{request['id']}/events").json()["events"]
    return [event["type"] for event in events]


def waits(world: World, request: dict[str, Any]) -> dict[str, Any]:
    """The request once it is held."""

    def look() -> dict[str, Any] | None:
        found = world.get(request["id"])
        return found if found["held"] else None

    return eventually(look, what=f"a hold of {request['id']}")


def test_nothing_goes_by_itself_until_resume_and_nothing_is_lost(world: World):
    watch = world.ask(policy="watched", callback_on="human")
    world.redrawn(watch["id"], "<!date")
    typed(world, "pause", "--reason", "Orders look odd")
    assert world.web.get("/readyz").json()["paused"]["reason"] == "Orders look odd"

    routine = [world.ask(policy="routine", callback_on="human") for _ in range(3)]
    assert [(one["status"], one["held"]["reason"]) for one in routine] == [
        ("pending", "paused")
    ] * 3
    asked = world.ask(policy="asked")
    world.decide(asked["id"], APPROVE)
    assert world.decided(asked["id"])["status"] == "approved"
    world.its_hour_has_come(watch["id"], "goes_ahead_ms")
    assert waits(world, watch)["status"] == "pending"
    world.redrawn(watch["id"], "when the pause ends")

    # What a killed worker is at comes back when its lease of 60 s ends; that is another story.
    eventually(lambda: not _redis(world, "EXISTS", *CLAIMS), what="rest")
    for name in ("worker", "web", "clock"):
        world.kill(name)
        world.process(name).await_line(rf"{name} ready")
    late = world.ask(policy="routine", callback_on="human")
    # The lane of time has been through all of it once more when it has put this one off.
    eventually(lambda: _put_off(world, late), what="a look at what is held")
    everything = [watch, asked, late, *routine]
    assert world.receiver.received == []
    assert [world.get(one["id"])["status"] for one in [watch, late, *routine]] == ["pending"] * 5
    status = typed(world, "status")
    assert "held until resume          5" in status
    assert "callbacks waiting          1" in status

    typed(world, "resume")
    for request in everything:
        assert world.delivered(request["id"])["type"] == "request.approved"
        assert len({one["id"] for one in world.receiver.of(request["id"])}) == 1
        assert trail(world, request).count("request.decided") == 1
    assert trail(world, routine[0])[:4] == [
        "request.opened",
        "request.held",
        "request.released",
        "request.decided",
    ]
    assert world.web.get("/readyz").json()["paused"] is None
    world.redrawn(watch["id"], "Went ahead by the policy")


def _put_off(world: World, request: dict[str, Any]) -> bool:
    return bool(_redis(world, "SISMEMBER", "cs:held", request["id"]))


def _redis(world: World, *command: str) -> Any:
    with redis.Redis.from_url(world.stack.server.url) as server:
        return server.execute_command(*command)


def test_past_its_limit_a_client_is_answered_and_people_are_asked_at_its_pace(world: World):
    clients = world.stack.clients()
    key = clients.create(
        Client(id="agent", policies=("routine",), limit=ClientLimit(count=2, window_s=4))
    )
    agent = {"Authorization": f"Bearer {key}"}
    opened = []
    for number in range(4):
        body = {"title": f"Order {number}", "payload": {"n": number}}
        answer = world.web.post("/v1/requests", json=body, headers=agent)
        assert answer.status_code == 201, answer.text
        opened.append(answer.json())
    assert [one["status"] for one in opened] == ["approved"] * 2 + ["pending"] * 2
    held = opened[2:]
    assert [one["held"]["reason"] for one in held] == ["limit"] * 2
    assert held[0]["held"]["until"] < held[1]["held"]["until"]
    for request in held:
        card = world.redrawn(request["id"], "asked for more than its limit, so nothing goes ahead")
        answer = world.web.get(f"/v1/requests/{request['id']}", headers=agent).json()
        assert answer["held"] is None
        posted = next(one for one in _events(world, request, agent) if one["type"] == "card.posted")
        assert posted["at"] >= request["held"]["until"]
        assert world.press("U0ANA00001", card, APPROVE)["ok"]

        def approved(request: dict[str, Any] = request) -> bool:
            path = f"/v1/requests/{request['id']}"
            return bool(world.web.get(path, headers=agent).json()["status"] == "approved")

        eventually(approved, what="an approval by a person")
        decided = json.dumps(_events(world, request, agent))
        assert decided.count("request.decided") == 1


def _events(world: World, request: dict[str, Any], key: dict[str, str]) -> list[dict[str, Any]]:
    path = f"/v1/requests/{request['id']}/events"
    events: list[dict[str, Any]] = world.web.get(path, headers=key).json()["events"]
    return events
