"""The network under the sender: connects where the guard says, and ends when the time is up.

httpcore2 hands the timeouts of a request through to these classes as they are and gives each single
read the whole of it, so that a receiver could hold a sender for ever, byte by byte. Here a timeout
is therefore the INSTANT (time.monotonic) at which all of the request has to be over.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2

from .guard import Guard

ANSWER_LIMIT = 64 * 1024
"""Bytes of one answer that are read: interim answers, headers and body together."""


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections to what the guard's one look-up gave, and to nothing else."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  (the interface has it)
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        """The first of the host's addresses that answers. They share the time that is left."""
        with _failing_as(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            addresses = self._guard.resolve(host, port, _left_s(timeout))
            return BoundedStream(_connect_any(addresses, port, timeout))


class BoundedStream(httpcore2.NetworkStream):
    """A connection whose every step ends at the request's instant, and whose answers are short."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._answered = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._answered >= ANSWER_LIMIT:
            raise httpcore2.ReadError(f"the answer is longer than {ANSWER_LIMIT // 1024} kB")
        with _failing_as(httpcore2.ReadTimeout, httpcore2.ReadError):
            self._sock.settimeout(_left_s(timeout))
            data = self._sock.recv(min(max_bytes, ANSWER_LIMIT - self._answered))
        if not data and not self._answered:
            raise httpcore2.ReadError("the receiver closed the connection without an answer")
        self._answered += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._answered = 0  # what comes after this belongs to the next answer
        unsent = memoryview(buffer)
        with _failing_as(httpcore2.WriteTimeout, httpcore2.WriteError):
            while unsent:
                self._sock.settimeout(_left_s(timeout))
                unsent = unsent[self._sock.send(unsent) :]

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            with _failing_as(httpcore2.ConnectTimeout, httpcore2.ConnectError):
                self._sock.settimeout(_left_s(timeout))
                return BoundedStream(
                    ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
                )
        except (httpcore2.ConnectTimeout, httpcore2.ConnectError):
            self.close()
            raise

    def close(self) -> None:
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:
        """Whether the receiver has hung up on an idle connection is all that is ever asked."""
        return _is_readable(self._sock) if info == "is_readable" else None


def _connect_any(addresses: tuple[str, ...], port: int, until: float | None) -> socket.socket:
    """A connection to the first that takes it; raises the last one's OSError."""
    for tried, address in enumerate(addresses, start=1):
        share_s = _left_s(until) / (len(addresses) - tried + 1)
        try:
            sock = socket.create_connection((address, port), timeout=share_s)
        except OSError:
            if tried == len(addresses):
                raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise ValueError("there is no address to connect to")


def _left_s(until: float | None) -> float:
    if until is None:
        raise ValueError("every request carries the instant at which it ends")
    left_s = until - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s


def _is_readable(sock: socket.socket) -> bool:
    if sock.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


@contextmanager
def _failing_as(
    timeout: type[httpcore2.TimeoutException], error: type[httpcore2.NetworkError]
) -> Iterator[None]:
    """The system's errors as httpcore2's, in words that can be shown."""
    try:
        yield
    except TimeoutError as exc:
        raise timeout from exc
    except OSError as exc:
        raise error(_words(exc)) from exc


def _words(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate was refused: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or 'no details'}"
    return (error.strerror or "network error").lower()
