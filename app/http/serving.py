"""uvicorn, told to end long-polls before it waits for the last calls to finish."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from .parts import Parts
from .protocol import Impatient

DRAINS_IN_S = 25
"""Calls that are still going on so long after a stop are cut off."""


class WebServer(uvicorn.Server):
    """Serves the application until SIGTERM or SIGINT. Port 0 takes any that is free.

    The log is left as it is set up; `app/http/edge.py` writes the line for each call.
    """

    def __init__(self, application: FastAPI, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                host=host,
                port=port,
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,  # nobody is believed what they say of others, and nothing asks
                http=Impatient,
                ws="none",
                timeout_graceful_shutdown=DRAINS_IN_S,
            )
        )
        self._parts: Parts = application.state.parts

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn waits for calls before it stops the application, and long-polls are calls."""
        self._parts.waiting.end()
        await super().shutdown(sockets)
