"""Whoever is slow is slow alone."""

from __future__ import annotations

import threading

import pytest

from tests.faults.lanes import PEOPLE, lanes
from tests.world import APPROVE, Receiver, eventually, pressed

pytestmark = pytest.mark.timeout(300)


def test_a_slow_slack_delays_no_callback():
    with lanes() as world:
        world.fault(method="chat.postMessage", kind="delay", delay_s=30, times=None)
        world.fault(method="chat.update", kind="delay", delay_s=30, times=None)
        asked = [world.ask(policy=f"lane{n}", payload={"n": n}) for n in range(10)]
        for request in asked:
            assert pressed(world, PEOPLE[0], request, APPROVE)["ok"]
        for request in asked:
            # Far less than one answer of this Slack takes.
            world.delivered(request["id"], 15)
        calls = world.slack.get("/api/calls", params={"method": "chat.update"}).json()
        assert calls == [] or not any(call["ok"] for call in calls)
        world.heal()


def test_a_receiver_that_hangs_delays_neither_cards_nor_other_receivers():
    with lanes() as world:
        hanging, let_go = Receiver("whsec_" + "A" * 44), threading.Event()
        hanging.answer = lambda _: 204 if let_go.wait(60) else 500
        for n in range(20):
            stuck = world.ask(policy=f"lane{n % 10}", payload={"n": n}, callback_url=hanging.url)
            assert pressed(world, PEOPLE[0], stuck, APPROVE)["ok"]
        eventually(lambda: len(hanging.received) >= 4, what="the receiver being busy")
        request = world.ask(policy="lane0", payload={"n": 99})
        world.card(request["id"])
        assert pressed(world, PEOPLE[0], request, APPROVE)["ok"]
        world.delivered(request["id"], 15)
        assert len(hanging.received) == 4, "no more than four sends to one host at a time"
        let_go.set()
        hanging.close()
