"""The sandbox as an ASGI application: routes, loopback guard, error answers, saving."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from sandbox import controls, page_api, webapi
from sandbox.core import Sandbox
from sandbox.wire import Refusal

PAGE = Path(__file__).parent / "page"
SAVE_EVERY_S = 0.5
LOOPBACK = ("127.0.0.1", "localhost")


def create_app(sandbox: Sandbox, drop: Callable[[Request], None]) -> Starlette:
    """The application; `drop` cuts a request's connection without an answer."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        saving = asyncio.create_task(_keep_saved(sandbox))
        yield
        saving.cancel()
        _save(sandbox)
        await sandbox.app.close()

    slack = [
        WebSocketRoute("/api/slack/socket", _socket),
        Route("/api/slack/respond/{token}", webapi.respond, methods=["POST"]),
        Route("/api/slack/{method}", webapi.call, methods=["GET", "POST"]),
    ]
    page = StaticFiles(directory=PAGE, html=True, check_dir=False)
    app = Starlette(
        routes=[*slack, *page_api.ROUTES, *controls.ROUTES, Mount("/page", page), Mount("/", page)],
        middleware=[Middleware(LoopbackOnly)],
        exception_handlers={Refusal: _refuse, HTTPException: _refuse_http},
        lifespan=lifespan,
    )
    app.state.sandbox, app.state.drop = sandbox, drop
    return app


class LoopbackOnly:
    """Refuses other Hosts (DNS rebinding) and writes from pages of other origins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stranger = scope["type"] == "http" and _is_stranger(HTTPConnection(scope), scope["method"])
        refusal = JSONResponse(
            {"ok": False, "error": "the sandbox answers this machine alone"}, 403
        )
        await (refusal if stranger else self._app)(scope, receive, send)


def _is_stranger(request: HTTPConnection, method: str) -> bool:
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if host.split(":")[0] not in LOOPBACK:
        return True
    return method not in ("GET", "HEAD") and origin is not None and urlsplit(origin).netloc != host


async def _socket(socket: WebSocket) -> None:
    sandbox: Sandbox = socket.app.state.sandbox
    await sandbox.app.serve_socket(socket)


async def _refuse(_request: Request, error: Exception) -> Response:
    return JSONResponse({"ok": False, "error": str(error)}, getattr(error, "status", 400))


async def _refuse_http(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return JSONResponse({"ok": False, "error": getattr(error, "detail", "")}, status)


async def _keep_saved(sandbox: Sandbox) -> None:
    while True:
        await asyncio.sleep(SAVE_EVERY_S)
        _save(sandbox)


def _save(sandbox: Sandbox) -> None:
    if sandbox.settings.state_file is not None and sandbox.workspace.changed:
        try:
            sandbox.workspace.save(sandbox.settings.state_file)
        except OSError as error:
            print(f"sandbox: can't save: {error}", file=sys.stderr)
