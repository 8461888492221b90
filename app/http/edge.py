"""The outermost layer: a request id, headers against misuse, one line in the log for each call."""

from __future__ import annotations

import logging
import re
import secrets
import time
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import about
from app.ports import Caller

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer. There is no CORS: a browser has no business here."""

_SAFE = [(name.lower().encode(), value.encode()) for name, value in SAFE.items()]

_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_REQUEST_ID = re.compile(r"req_[0-9a-z]{26}")
_PATH_SHOWN = 200  # characters

_log = logging.getLogger("countersign.http")


class Edge:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, call_id, status = time.perf_counter(), _call_id(scope), 0
        scope.setdefault("state", {})["call_id"] = call_id

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                ours = (*_SAFE, (b"x-request-id", call_id.encode()))
                message["headers"] = [*message["headers"], *ours]
            await send(message)

        with about(call=call_id):
            try:
                await self._app(scope, receive, sending)
            finally:
                _write_line(scope, call_id, status, round((time.perf_counter() - began) * 1000))


def _call_id(scope: Scope) -> str:
    """The client's own id for this call, where it is harmless to repeat; else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def _write_line(scope: Scope, call_id: str, status: int, took_ms: int) -> None:
    """Never the body, the query or the key, only its id; the path so that it can't forge a line."""
    caller: Caller | None = scope["state"].get("caller")
    line = {
        "call": call_id,
        "client": caller and caller.client.id,
        "key": caller and caller.key_id,
        "method": scope["method"],
        "path": quote(scope["path"][:_PATH_SHOWN]),
        "status": status,
        "took_ms": took_ms,
    }
    words = " ".join(f"{name}={value}" for name, value in line.items())
    request = str(scope.get("path_params", {}).get("request_id"))
    known = {"request": request} if _REQUEST_ID.fullmatch(request) else {}
    _log.info("%s", words, extra=line | known)
