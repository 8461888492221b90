"""`Callbacks`: the guard and the sender with a client's secret and a bound per host."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from app.ports import Answer, Client, HostBusy

from .guard import Guard
from .send import CallbackSender
from .sign import secret_for
from .url import parse_url

SENDS_PER_HOST = 4
"""Sends in flight to one host from one process: a host that hangs leaves threads for the others."""

_UNWELL_KEPT = 1000

_BUSY_MS, _BUSIEST_MS = 100, 20_000
"""The more are turned away while nothing ends, the longer each is told to wait: a host that hangs
has a queue, which must not be gone through again and again."""


class OutgoingCallbacks:
    """`secret` is the deployment's own; each client's callback secret is derived from it."""

    def __init__(self, guard: Guard, sender: CallbackSender, secret: bytes) -> None:
        self._guard = guard
        self._sender = sender
        self._secret = secret
        self._in_flight: Counter[str] = Counter()
        self._turned_away: Counter[str] = Counter()
        self._unwell: set[str] = set()
        self._lock = threading.Lock()

    def check(self, url: str) -> None:
        self._guard.admit(url)

    def send(self, url: str, message_id: str, body: str, client: Client, now: int) -> Answer:
        secrets = [secret_for(self._secret, client.id, one) for one in client.secret_generations]
        host = parse_url(url).authority
        with self._slot(host):
            answer = self._sender.send(url, message_id, body.encode(), secrets, now // 1000)
            self._note(host, well=answer.status is not None)
        return answer

    def _note(self, host: str, *, well: bool) -> None:
        """A host that gave no answer gets one send at a time until it gives one."""
        with self._lock:
            if well or len(self._unwell) >= _UNWELL_KEPT:
                self._unwell.discard(host)
            else:
                self._unwell.add(host)

    @contextmanager
    def _slot(self, host: str) -> Iterator[None]:
        with self._lock:
            if self._in_flight[host] >= (1 if host in self._unwell else SENDS_PER_HOST):
                self._turned_away[host] += 1
                raise HostBusy(min(_BUSY_MS * self._turned_away[host], _BUSIEST_MS))
            self._in_flight[host] += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight[host] -= 1
                del self._turned_away[host]
                # Nothing is kept of a host that nothing is on its way to.
                self._in_flight += Counter()
