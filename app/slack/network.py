"""The way to Slack: directly, or through the proxy that HTTPS_PROXY and NO_PROXY speak of."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from urllib.request import proxy_bypass

from app.outgoing.client import HttpClient, Origin
from app.outgoing.connection import Answer
from app.outgoing.dial import connect, left_s, secure, trusted
from app.outgoing.lookup import Lookup, system_resolver
from app.outgoing.proxy import Proxy

_ANSWER_LIMIT = 32 * 1024 * 1024
"""Bytes. The longest list the user groups of a large workspace with everybody who is in them."""


class SlackNetwork:
    """POSTs to Slack's hosts over kept connections, by `proxy` unless NO_PROXY has the host."""

    def __init__(self, proxy: str | None) -> None:
        self._proxy = proxy
        self._lookup = Lookup(system_resolver)
        self._client = HttpClient(self._dial, _ANSWER_LIMIT)

    def post(
        self, origin: Origin, target: str, headers: Mapping[str, str], body: bytes, until: float
    ) -> Answer:
        """The whole answer, by the instant `until` of time.monotonic. It is sent once.

        Raises OSError; ValueError for what can't stand in a header.
        """
        if origin.scheme == "http" and (proxy := self._proxy_for(origin)):
            target = f"http://{origin.authority}{target}"
            headers = {**headers, **proxy.headers}
        answer = self._client.post(origin, target, headers, body, until)
        if answer.broken is not None:
            raise answer.broken
        return answer

    def _dial(self, origin: Origin, until: float) -> socket.socket:
        proxy = self._proxy_for(origin)
        first = proxy or origin
        addresses = self._lookup.addresses(first.host, first.port, left_s(until))
        sock = connect(addresses, first.port, until)
        if origin.scheme == "http":
            return sock
        if proxy is not None:
            proxy.tunnel(sock, origin, until)
        return secure(sock, origin.host, trusted(), until)

    def _proxy_for(self, origin: Origin) -> Proxy | None:
        if self._proxy is None or proxy_bypass(origin.authority):
            return None
        return Proxy.at(self._proxy)
