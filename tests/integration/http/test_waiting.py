"""Long-polls, over a real server: at once when decided, without a thread, and not for ever."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from app.http import waiting
from app.ports import Loaded, Query
from app.reviewing import At
from policies.plan import Outcome
from tests.integration.http.door import NEW
from tests.integration.http.live import DEADLINE_S, Live, running
from tests.integration.http.world import SlackSaid, World

BODY = json.dumps(NEW).encode()
CROWD = 500


@pytest.fixture
def live(world: World) -> Iterator[Live]:
    with running(world.application) as live:
        yield live


@pytest.fixture
def _only_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiters don't look again by themselves, so that only news can end a wait."""
    monkeypatch.setattr(waiting, "LOOKS_AGAIN_S", 3600)


async def open_one(live: Live) -> dict[str, Any]:
    status, opened = await live.call("POST", "/v1/requests", BODY)
    assert status == 201
    return dict(opened)


def approve(world: World, opened: dict[str, Any]) -> None:
    at = At(opened["id"], "U0ANA00001", opened["digest"])
    world.reviewing.decide(at, Outcome.APPROVE)


@pytest.mark.usefixtures("_only_news")
def test_a_decision_ends_the_wait(world: World, live: Live):
    async def story() -> None:
        opened = await open_one(live)
        wait = asyncio.create_task(live.call("GET", f"/v1/requests/{opened['id']}?wait=60"))
        await live.until_waiting(1)
        approve(world, opened)
        status, seen = await wait
        assert (status, seen["status"]) == (200, "approved")
        assert seen["decision"]["by"][0]["id"] == "U0ANA00001"
        await live.until_waiting(0)

    asyncio.run(story())


@pytest.mark.usefixtures("_only_news")
def test_opening_can_wait_for_the_decision(world: World, live: Live):
    async def story() -> None:
        wait = asyncio.create_task(live.call("POST", "/v1/requests", BODY, Prefer="wait=60"))
        await live.until_waiting(1)
        (request,) = world.service.page(Query(client="billing")).requests
        approve(world, {"id": request.id, "digest": request.body.digest})
        assert [(await wait)[0], (await wait)[1]["status"]] == [201, "approved"]

    asyncio.run(story())


@pytest.mark.usefixtures("_only_news")
def test_no_decision_slips_between_looking_and_waiting(world: World, live: Live):
    async def story() -> None:
        opened = await open_one(live)
        load, raced = world.store.load, threading.Event()

        def load_and_then_decide(request_id: str) -> Loaded:
            loaded = load(request_id)
            if not raced.is_set():
                raced.set()
                approve(world, opened)
                world.store.decisions.wait_until_heard()
            return loaded

        world.store.load = load_and_then_decide  # type: ignore[method-assign]
        _, seen = await live.call("GET", f"/v1/requests/{opened['id']}?wait=60")
        assert seen["status"] == "approved"

    asyncio.run(story())


def test_a_decision_whose_news_was_lost_is_found_all_the_same(
    world: World, live: Live, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(waiting, "LOOKS_AGAIN_S", 0.05)
    world.store.decisions.deaf = True

    async def story() -> None:
        opened = await open_one(live)
        wait = asyncio.create_task(live.call("GET", f"/v1/requests/{opened['id']}?wait=60"))
        await live.until_waiting(1)
        approve(world, opened)
        assert (await wait)[1]["status"] == "approved"

    asyncio.run(story())


def test_a_wait_ends_after_its_seconds_with_the_request_as_it_stands(live: Live):
    async def story() -> None:
        opened = await open_one(live)
        status, seen = await live.call("GET", f"/v1/requests/{opened['id']}?wait=1")
        assert (status, seen) == (200, opened)

    asyncio.run(story())


def test_what_is_decided_is_not_waited_for(world: World, live: Live):
    async def story() -> None:
        opened = await open_one(live)
        approve(world, opened)
        _, seen = await live.call("GET", f"/v1/requests/{opened['id']}?wait=60")
        assert seen["status"] == "approved"

    asyncio.run(story())


@pytest.mark.usefixtures("_only_news")
def test_a_client_that_goes_away_frees_its_place(live: Live):
    async def story() -> None:
        opened = await open_one(live)
        calls = [
            await live.connect("GET", f"/v1/requests/{opened['id']}?wait=60") for _ in range(20)
        ]
        calls += [await live.connect("POST", "/v1/requests", BODY, Prefer="wait=60")]
        await live.until_waiting(21)
        for _, writer in calls:
            writer.close()
        await live.until_waiting(0)

    asyncio.run(story())


def test_a_crowd_that_waits_takes_no_thread_and_holds_up_nobody(world: World, live: Live):
    async def story() -> None:
        opened = [await open_one(live) for _ in range(5)]
        waits = [
            asyncio.create_task(live.call("GET", f"/v1/requests/{opened[n % 5]['id']}?wait=60"))
            for n in range(CROWD)
        ]
        await live.until_waiting(CROWD)
        assert threading.active_count() < 60
        for _ in range(50):
            await open_one(live)
        assert len(live.waiting) == CROWD
        for one in opened:
            approve(world, one)
        seen = await asyncio.gather(*waits)
        assert {answer["status"] for _, answer in seen} == {"approved"}

    asyncio.run(story())


def test_a_server_that_stops_ends_every_wait_first(live: Live):
    async def story() -> None:
        opened = await open_one(live)
        waits = [
            asyncio.create_task(live.call("GET", f"/v1/requests/{opened['id']}?wait=60"))
            for _ in range(20)
        ]
        await live.until_waiting(20)
        live.server.should_exit = True
        assert [status for status, _ in await asyncio.gather(*waits)] == [200] * 20

    asyncio.run(story())


def test_a_slow_slack_holds_up_no_other_call():
    go_on = threading.Event()

    def slow(headers: Mapping[str, str], body: bytes) -> SlackSaid:
        go_on.wait(DEADLINE_S)
        return SlackSaid(200, {}, b"")

    async def story(live: Live) -> None:
        calls = [await live.connect("POST", "/slack/events", b"payload") for _ in range(80)]
        await open_one(live)
        go_on.set()
        for reader, writer in calls:
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
            writer.close()

    with running(World(slack=slow).application) as live:
        asyncio.run(story(live))
