"""One connection, and one exchange after the other over it: a request, and its whole answer."""

from __future__ import annotations

import select
import socket
from dataclasses import dataclass

from httptools import HttpParserError, HttpResponseParser

from .dial import left_s

_PIECE = 65_536


class NotHttp(OSError):
    """What came back was no HTTP, or broke off. It has no words: they could be the other side's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of headers are in lower case. `broken` is what broke it off after its headers."""

    status: int
    headers: dict[str, str]
    body: bytes
    broken: OSError | None = None


class Connection:
    """An open socket, its own from now on."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._parser = HttpResponseParser(self)
        self._forget()

    def _forget(self) -> None:
        """What is known of an answer before its first byte."""
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._whole = False
        self.reusable = False
        """Whether another exchange can follow."""

    def exchange(self, request: bytes, limit: int, until: float) -> Answer:
        """Send `request` once, and wait for the answer, of which `limit` bytes are read at most.

        Over by the instant `until`, however slow the other side is. Raises OSError where not even
        the status and the headers arrived: a `TimeoutError` for want of time.
        """
        self._forget()
        self._send(request, until)
        broken = None
        try:
            self._receive(limit, until)
        except OSError as error:
            if not self._status:
                raise
            broken = error
        return Answer(self._status, self._headers, b"".join(self._body), broken)

    def hung_up(self) -> bool:
        """Whether the other side ended an idle connection, or said what nobody asked for."""
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        self._sock.close()

    def _send(self, request: bytes, until: float) -> None:
        unsent = memoryview(request)
        try:
            while unsent:
                self._sock.settimeout(left_s(until))
                unsent = unsent[self._sock.send(unsent) :]
        except TimeoutError:
            raise
        except OSError:
            pass  # who hangs up on what is too large has often answered before

    def _receive(self, limit: int, until: float) -> None:
        left = limit
        while not self._whole:
            if not left:
                raise OSError(f"the answer is longer than {limit // 1024} kB")
            self._sock.settimeout(left_s(until))
            data = self._sock.recv(min(_PIECE, left))
            if not data:
                self._end(nothing=left == limit)
                return
            left -= len(data)
            self._read(data)

    def _read(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            if not self._whole:
                raise NotHttp from None
            self.reusable = False  # more came than was asked for

    def _end(self, *, nothing: bool) -> None:
        """The other side is done. A body may have no other end."""
        if nothing:
            raise ConnectionError("the receiver closed the connection without an answer")
        if not self._status or self._headers.keys() & {"content-length", "transfer-encoding"}:
            raise NotHttp

    # What httptools calls as it reads.

    def on_message_begin(self) -> None:
        if self._whole:
            raise ValueError("a second answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._status:  # and is no trailer
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200:
            self._status = status
        else:  # an interim answer; the one that counts follows it
            self._headers.clear()

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        if self._status:
            self._whole = True
            self.reusable = self._parser.should_keep_alive()
