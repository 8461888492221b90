"""SIGKILL, at any moment, of anything: what was acknowledged is there, and is done once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx2

from app.demo.stack import Stack
from tests.faults.account import cards, settled
from tests.faults.lanes import PEOPLE, ask_in_lane, lanes
from tests.faults.proxy import Proxy, proxied
from tests.faults.table import Outcome, row
from tests.world import APPROVE, World, at_once, eventually, pressed

ANA = PEOPLE[0]


@contextmanager
def _killing(world: World, name: str, every_s: float) -> Iterator[list[int]]:
    """SIGKILL a process again and again; gives the process ids that it hit."""
    stop, killed = threading.Event(), list[int]()

    def kill() -> None:
        while not stop.wait(every_s):
            killed.append(world.process(name).pid or 0)
            world.kill(name)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


@row(
    "kill -9 of a worker every 2 s",
    "each request decided once, called back under one id, shown once",
    full=10_000,
    small=80,
)
def workers(requests: int) -> Outcome:
    with lanes() as world:

        def trip(n: int) -> dict[str, Any]:
            request = ask_in_lane(world, n)
            assert pressed(world, ANA, request, APPROVE)["ok"]
            return request

        with _killing(world, "worker", 2 if requests > 1_000 else 0.7) as killed:
            asked = at_once([partial(trip, n) for n in range(requests)], 8)
            eventually(lambda: len(killed) >= 3, 60, "three kills")
        account = settled(world, asked, 600)
        shown = cards(world, PEOPLE)
    twice = [one["id"] for one in asked if shown[one["id"]] > 1]
    return Outcome(
        f"{requests:,} requests asked and approved, {len(killed)} kills",
        lost=len(account.lost),
        doubled=len({*account.doubled, *twice}),
        seen=f"{account.repeats} callbacks came again under their id",
    )


@row(
    "kill -9 of Redis ten times under traffic",
    "everything acknowledged is there as it was acknowledged",
    full=10,
    small=3,
)
def server(kills: int) -> Outcome:
    with lanes() as world:
        opened, approved, stop = list[dict[str, Any]](), list[str](), threading.Event()

        def client(lane: int) -> None:
            while not stop.is_set():
                body = {"title": "t", "policy": f"lane{lane}", "payload": {"n": lane}}
                answer = world.web.post("/v1/requests", json=body)
                if answer.status_code != 201:
                    assert answer.json()["code"] == "store_unavailable", answer.text
                    continue
                opened.append(answer.json())
                if pressed(world, ANA, answer.json(), APPROVE)["ok"]:
                    approved.append(answer.json()["id"])

        with ThreadPoolExecutor(4) as pool:
            clients = [pool.submit(client, lane) for lane in range(4)]
            for _ in range(kills):
                _grows(lambda: len(approved), 20, "traffic")
                _kill_server(world)
            _grows(lambda: len(approved), 20, "traffic after the last kill")
            stop.set()
            for one in clients:
                one.result()
        found = at_once([partial(_found, world, one["id"]) for one in opened], 8)
        gone = [
            one["id"]
            for one, there in zip(opened, found, strict=True)
            if there is None or there["digest"] != one["digest"]
        ]
        stands = {one["id"]: one["status"] for one in found if one is not None}
        undone = [one for one in approved if stands.get(one) != "approved"]
    return Outcome(
        f"{len(opened):,} requests opened and {len(approved):,} approved, {kills} kills",
        lost=len({*gone, *undone}),
    )


@row(
    "kill -9 of web between commit and ack",
    "a press that was acknowledged counts; one that was not did all of it or nothing",
    full=50,
    small=4,
)
def web(kills: int) -> Outcome:
    with lanes() as world:
        acknowledged, unanswered, asked = list[str](), 0, list[dict[str, Any]]()
        for round_ in range(kills):
            batch = [ask_in_lane(world, round_ * 8 + n) for n in range(8)]
            asked += batch
            answers = _pressed_into_a_kill(world, batch)
            acknowledged += [one["id"] for one, ok in zip(batch, answers, strict=True) if ok]
            unanswered += answers.count(False)
        lost = [one for one in acknowledged if world.get(one)["status"] != "approved"]
        for request in asked:  # Slack has people press again
            if world.get(request["id"])["status"] == "pending":
                pressed(world, ANA, request, APPROVE)
        account = settled(world, asked)
    return Outcome(
        f"{len(asked)} presses, {kills} kills, {unanswered} of them without an answer",
        lost=len({*lost, *account.lost}),
        doubled=len(account.doubled),
    )


@row(
    "kill -9 of a worker at each step from posting a card to keeping its place",
    "each request has one card, with buttons that work",
    full=60,
    small=3,
)
def posting(kills: int) -> Outcome:
    """The steps are told apart by holding back what goes to Slack, and what Slack and Redis say."""
    with proxied() as redis, proxied() as slack:
        own = {
            "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
            "SLACK_API_URL": f"http://127.0.0.1:{slack.port}/api/slack/",
        }

        def prepare(stack: Stack) -> None:
            redis.to = stack.server.url.removeprefix("unix://")
            slack.to = ("127.0.0.1", stack.notebook.sandbox_port)

        with lanes(own={"worker": own}, prepare=prepare) as world:
            network = Network(world, redis, slack)
            steps = (network.before_slack, network.before_its_answer, network.before_the_commit)
            asked = [_killed_posting(network, steps[n % 3], n) for n in range(kills)]
            ids = [one["id"] for one in asked]
            eventually(lambda: all(cards(world, [ANA])[one] for one in ids), 300, "each card")
            for request in asked:
                world.decide(request["id"], APPROVE, ANA)
            account = settled(world, asked)
            shown = cards(world, [ANA])
    return Outcome(
        f"{kills} cards, a kill while each was posted, at three steps in turn",
        lost=sum(not shown[one] for one in ids) + len(account.lost),
        doubled=sum(shown[one] > 1 for one in ids) + len(account.doubled),
    )


@dataclass(frozen=True)
class Network:
    """The worker's two connections, and the steps at which they can be held."""

    world: World
    redis: Proxy
    slack: Proxy

    def before_slack(self, n: int) -> dict[str, Any]:
        """The worker has claimed it, and Slack does not know yet."""
        self.slack.hold(replies=False)
        request = ask_in_lane(self.world, n)
        eventually(lambda: self.slack.held, 60, "a call to Slack")
        return request

    def before_its_answer(self, n: int) -> dict[str, Any]:
        """The card is there, and the worker does not know yet."""
        self.slack.hold(replies=True)
        request = ask_in_lane(self.world, n)
        eventually(lambda: self._posted_or_asked(request), 60, "the card")
        return request

    def before_the_commit(self, n: int) -> dict[str, Any]:
        """Slack has said where the card is, and Redis has not said that this is kept."""
        request = self.before_its_answer(n)
        self.redis.hold(replies=True)
        self.slack.heal()
        eventually(lambda: self.redis.held, 60, "a commit")
        return request

    def _posted_or_asked(self, request: dict[str, Any]) -> bool:
        """The first answers that are held may be those to other calls, before the post."""
        if cards(self.world, [ANA])[request["id"]]:
            return True
        if self.slack.held:
            self.slack.heal()
            self.slack.hold(replies=True)
        return False

    def heal(self) -> None:
        self.redis.heal()
        self.slack.heal()


def _killed_posting(
    network: Network, step: Callable[[int], dict[str, Any]], n: int
) -> dict[str, Any]:
    request = step(n)
    network.world.kill("worker")
    network.heal()
    return request


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


def _found(world: World, request_id: str) -> dict[str, Any] | None:
    answer = world.web.get(f"/v1/requests/{request_id}")
    found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
    return found


def _pressed_into_a_kill(world: World, batch: list[dict[str, Any]]) -> list[bool]:
    """Which presses were acknowledged, of those that were under way when web was killed."""
    with ThreadPoolExecutor(len(batch)) as pool:
        presses = [pool.submit(_pressed_once, world, one) for one in batch]
        # As soon as the first is answered the others are somewhere between commit and ack.
        eventually(lambda: any(one.done() for one in presses), what="a first answer")
        world.kill("web")
        world.process("web").await_line("web ready")
        return [one.result() for one in presses]


def _pressed_once(world: World, request: dict[str, Any]) -> bool:
    """Whether a press was acknowledged; a web process that dies in it answers nothing."""
    with suppress(httpx2.HTTPError):
        return bool(pressed(world, ANA, request, APPROVE)["ok"])
    return False
