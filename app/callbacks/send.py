"""Sends one callback, once, and says what came of it. Retrying is the lifecycle's business."""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from contextlib import suppress

import httpcore2

from app.domain.commands import Failure
from app.domain.errors import CallbackUrlRefused
from app.ports import Answer

from .guard import Guard
from .lookup import LookupFailed
from .retry_after import retry_after_s
from .sign import headers
from .url import Target
from .wire import GuardedBackend

_FAILURES = (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError)

_MAX_CONNECTIONS = 64
_KEEP_ALIVE_S = 4.0
"""Below the five seconds after which uvicorn and Node hang up, lest a send meets a closed door."""


class CallbackSender:
    """One client for all threads; connections are kept for the next send to the same receiver.

    Follows no redirect, keeps no cookie and knows no proxy: what the guard resolved is what it
    talks to. `tls` replaces the system's trusted certificates.
    """

    def __init__(
        self, guard: Guard, total_deadline_s: float = 20.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._guard = guard
        self._total_deadline_s = total_deadline_s
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            max_connections=_MAX_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE_S,
            network_backend=GuardedBackend(guard),
        )

    def send(
        self, url: str, message_id: str, body: bytes, secrets: Sequence[str], now_s: int
    ) -> Answer:
        """POSTs `body`, signed with every secret at unix second `now_s`, and waits for the status.

        Over within the total deadline, whatever the receiver does; its status counts even if the
        rest of the answer breaks off. Raises for nothing that lies with the network or the
        receiver; ValueError for a secret or an id that cannot sign.
        """
        signature = headers(message_id, now_s, body, secrets)
        started = time.monotonic()
        status, error, wait_s = None, None, None
        failed: Failure | None = None
        try:
            target = self._guard.check_url(url)
            status, wait_s = self._post(target, signature, body, now_s)
            error = _unless_delivered(status)
        except CallbackUrlRefused as refusal:
            error = " ".join(filter(None, (refusal.message, refusal.advice)))
            failed = "refused"
        except LookupFailed as failure:
            error, failed = f"could not connect: {failure}", "unreachable"
        except _FAILURES as failure:
            error = self._explain(failure)
            late = isinstance(failure, httpcore2.TimeoutException)
            failed = "timeout" if late else "unreachable"
        return Answer(status, error, wait_s, round((time.monotonic() - started) * 1000), failed)

    def close(self) -> None:
        """Closes the connections that are kept."""
        self._pool.close()

    def _post(
        self, target: Target, signature: dict[str, str], body: bytes, now_s: int
    ) -> tuple[int, float | None]:
        """The status, and for how long the receiver asks to be left alone."""
        with self._pool.stream(
            "POST",
            httpcore2.URL(
                scheme=target.scheme, host=str(target.host), port=target.port, target=target.path
            ),
            headers=[
                ("host", target.authority),
                ("content-type", "application/json"),
                ("user-agent", "Countersign"),
                *signature.items(),
            ],
            content=body,
            extensions=self._limits(),
        ) as response:
            # Read to its end, within the limits, so that the connection can be kept.
            with suppress(*_FAILURES):
                for _ in response.iter_stream():
                    pass
            if _is_success(response.status):
                return response.status, None
            return response.status, retry_after_s(response.headers, now_s)

    def _limits(self) -> dict[str, dict[str, float]]:
        """The instant at which all must be over (see wire.py); `pool` alone is a duration."""
        until = time.monotonic() + self._total_deadline_s
        return {
            "timeout": {
                "connect": until,
                "read": until,
                "write": until,
                "pool": self._total_deadline_s,
            }
        }

    def _explain(self, failure: Exception) -> str:
        """What to tell the operator: never text of the receiver's, which h11's errors repeat."""
        match failure:
            case httpcore2.ConnectTimeout():
                return f"could not connect within {self._total_deadline_s:g} s"
            case httpcore2.TimeoutException():
                return f"no answer within {self._total_deadline_s:g} s"
            case httpcore2.ConnectError():
                return f"could not connect: {failure}"
            case httpcore2.NetworkError():
                return f"no answer: {failure}"
            case _:
                return "the answer broke off or was not HTTP"


def _is_success(status: int) -> bool:
    return 200 <= status < 300


def _unless_delivered(status: int) -> str | None:
    """Why this status is a failure; None for 2xx."""
    if _is_success(status):
        return None
    if 300 <= status < 400:
        return f"answered {status}: redirects are not followed"
    if status == 410:
        return "answered 410: the receiver wants no more callbacks"
    return f"answered {status}"
