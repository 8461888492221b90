"""`python -m sandbox`: starts the sandbox on 127.0.0.1 and says where it listens."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import socket
import sys
from pathlib import Path
from typing import ClassVar

import uvicorn
from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.core import Sandbox, Settings
from sandbox.server import create_app


class Connection(HttpToolsProtocol):
    """Uvicorn's own protocol, but that a request's connection can be found again and cut."""

    transports: ClassVar[dict[tuple[str, int], asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.transports[transport.get_extra_info("peername")] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.transports.pop(self.transport.get_extra_info("peername"), None)
        super().connection_lost(exc)

    @classmethod
    def drop(cls, request: Request) -> None:
        cls.transports[tuple(request.scope["client"])].abort()


class Server(uvicorn.Server):
    """Says where it listens once it does, and ends the pages' streams when it is told to stop."""

    def __init__(self, config: uvicorn.Config, sandbox: Sandbox) -> None:
        super().__init__(config)
        self._sandbox = sandbox

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"sandbox ready {self._sandbox.settings.base_url}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._sandbox.live.close()
        await super().shutdown(sockets)


def main() -> None:
    given = vars(_arguments())
    listener = _listen(given.pop("port"))
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    sandbox = Sandbox(Settings(base_url=base_url, **given))
    state_file = sandbox.settings.state_file
    try:
        if state_file is not None and state_file.exists():
            sandbox.workspace.load(state_file)
        elif state_file is not None:
            sandbox.workspace.save(state_file)
    except ValueError as error:
        sys.exit(f"sandbox: {error}; move it away to start afresh")
    except OSError as error:
        sys.exit(f"sandbox: can't use the state file: {error}")
    app = create_app(sandbox, Connection.drop)
    config = uvicorn.Config(
        app, http=Connection, log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )
    Server(config, sandbox).run([listener])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="A local stand-in for Slack.")
    parser.add_argument("--port", type=int, default=8900, help="0 picks a free one")
    parser.add_argument("--app-url", required=True, help="the app's request URL")
    parser.add_argument("--bot-token", required=True)
    parser.add_argument("--signing-secret", required=True)
    parser.add_argument("--app-token", help="switches Socket Mode on")
    parser.add_argument("--state", type=Path, dest="state_file", help="file to keep messages in")
    given = parser.parse_args()
    if given.app_token and not importlib.util.find_spec("websockets"):
        parser.error("--app-token needs the package `websockets`")
    return given


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        sys.exit(f"sandbox: can't listen on port {port}: {error}")
    return listener


if __name__ == "__main__":
    main()
