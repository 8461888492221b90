"""A sandbox in this process with a clock of ours, and a tiny app that it talks to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from sandbox.core import Sandbox, Settings
from sandbox.server import create_app
from sandbox.workspace import Workspace

SECRET = "a signing secret"
BASE = "http://127.0.0.1:8900"
ANA, BEN, DEV = "U0ANA00001", "U0BEN00001", "U0DEV00001"


@dataclass
class Clock:
    now: int = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@dataclass
class App:
    """The receiver: keeps what it got and answers what it is told to."""

    status: int = 200
    hangs: bool = False
    answer: Any = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        if self.hangs:
            await asyncio.Event().wait()
        body = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        return Response(body, self.status)

    @property
    def payload(self) -> Any:
        """The last interaction's payload."""
        return json.loads(parse_qs(self.got[-1][1].decode())["payload"][0])

    @property
    def event(self) -> Any:
        return json.loads(self.got[-1][1])["event"]


@dataclass
class Slack:
    """The sandbox as a bot (`call`) and as the page and tests (`page`) use it."""

    http: TestClient
    sandbox: Sandbox
    app: App
    clock: Clock

    def call(self, method: str, **args: Any) -> Any:
        headers = {"Authorization": "Bearer xoxb-sandbox"}
        return self.http.post(f"/api/slack/{method}", json=args, headers=headers).json()

    def page(self, path: str, expect: int = 200, **wanted: Any) -> Any:
        reply = self.http.post(f"/api/{path}", json=wanted)
        assert reply.status_code == expect, reply.text
        return reply.json()

    def state(self, user: str = ANA) -> Any:
        return self.http.get("/api/state", params={"user": user}).json()

    def post(self, *blocks: dict[str, Any], channel: str = "C0APPROVAL", **more: Any) -> Any:
        args = {"channel": channel, "text": "a card", "blocks": list(blocks), **more}
        return self.call("chat.postMessage", **args)

    def click(self, ts: str, user: str = ANA, **more: Any) -> Any:
        where = {"channel": "C0APPROVAL", "ts": ts, "block_id": "b", "action_id": "a"}
        return self.page("click", **{"user": user, **where, **more})

    def trigger(self) -> str:
        """A fresh trigger id of Ana's, as the app got it."""
        self.click(self.post(actions(button()))["ts"])
        return str(self.app.payload["trigger_id"])


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "value": "v", "text": plain("Go"), **more}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.title()), "value": value}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "block_id": "b", "elements": list(elements)}


def section(text: str = "some text", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def text_input(block_id: str = "why", **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "typed", **more}
    return {"type": "input", "block_id": block_id, "label": plain("Why"), "element": element}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"type": "modal", "title": plain("Revise"), "submit": plain("Send")}
    return {**known, "blocks": list(blocks), **more}


@pytest.fixture
def slack() -> Iterator[Slack]:
    clock, app = Clock(), App()
    receiver = Starlette(routes=[Route("/slack/events", app.receive, methods=["POST"])])
    settings = Settings(BASE, "http://app/slack/events", "xoxb-sandbox", SECRET, "xapp-sandbox")
    transport = httpx2.ASGITransport(app=receiver)
    sandbox = Sandbox(settings, Workspace(clock), transport)
    with TestClient(create_app(sandbox, lambda _: None), base_url=BASE) as http:
        yield Slack(http, sandbox, app, clock)
