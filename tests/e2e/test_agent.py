"""examples/agent.py beside the whole product: it asks, waits, consumes, acts, and reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from app.demo.stack import EXAMPLES
from tests.world import REJECT, World, eventually


def started(world: World) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(EXAMPLES / "agent.py")],
        env=os.environ | world.stack.calls(),
        stdout=subprocess.PIPE,
        text=True,
    )


def its_request(world: World) -> dict[str, Any]:
    query = {"status": "pending", "policy": "agent-tool-call"}

    def look() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = world.web.get("/v1/requests", params=query).json()["requests"]
        return found

    [request] = eventually(look, what="the agent asking")
    return request


def said(agent: subprocess.Popen[str]) -> str:
    output, _ = agent.communicate(timeout=60)
    assert agent.returncode == 0
    return output


def test_it_does_exactly_what_was_approved_once_and_tells_what_came_of_it(world: World):
    agent = started(world)
    request = its_request(world)
    world.decide(request["id"])
    assert "Ticket 4711 is closed" in said(agent)
    after = world.get(request["id"])
    assert after["consumed"] is not None
    assert after["result"]["text"].startswith("Ticket 4711 is closed")
    trail = json.dumps(world.web.get(f"/v1/requests/{request['id']}/events").json())
    assert trail.count('"decision.consumed"') == 1
    assert trail.index("request.decided") < trail.index("decision.consumed")
    assert trail.index("decision.consumed") < trail.index("result.reported")


def test_it_does_nothing_of_what_was_rejected(world: World):
    agent = started(world)
    request = its_request(world)
    world.decide(request["id"], REJECT)
    assert "not done: rejected" in said(agent)
    assert world.get(request["id"])["consumed"] is None
