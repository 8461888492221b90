"""POSTs over kept connections."""

from __future__ import annotations

import socket
import time
import weakref
from collections.abc import Callable, Mapping
from threading import Lock
from typing import NamedTuple
from urllib.parse import urlsplit

from .connection import Answer, Connection
from .dial import NotConnected

_KEPT = 64
_KEPT_S = 4.0
"""Below the five seconds after which Apache, uvicorn and Node hang up, lest a request meets a
closed door. What Slack does is written nowhere."""

_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Where a request goes, but for its path; `host` is a name or an address, without brackets."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> tuple[Origin, str]:
        """The origin of a URL, and the rest of it. Raises ValueError for one that has none."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("not an http or https URL")
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return cls(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]), target

    @property
    def authority(self) -> str:
        """The `Host` header: the port only where it is not the scheme's own (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


Dial = Callable[[Origin, float], socket.socket]
"""Opens a connection, TLS and all, by an instant of time.monotonic. Raises OSError."""


class _Kept(NamedTuple):
    origin: Origin
    connection: Connection
    since: float


class HttpClient:
    """One for all threads. Follows no redirect, keeps no cookie, and sends nothing twice.

    A request whose connection breaks may have arrived, so that to repeat it is the caller's
    decision. `limit` is how many bytes of an answer are read: headers and body together.
    """

    def __init__(self, dial: Dial, limit: int) -> None:
        self._dial = dial
        self._limit = limit
        self._idle: list[_Kept] = []  # the longest idle first
        self._lock = Lock()
        weakref.finalize(self, _close_all, self._idle)  # for whoever does not `close`

    def post(
        self, origin: Origin, target: str, headers: Mapping[str, str], body: bytes, until: float
    ) -> Answer:
        """The answer, by the instant `until`; its status counts even if its body broke off.

        Raises `NotConnected` and other OSErrors; ValueError for what can't stand in a header.
        """
        head = _head(origin, target, headers, len(body))
        connection = self._kept(origin) or self._opened(origin, until)
        try:
            answer = connection.exchange(head + body, self._limit, until)
        except BaseException:
            connection.close()
            raise
        self._keep(origin, connection)
        return answer

    def close(self) -> None:
        """Closes the connections that are kept, as the end of this client does."""
        with self._lock:
            _close_all(self._idle)

    def _opened(self, origin: Origin, until: float) -> Connection:
        try:
            return Connection(self._dial(origin, until))
        except OSError as error:
            raise NotConnected(error) from error

    def _kept(self, origin: Origin) -> Connection | None:
        """A connection on which the other side has not hung up."""
        while connection := self._taken(origin):
            if not connection.hung_up():
                return connection
            connection.close()
        return None

    def _taken(self, origin: Origin) -> Connection | None:
        """The one that was used last."""
        with self._lock:
            self._drop(time.monotonic() - _KEPT_S)
            for at in range(len(self._idle) - 1, -1, -1):
                if self._idle[at].origin == origin:
                    return self._idle.pop(at).connection
        return None

    def _keep(self, origin: Origin, connection: Connection) -> None:
        if not connection.reusable or connection.hung_up():
            connection.close()
            return
        with self._lock:
            self._idle.append(_Kept(origin, connection, time.monotonic()))
            if len(self._idle) > _KEPT:
                self._idle.pop(0).connection.close()

    def _drop(self, before: float) -> None:
        while self._idle and self._idle[0].since < before:
            self._idle.pop(0).connection.close()


def _head(origin: Origin, target: str, headers: Mapping[str, str], length: int) -> bytes:
    lines = [
        f"POST {target} HTTP/1.1",
        f"host: {origin.authority}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"content-length: {length}",
    ]
    if not all(map(str.isprintable, lines)):
        raise ValueError("a header with a line break or the like")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _close_all(idle: list[_Kept]) -> None:
    while idle:
        idle.pop().connection.close()
