"""An HTTP proxy between us and an origin."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from .client import Origin
from .dial import left_s

_ANSWER_LIMIT = 64 * 1024
_TAKEN = re.compile(rb"HTTP/1\.[01] 2[0-9]{2}[ \r]")


@dataclass(frozen=True)
class Proxy:
    """Spoken to in the clear, as urllib does; TLS goes through it by a CONNECT, unread."""

    host: str
    port: int
    headers: Mapping[str, str]
    """What it wants to have with each request: a name and a password."""

    @classmethod
    def at(cls, url: str) -> Proxy:
        """`http://user:password@host:port`, of which the host is enough. Raises ValueError."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if not parts.hostname:
            raise ValueError("a proxy without a host")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return cls(parts.hostname, port, _credentials(parts))

    def tunnel(self, sock: socket.socket, origin: Origin, until: float) -> None:
        """Has the connection go on to `origin`. Raises OSError, having closed it."""
        try:
            sock.settimeout(left_s(until))
            sock.sendall(self._request(origin))
            if not _TAKEN.match(_head(sock, until)):
                raise ConnectionError("the proxy refused")
        except OSError:
            sock.close()
            raise

    def _request(self, origin: Origin) -> bytes:
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        place = f"{host}:{origin.port}"
        headers = {"host": place, **self.headers}
        lines = [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([f"CONNECT {place} HTTP/1.1", *lines, "", ""]).encode("ascii")


def _head(sock: socket.socket, until: float) -> bytes:
    """The head of its answer; nothing comes after that until we speak."""
    head = b""
    while b"\r\n\r\n" not in head:
        sock.settimeout(left_s(until))
        data = sock.recv(_ANSWER_LIMIT)
        head += data
        if not data or len(head) > _ANSWER_LIMIT:
            raise ConnectionError("the proxy did not answer")
    return head


def _credentials(parts: SplitResult) -> dict[str, str]:
    if not parts.username or not parts.password:
        return {}
    plain = f"{unquote(parts.username)}:{unquote(parts.password)}"
    return {"proxy-authorization": f"Basic {base64.b64encode(plain.encode()).decode()}"}
