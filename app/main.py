"""`create_app()`: the ASGI way in, and the `web` of the Procfile."""

from __future__ import annotations

import logging
import socket

from fastapi import FastAPI

from .bootstrap import build_web
from .http.serving import WebServer
from .process import starting
from .settings import load

_log = logging.getLogger("countersign.web")


def create_app() -> FastAPI:
    """For a server of your own: `uvicorn --factory app.main:create_app`."""
    return build_web(load())


def main() -> None:
    """Serve on COUNTERSIGN_HOST and PORT until SIGTERM or SIGINT."""
    with starting("web") as settings:
        app = build_web(settings)
    _Server(app, settings.host, settings.port).run()


class _Server(WebServer):
    """Says when it is ready, as worker and clock do."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _log.info("web ready: http://%s:%d", self.config.host, self.config.port)


if __name__ == "__main__":
    main()
