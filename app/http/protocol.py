"""HTTP/1.1 as uvicorn speaks it, but a head has to be small and to arrive in time.

uvicorn waits for a head for ever, and httptools gathers one of any size: a few callers that send a
byte now and then would hold every connection that there is.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.domain.errors import CountersignError

from .edge import SAFE
from .errors import HeadTooLarge, InvalidHttp
from .problems import refused

HEAD_LIMIT = 32_768
"""Bytes of the request line and the headers."""

HEAD_ARRIVES_IN_S = 10
"""From the connection, or from a head's first byte, until it is whole."""


class Impatient(HttpToolsProtocol):
    """One connection. What it refuses by itself looks as all refusals do."""

    _waiting: asyncio.TimerHandle | None = None
    _unread = 0  # bytes of what is not a whole head yet
    _head = 0  # bytes of the head that is being read, as far as it is understood

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unread += len(data)
        super().data_received(data)
        if self._waiting is not None and self._unread > HEAD_LIMIT:
            self._refuse(_too_large())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0
        if self._waiting is None:
            self._expect_head()

    def on_url(self, url: bytes) -> None:
        self._measure(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._measure(name + value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (ours says what to do as well)
        """The parser has given up, by itself or since a head was too large."""
        unread = InvalidHttp("This can't be read as HTTP/1.1.", "Send it with a common library.")
        self._refuse(_too_large() if self._head > HEAD_LIMIT else unread)

    def _measure(self, part: bytes) -> None:
        self._head += len(part)
        if self._head > HEAD_LIMIT:
            raise _too_large()  # the parser stops, and `send_400_response` is called

    def _expect_head(self) -> None:
        self._unread = 0
        self._waiting = self.loop.call_later(HEAD_ARRIVES_IN_S, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, error: CountersignError) -> None:
        """The last thing said on this connection."""
        self._stop_waiting()
        if self.transport.is_closing():
            return
        answer = refused(error, {**SAFE, "Connection": "close"})
        phrase = HTTPStatus(answer.status_code).phrase
        lines = [f"HTTP/1.1 {answer.status_code} {phrase}".encode()]
        lines += [name + b": " + value for name, value in answer.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()


def _too_large() -> HeadTooLarge:
    return HeadTooLarge(
        f"The headers are larger than {HEAD_LIMIT:,} bytes.", "Send what is large in the body."
    )
