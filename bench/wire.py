"""HTTP/1.1 as bare as it can be, for what is not measured: the load, and what stands for Slack.

It knows Content-Length and nothing else, since both ends of it are ours or uvicorn's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import cast

_END = b"\r\n\r\n"


class Message:
    """A request or an answer: its first line, its headers (names in lower case), its body."""

    __slots__ = ("_head", "body", "first")

    def __init__(self, head: bytes, body: bytes) -> None:
        self.first, _, self._head = head.partition(b"\r\n")
        self.body = body

    @property
    def headers(self) -> dict[str, str]:
        """Read only when somebody asks."""
        lines = self._head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines if line)
        return {name.lower(): value.strip() for name, _, value in pairs}

    @property
    def path(self) -> str:
        """Of a request."""
        return self.first.split(b" ", 2)[1].decode()

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.first.split(b" ", 2)[1])


class Reader(asyncio.Protocol):
    """Gathers bytes until a message is whole, and hands it on."""

    transport: asyncio.Transport

    def __init__(self, take: Callable[[Reader, Message], None]) -> None:
        self._take = take
        self._bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        while (end := self._bytes.find(_END)) >= 0:
            head = self._bytes[:end]
            whole = end + len(_END) + _length(head)
            if len(self._bytes) < whole:
                return
            body = self._bytes[end + len(_END) : whole]
            self._bytes = self._bytes[whole:]
            self._take(self, Message(head, body))

    def answer(self, status: bytes, body: bytes = b"", head: bytes = b"") -> None:
        """One answer, as a server gives it."""
        length = b"Content-Length: %d\r\n\r\n" % len(body)
        self.transport.write(b"HTTP/1.1 " + status + b"\r\n" + head + length + body)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return 0 if at < 0 else int(lower[at + 15 :].split(b"\r\n", 1)[0])


class Caller:
    """One connection to a server, kept; one call at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._reader: Reader | None = None
        self._answered: asyncio.Future[Message] | None = None

    async def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Message:
        """The answer. Raises `ConnectionError` when the connection ends before it."""
        loop = asyncio.get_running_loop()
        if self._reader is None or self._reader.transport.is_closing():
            _, self._reader = await loop.create_connection(
                lambda: Reader(self._came), *self._address
            )
        fields = {"Host": "bench", "Content-Length": str(len(body)), **(headers or {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._answered = loop.create_future()
        self._reader.transport.write(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        return await self._answered

    def _came(self, _: Reader, message: Message) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(message)

    def close(self) -> None:
        if self._reader is not None:
            self._reader.transport.close()
