"""A body is read no further than its cap, and not for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.http import body
from app.http.body import JSON_LIMIT
from tests.integration.http.door import BILLING_KEY
from tests.integration.http.world import World

CHUNK = b"x" * 10_000
Receive = Callable[[], Awaitable[dict[str, Any]]]


def post(world: World, receive: Receive, **headers: str) -> tuple[int, dict[str, Any]]:
    """The status and problem that a POST is answered whose body comes from `receive`."""
    lines = {"authorization": f"Bearer {BILLING_KEY}", "content-type": "application/json"} | headers
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/requests",
        "raw_path": b"/v1/requests",
        "query_string": b"",
        "headers": [(n.replace("_", "-").encode(), v.encode()) for n, v in lines.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(world.application(scope, receive, send))  # type: ignore[arg-type]
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_a_body_without_end_is_refused_once_it_is_past_the_cap(world: World):
    pulled = 0

    async def endless() -> dict[str, Any]:
        nonlocal pulled
        pulled += len(CHUNK)
        return {"type": "http.request", "body": CHUNK, "more_body": True}

    status, problem = post(world, endless)
    assert (status, problem["code"]) == (413, "body_too_large")
    assert pulled <= JSON_LIMIT + len(CHUNK)


@pytest.mark.parametrize("announced", [str(JSON_LIMIT + 1), "9" * 5000])
def test_a_body_that_announces_too_much_is_not_read_at_all(world: World, announced: str):
    async def untouched() -> dict[str, Any]:
        raise AssertionError("the body was read")

    status, problem = post(world, untouched, content_length=announced)
    assert (status, problem["code"]) == (413, "body_too_large")


def test_a_body_that_does_not_come_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(body, "ARRIVES_IN_S", 0.05)

    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError("an event that nobody sets was set")

    status, problem = post(world, never)
    assert (status, problem["code"]) == (400, "body_incomplete")


def test_a_client_that_hangs_up_in_the_middle_is_no_fault_of_ours(
    world: World, caplog: pytest.LogCaptureFixture
):
    parts: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'{"title": ', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def cut_off() -> dict[str, Any]:
        return parts.pop(0)

    assert post(world, cut_off)[1]["code"] == "body_incomplete"
    assert "unexpected" not in caplog.text
    assert len(world.store) == 0
