"""The application on a real uvicorn, on a port of its own, and a client of a few lines."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from fastapi import FastAPI

from app.http.serving import WebServer
from app.http.waiting import Waiting
from tests.integration.http.door import BILLING_KEY

DEADLINE_S = 20


class Live:
    """A server that runs, and calls to it. Each call has a connection of its own."""

    def __init__(self, application: FastAPI, server: WebServer) -> None:
        self.waiting: Waiting = application.state.parts.waiting
        self.server = server
        self.port: int = server.servers[0].sockets[0].getsockname()[1]

    async def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        """The status and the JSON of the answer."""
        reader, writer = await self.connect(method, path, body, **headers)
        async with asyncio.timeout(DEADLINE_S):
            answer = await reader.read()
        writer.close()
        head, _, said = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(said)

    async def connect(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A call that was made and not yet answered."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = {
            "Host": "localhost",
            "Connection": "close",
            "Authorization": f"Bearer {BILLING_KEY}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        await writer.drain()
        return reader, writer

    async def until_waiting(self, number: int) -> None:
        """Returns once so many clients wait."""
        async with asyncio.timeout(DEADLINE_S):
            while len(self.waiting) != number:
                await asyncio.sleep(0.01)


@contextmanager
def running(application: FastAPI) -> Iterator[Live]:
    """Serves it until left."""
    server = WebServer(application, "127.0.0.1", 0)
    thread = Thread(target=server.run, name="uvicorn")
    thread.start()
    try:
        _until(lambda: server.started)
        yield Live(application, server)
    finally:
        server.should_exit = True
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
