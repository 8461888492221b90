"""Everything outside the product: who asks, who presses, who sees cards, who gets callbacks."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook

from bench.slack import PEOPLE, TEAM
from bench.wire import Caller, Message, Reader

LATE_S = 300
"""What has not come by then never comes."""


@dataclass(frozen=True)
class Site:
    """Where the product and Slack are, and what is needed to speak to them."""

    web_port: int
    slack_port: int
    receiver_port: int
    client_key: str
    signing_secret: str
    webhook_secret: str

    def written(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def callback_url(self) -> str:
        return f"http://127.0.0.1:{self.receiver_port}/callback"


@dataclass(frozen=True)
class Card:
    """A message that was posted, and what its button says of one request."""

    channel: str
    ts: str
    request: str
    digest: str


class World:
    """What came, by the request that it is about; each is awaited once."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._webhook = Webhook(site.webhook_secret)
        self._signer = SignatureVerifier(site.signing_secret)
        self._posted: dict[str, asyncio.Future[Card]] = defaultdict(_future)
        self._updated: dict[str, asyncio.Future[None]] = defaultdict(_future)
        self._called_back: dict[str, asyncio.Future[float]] = defaultdict(_future)

    def caller(self) -> Caller:
        """A connection to the product."""
        return Caller("127.0.0.1", self.site.web_port)

    async def posted(self, request: str) -> Card:
        """Its card, once it is there."""
        return await asyncio.wait_for(self._posted[request], LATE_S)

    async def updated(self, request: str) -> None:
        """Once its card was redrawn."""
        await asyncio.wait_for(self._updated[request], LATE_S)

    async def called_back(self, request: str) -> float:
        """The instant (`perf_counter`) at which its callback had come and was verified."""
        return await asyncio.wait_for(self._called_back[request], LATE_S)

    def forget(self, request: str) -> None:
        """Nothing more is asked of it."""
        for kept in (self._posted, self._updated, self._called_back):
            kept.pop(request, None)

    async def ask(self, caller: Caller, body: bytes) -> dict[str, Any]:
        """One request opened."""
        headers = {
            "Authorization": f"Bearer {self.site.client_key}",
            "Content-Type": "application/json",
        }
        answer = await caller.call("POST", "/v1/requests", body, headers)
        if answer.status != 201:
            raise AssertionError(f"{answer.first!r} {answer.body[:300]!r}")
        opened: dict[str, Any] = json.loads(answer.body)
        return opened

    async def press(self, caller: Caller, card: Card, person: str = PEOPLE[0]) -> None:
        """Somebody presses Approve on a card, and Slack has its answer."""
        await self.tell(caller, {"payload": json.dumps(_press(card, person))})

    async def tell(self, caller: Caller, form: dict[str, str]) -> Message:
        """What Slack sends, signed."""
        body = urlencode(form)
        return await self.send(caller, body, "application/x-www-form-urlencoded")

    async def send(self, caller: Caller, body: str, kind: str) -> Message:
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": self._signer.generate_signature(timestamp=stamp, body=body) or "",
        }
        answer = await caller.call("POST", "/slack/events", body.encode(), headers)
        if answer.status != 200:
            raise AssertionError(f"{answer.first!r} {answer.body[:300]!r}")
        return answer

    @asynccontextmanager
    async def running(self) -> AsyncIterator[World]:
        """Cards are seen and callbacks received as long as this lasts."""
        loop, site = asyncio.get_running_loop(), self.site
        server = await loop.create_server(
            lambda: Reader(self._received), "127.0.0.1", site.receiver_port
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", site.slack_port)
        writer.write(b"GET /watch HTTP/1.1\r\n\r\n")
        watching = asyncio.create_task(self._watch(reader))
        try:
            yield self
        finally:
            watching.cancel()
            writer.close()
            server.close()

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        async for line in reader:
            kind, channel, ts, *rest = line.decode().split()
            if kind == "updated":
                for request in rest:
                    _settle(self._updated[request], None)
                continue
            for request, digest in zip(rest[::2], rest[1::2], strict=True):
                _settle(self._posted[request], Card(channel, ts, request, digest))

    def _received(self, reader: Reader, message: Message) -> None:
        self._webhook.verify(message.body, message.headers)
        reader.answer(b"204 No Content")
        request = json.loads(message.body)["data"]["id"]
        _settle(self._called_back[request], time.perf_counter())


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


def _settle(future: asyncio.Future[Any], value: object) -> None:
    """The first counts; the same may come again."""
    if not future.done():
        future.set_result(value)


def _press(card: Card, person: str) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "trigger_id": uuid4().hex,  # as Slack makes no two alike
        "team": {"id": TEAM},
        "user": {"id": person, "team_id": TEAM},
        "container": {"type": "message", "channel_id": card.channel, "message_ts": card.ts},
        "actions": [
            {
                "action_id": "countersign_approve",
                "block_id": "countersign_buttons",
                "value": f"1:{card.request}:{card.digest}",
            }
        ],
    }
