"""SIGKILL, at any moment, of anything: what was acknowledged is not lost and not done twice."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.faults.conftest import LANES, PEOPLE, Start
from tests.world import APPROVE, World, eventually, pressed

pytestmark = pytest.mark.timeout(300)

REQUESTS = 200


def test_a_worker_that_is_killed_again_and_again_loses_nothing(start: Start):
    with start() as world:
        stop = threading.Event()
        kills = Counter[str]()

        def killer() -> None:
            while not stop.wait(0.7):
                world.kill("worker")
                kills["worker"] += 1

        thread = threading.Thread(target=killer)
        thread.start()
        asked = [_ask(world, n) for n in range(REQUESTS)]
        for request in asked:
            assert pressed(world, PEOPLE[0], request, APPROVE)["ok"]
        eventually(lambda: kills["worker"] >= 5, 60, "five kills")
        stop.set()
        thread.join()
        for request in asked:
            world.delivered(request["id"], 120)
        _assert_one_decision_each(world, asked)


def test_a_worker_killed_while_cards_are_posted_leaves_one_card_each(start: Start):
    with start() as world:
        asked = [_ask(world, n) for n in range(30)]
        for _ in range(5):
            _grows(lambda: _cards(world).total(), 1, "more cards")
            world.kill("worker")
        ids = [request["id"] for request in asked]
        # What a killed worker held comes back when its lease of 60 s ends.
        eventually(lambda: all(_cards(world)[one] for one in ids), 150, "a card of each")
        for request in asked:
            assert pressed(world, PEOPLE[0], request, APPROVE)["ok"]
            world.delivered(request["id"], 120)
        doubled = [one for one in ids if _cards(world)[one] > 1]
        assert len(doubled) <= 1, "history is searched before a card is posted again"


def test_the_server_killed_under_traffic_keeps_what_was_acknowledged(start: Start):
    with start() as world:
        acknowledged: list[dict[str, Any]] = []
        decided: list[str] = []
        stop = threading.Event()

        def client(lane: int) -> None:
            while not stop.is_set():
                body = {"title": "t", "policy": f"lane{lane}", "payload": {"n": lane}}
                answer = world.web.post("/v1/requests", json=body)
                if answer.status_code != 201:
                    assert answer.json()["code"] == "store_unavailable", answer.text
                    continue
                acknowledged.append(answer.json())
                if pressed(world, PEOPLE[0], answer.json(), APPROVE)["ok"]:
                    decided.append(answer.json()["id"])

        with ThreadPoolExecutor(4) as pool:
            clients = [pool.submit(client, lane) for lane in range(4)]
            for _ in range(5):
                _grows(lambda: len(decided), 20, "traffic")
                _kill_server(world)
            _grows(lambda: len(decided), 20, "traffic after the last kill")
            stop.set()
            for one in clients:
                one.result()
        assert len(acknowledged) > 100
        for request in acknowledged:
            assert world.get(request["id"])["digest"] == request["digest"]
        lost = [one for one in decided if world.get(one)["status"] != "approved"]
        assert lost == []


def _grows(count: Callable[[], int], by: int, what: str) -> None:
    """Wait until there are so many more than now."""
    before = count()
    eventually(lambda: count() >= before + by, 60, what)


def _kill_server(world: World) -> None:
    pid = world.stack.server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    world.stack.server.stop()
    world.stack.server.start()


def _ask(world: World, n: int) -> dict[str, Any]:
    return world.ask(policy=f"lane{n % LANES}", payload={"n": n})


def _cards(world: World) -> Counter[str]:
    """How many cards each request has in all channels."""
    found: Counter[str] = Counter()
    for channel in world.messages(PEOPLE[0]).values():
        for message in channel:
            metadata = message.get("metadata") or {}
            found[metadata.get("event_payload", {}).get("request_id", "")] += 1
    del found[""]
    return found


def _assert_one_decision_each(world: World, asked: list[dict[str, Any]]) -> None:
    for request in asked:
        trail = json.dumps(world.web.get(f"/v1/requests/{request['id']}/events").json())
        assert trail.count('"request.decided"') == 1
        assert len({one["id"] for one in world.receiver.of(request["id"])}) == 1
