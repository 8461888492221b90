"""Carries interactions to the app: signed POSTs to its request URL, or Socket Mode envelopes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx2
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.wire import JsonObject, compact, strict_json

ACK_S = 3.0
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """What came back within `ms`: a status and body, or an `error` that says what went wrong."""

    ms: int
    status: int | None = None
    body: str = ""
    error: str | None = None
    late: bool = False

    def as_page(self) -> JsonObject:
        known: JsonObject = {"ok": self.error is None, "status": self.status, "ms": self.ms}
        return known | ({"error": self.error} if self.error else {})


class AppLink:
    """The app, reached over its socket when one is connected, otherwise at its request URL."""

    def __init__(
        self, app_url: str, signing_secret: str, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """`transport` carries the POSTs in place of the network, to an app in this process."""
        self._app_url, self._secret = app_url, signing_secret.encode()
        self._http = httpx2.AsyncClient(trust_env=False, timeout=ACK_S, transport=transport)
        self._sockets: list[WebSocket] = []
        self._leave: set[str] = set()  # tickets of socket addresses that were handed out
        self._acks: dict[str, asyncio.Future[str]] = {}

    async def close(self) -> None:
        await self._http.aclose()

    async def send(self, kind: str, payload: JsonObject) -> Answer:
        """Sends one "interactive", "slash_commands" or "events_api" and awaits its ack."""
        if self._sockets:
            return await self._send_envelope(kind, payload)
        if kind == "events_api":
            return await self.post(compact(payload), {"Content-Type": JSON})
        form = payload if kind == "slash_commands" else {"payload": compact(payload)}
        return await self.post(urlencode(form), {"Content-Type": FORM})

    async def post(self, body: str, headers: Mapping[str, str]) -> Answer:
        """Posts a signed body. `headers` win over ours; a timestamp given there gets signed."""
        stamp = headers.get("X-Slack-Request-Timestamp", str(int(time.time())))
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": self._sign(stamp, body)}
        sent = [(name.encode(), value.encode()) for name, value in {**signed, **headers}.items()]
        started = time.monotonic()
        try:
            async with asyncio.timeout(ACK_S):
                reply = await self._http.post(self._app_url, content=body.encode(), headers=sent)
        except (TimeoutError, httpx2.TimeoutException):
            return _failed(started, f"the app did not answer within {ACK_S:g} s", late=True)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return _failed(started, f"the app at {self._app_url} can't be reached ({error!r})")
        error_text = None if reply.is_success else f"the app answered HTTP {reply.status_code}"
        return Answer(_ms_since(started), reply.status_code, reply.text, error_text)

    def socket_url(self, base_url: str, app_id: str) -> str:
        """An address for one Socket Mode connection."""
        ticket = secrets.token_hex(16)
        self._leave.add(ticket)
        base = base_url.replace("http", "ws", 1)
        return f"{base}/api/slack/socket?ticket={ticket}&app_id={app_id}"

    async def serve_socket(self, socket: WebSocket) -> None:
        """One Socket Mode connection: hello, then acks until the app hangs up."""
        if socket.query_params.get("ticket") not in self._leave:
            await socket.close()
            return
        self._leave.discard(socket.query_params["ticket"])
        await socket.accept()
        await socket.send_text(compact({"type": "hello", "num_connections": 1}))
        self._sockets.append(socket)
        try:
            async for text in socket.iter_text():
                self._acknowledge(text)
        finally:
            self._sockets.remove(socket)

    async def _send_envelope(self, kind: str, payload: JsonObject) -> Answer:
        """docs.slack.dev/apis/events-api/using-socket-mode"""
        envelope_id, started = secrets.token_hex(16), time.monotonic()
        ack = self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        envelope: JsonObject = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        try:
            async with asyncio.timeout(ACK_S):
                await self._sockets[-1].send_text(compact(envelope))
                return Answer(status=200, body=await ack, ms=_ms_since(started))
        except (TimeoutError, WebSocketDisconnect):
            return _failed(started, f"the app did not acknowledge within {ACK_S:g} s", late=True)
        finally:
            del self._acks[envelope_id]

    def _acknowledge(self, text: str) -> None:
        try:
            ack = strict_json(text)
        except ValueError:
            return  # Slack takes no notice of it either
        waiting = self._acks.get(str(ack.get("envelope_id"))) if isinstance(ack, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(compact(ack["payload"]) if ack.get("payload") else "")

    def _sign(self, stamp: str, body: str) -> str:
        """docs.slack.dev/authentication/verifying-requests-from-slack"""
        base = f"v0:{stamp}:{body}".encode()
        return "v0=" + hmac.new(self._secret, base, hashlib.sha256).hexdigest()


def _ms_since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)


def _failed(started: float, error: str, *, late: bool = False) -> Answer:
    return Answer(ms=_ms_since(started), error=error, late=late)
