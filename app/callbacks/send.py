"""Sends one callback, once, and says what came of it. Retrying is the lifecycle's business."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence

from app.domain.commands import Failure
from app.domain.errors import CallbackUrlRefused
from app.outgoing.client import HttpClient, Origin
from app.outgoing.connection import NotHttp
from app.outgoing.dial import NotConnected, connect, left_s, secure, trusted, words
from app.ports import Answer

from .guard import Guard
from .retry_after import retry_after_s
from .sign import headers
from .url import Target

_ANSWER_LIMIT = 64 * 1024


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
        self._tls = tls
        self._client = HttpClient(self._dial, _ANSWER_LIMIT)

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
        except OSError as failure:
            error, failed = self._explain(failure), _kind(failure)
        return Answer(status, error, wait_s, round((time.monotonic() - started) * 1000), failed)

    def close(self) -> None:
        """Closes the connections that are kept."""
        self._client.close()

    def _post(
        self, target: Target, signature: dict[str, str], body: bytes, now_s: int
    ) -> tuple[int, float | None]:
        """The status, and for how long the receiver asks to be left alone."""
        origin = Origin(target.scheme, str(target.host), target.port)
        said = {"content-type": "application/json", "user-agent": "Countersign", **signature}
        until = time.monotonic() + self._total_deadline_s
        answer = self._client.post(origin, target.path, said, body, until)
        if _is_success(answer.status):
            return answer.status, None
        return answer.status, retry_after_s(answer.headers.get("retry-after"), now_s)

    def _dial(self, origin: Origin, until: float) -> socket.socket:
        """To what the guard's one look-up gave, and to nothing else."""
        addresses = self._guard.resolve(origin.host, origin.port, left_s(until))
        sock = connect(addresses, origin.port, until)
        if origin.scheme == "http":
            return sock
        return secure(sock, origin.host, self._tls or trusted(), until)

    def _explain(self, failure: OSError) -> str:
        """What to tell the operator: never text of the receiver's."""
        match failure:
            case NotConnected(reason=TimeoutError()):
                return f"could not connect within {self._total_deadline_s:g} s"
            case NotConnected():
                return f"could not connect: {failure}"
            case TimeoutError():
                return f"no answer within {self._total_deadline_s:g} s"
            case NotHttp():
                return "the answer broke off or was not HTTP"
            case _:
                return f"no answer: {words(failure)}"


def _kind(failure: OSError) -> Failure:
    reason = failure.reason if isinstance(failure, NotConnected) else failure
    return "timeout" if isinstance(reason, TimeoutError) else "unreachable"


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
