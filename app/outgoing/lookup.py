"""Looking up a host name within a bounded time, which the system's own call does not offer."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host, the best first; raises OSError when there are none."""

_AT_ONCE = 64


class LookupFailed(OSError):
    """The name has no address now. It may have one later."""


def system_resolver(host: str, port: int) -> list[str]:
    """What this machine's resolver says, in its order of preference (RFC 6724)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class Lookup:
    """Asks a resolver and waits no longer than told; at most 64 questions are open at once."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._slots = BoundedSemaphore(_AT_ONCE)

    def addresses(self, host: str, port: int, timeout_s: float) -> Sequence[str]:
        """One or more addresses of `host`. Raises LookupFailed."""
        if not self._slots.acquire(blocking=False):
            raise LookupFailed("too many name look-ups are waiting for an answer")
        found: Future[Sequence[str]] = Future()
        # Not a pool: an unanswered look-up blocks for half a minute, and must hold up neither the
        # next one nor the end of the process.
        Thread(target=self._ask, args=(host, port, found), daemon=True).start()
        try:
            addresses = found.result(timeout_s)
        except TimeoutError:
            raise LookupFailed("looking up the host name took too long") from None
        except OSError:
            raise LookupFailed("the host name could not be found") from None
        if not addresses:
            raise LookupFailed("the host name has no address")
        return addresses

    def _ask(self, host: str, port: int, found: Future[Sequence[str]]) -> None:
        try:
            found.set_result(self._resolver(host, port))
        except OSError as error:
            found.set_exception(error)
        finally:
            self._slots.release()
