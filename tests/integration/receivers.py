"""Receivers on loopback, written on bare sockets so that they can misbehave as real ones do."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest

CERTIFICATE = Path(__file__).with_name("callbacks.test.pem")
"""For the name `callbacks.test`; a certificate and its key."""

Step = Callable[["Receiver", socket.socket], None]


class Receiver:
    """Answers its n-th request with the n-th step, and every later one with the last.

    A step writes to the connection, which stays open for the next request unless the step shuts it
    down. `over` is set once a connection has ended.
    """

    def __init__(self, *steps: Step, tls: bool = False) -> None:
        self.steps = list(steps)
        self.tls = _server_context() if tls else None
        self.bodies: list[bytes] = []
        self.heads: list[str] = []
        self.names: list[str | None] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self.stopped = threading.Event()
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/callback?a=b"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self) -> None:
        self.stopped.set()
        for sock in (self._listener, *self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            self._answer_all(connection if self.tls is None else self._secured(connection))
        self.over.set()

    def _secured(self, connection: socket.socket) -> socket.socket:
        assert self.tls is not None
        secured = self.tls.wrap_socket(connection, server_side=True)
        self._open.append(secured)
        self.names.append(getattr(secured, "asked_for", None))
        return secured

    def _answer_all(self, connection: socket.socket) -> None:
        reader = connection.makefile("rb")
        with reader:
            while not self.stopped.is_set() and (head := _read_head(reader)):
                length = next(
                    int(line.split(":")[1])
                    for line in head.split("\r\n")
                    if line.lower().startswith("content-length:")
                )
                body = reader.read(length)
                with self._lock:
                    self.heads.append(head)
                    self.bodies.append(body)
                    step = self.steps[min(len(self.heads), len(self.steps)) - 1]
                step(self, connection)


def _read_head(reader: BinaryIO) -> str:
    lines = []
    while (line := reader.readline()) not in (b"\r\n", b""):
        lines.append(line.decode().strip())
    return "\r\n".join(lines)


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda sock, name, _context: setattr(sock, "asked_for", name)
    return context


@pytest.fixture
def receiver() -> Iterator[Callable[..., Receiver]]:
    """Starts receivers: `receiver(step, …, tls=False)`."""
    started: list[Receiver] = []

    def start(*steps: Step, tls: bool = False) -> Receiver:
        started.append(Receiver(*steps, tls=tls))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def trust() -> ssl.SSLContext:
    """A client's trust in the certificate of `callbacks.test` and in no other."""
    return ssl.create_default_context(cafile=CERTIFICATE)
