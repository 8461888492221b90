"""`create_app()`: the ASGI way in, and the `web` of the Procfile."""

from __future__ import annotations

import logging
import signal
import socket
from queue import SimpleQueue

from fastapi import FastAPI

from .bootstrap.web import build_web
from .domain.reload import HANGUP
from .http.serving import WebServer
from .process import starting
from .reloading import Asked
from .settings import load

_log = logging.getLogger("countersign.web")


def create_app() -> FastAPI:
    """For a server of your own: `uvicorn --factory app.main:create_app`."""
    return build_web(load())


def main() -> None:
    """Serve on COUNTERSIGN_HOST and PORT until SIGTERM or SIGINT; SIGHUP reloads the policies."""
    asked: Asked = SimpleQueue()
    # First of all, since a hang-up that nobody catches would end the process.
    signal.signal(signal.SIGHUP, lambda *_: asked.put(HANGUP))
    with starting("web") as settings:
        app = build_web(settings, asked)
    _Server(app, settings.host, settings.port).run()


class _Server(WebServer):
    """Says when it is ready, as worker and clock do."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _log.info("web ready: http://%s:%d", self.config.host, self.config.port)


if __name__ == "__main__":
    main()
