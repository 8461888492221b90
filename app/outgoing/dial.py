"""Opening a connection, TLS and all, by the instant at which everything has to be over.

`until` is an instant of time.monotonic. A time-out of a socket starts anew with each byte, so it is
set to what is left before every single step.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from functools import cache


class NotConnected(OSError):
    """No connection came about; `reason` says why, with a `TimeoutError` for want of time."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(words(reason))
        self.reason = reason


def left_s(until: float) -> float:
    """The seconds that are left. Raises `TimeoutError` when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("no time is left")
    return left


def connect(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    """A connection to the first address that takes it; they share the time that is left.

    Raises the last one's OSError.
    """
    for tried, address in enumerate(addresses, start=1):
        share_s = left_s(until) / (len(addresses) - tried + 1)
        try:
            sock = socket.create_connection((address, port), timeout=share_s)
        except OSError:
            if tried == len(addresses):
                raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise ValueError("there is no address to connect to")


def secure(sock: socket.socket, host: str, tls: ssl.SSLContext, until: float) -> ssl.SSLSocket:
    """TLS over a connection, with a certificate for `host`. Raises OSError, having closed it."""
    try:
        sock.settimeout(left_s(until))  # which Python keeps to for a handshake as a whole
        return tls.wrap_socket(sock, server_hostname=host)
    except OSError:
        sock.close()
        raise


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that the system trusts, or SSL_CERT_FILE and SSL_CERT_DIR: read once."""
    tls = ssl.create_default_context()
    tls.set_alpn_protocols(["http/1.1"])
    return tls


def words(error: OSError) -> str:
    """Why it failed, as it can be shown: never the other side's own text."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate was refused: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or 'no details'}"
    return (error.strerror or "").lower() or str(error) or "network error"
