"""A TCP proxy between the product and a server, that does to the bytes what networks do.

It is of the test tree, so that faults are injected in the network and not into the code under test.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

Address = tuple[str, int] | str
"""Where the real server is: host and port, or the path of a unix socket."""

Fault = Callable[[bytes], tuple[bytes, bool]]
"""What of some bytes is handed on, and whether the connection goes on after them."""

_CHUNK = 65_536


class Proxy:
    """Listens on loopback and hands on both ways to `to`, which may be set later.

    `delay_s` delays each reply by so much; `fault` is done to each piece of a reply. `held` counts
    the pieces that are being held back.
    """

    def __init__(self, to: Address = "") -> None:
        self.to = to
        self.delay_s = 0.0
        self.fault: Fault = _whole
        self.held = 0
        self._holding: bool | None = None
        self._go_on = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def swallow_replies(self, times: int) -> None:
        """The next replies never arrive: the server has done it, and the connection is cut."""
        self.fault = _first(times, lambda _: (b"", False))

    def halve_replies(self, times: int) -> None:
        """Of the next replies the first half arrives, and then the connection is cut."""
        self.fault = _first(times, lambda data: (data[: len(data) // 2], False))

    def hold(self, *, replies: bool) -> None:
        """Hold requests back, or replies, until `heal`."""
        self._go_on.clear()
        self.held, self._holding = 0, replies

    def heal(self) -> None:
        """Hand everything on again, what is held too."""
        self.fault, self.delay_s, self._holding = _whole, 0.0, None
        self._go_on.set()

    def cut(self) -> None:
        """Cut every connection that there is, in whatever it was doing."""
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        self.heal()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client):
            try:
                server = _connect(self.to)
            except OSError:
                return
            with closing(server):
                self._open |= {client, server}
                there = threading.Thread(target=self._pump, args=(client, server, False))
                there.start()
                self._pump(server, client, True)
                there.join()
                self._open -= {client, server}

    def _pump(self, source: socket.socket, sink: socket.socket, back: bool) -> None:
        """One way, until either side ends it or a fault cuts it."""
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if back and self.delay_s:
                    time.sleep(self.delay_s)
                if self._holding is back:
                    self.held += 1
                    self._go_on.wait()
                data, goes_on = self.fault(data) if back else _whole(data)
                sink.sendall(data)
                if not goes_on:
                    break
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def _whole(data: bytes) -> tuple[bytes, bool]:
    return data, True


def _first(times: int, fault: Fault) -> Fault:
    """The fault for so many pieces of data, and nothing after."""
    left, lock = [times], threading.Lock()

    def acting(data: bytes) -> tuple[bytes, bool]:
        with lock:
            left[0] -= 1
            acts = left[0] >= 0
        return fault(data) if acts else _whole(data)

    return acting


def _connect(to: Address) -> socket.socket:
    if isinstance(to, tuple):
        return socket.create_connection(to)
    server = socket.socket(socket.AF_UNIX)
    server.connect(to)
    return server


@contextmanager
def proxied(to: Address = "") -> Iterator[Proxy]:
    """A proxy that is closed at the end."""
    proxy = Proxy(to)
    try:
        yield proxy
    finally:
        proxy.close()
