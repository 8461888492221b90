"""The request URL: what Slack posts is verified, then read, then answered, once.

docs.slack.dev/authentication/verifying-requests-from-slack. Bolt's own check answers garbage with
HTTP 500 and logs whole bodies (FACTS.md), so it is off.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from slack_bolt import App, BoltResponse

from app.ports import Arrivals

from . import payloads
from .bolt import bolt_request
from .once import once

BODY_LIMIT = 1_000_000
"""Bytes; Slack's largest view has 250 KB, and a form makes at most three of each."""

_SKEW_S = 300
_STAMP, _SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
_A_STAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_A_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class SlackAnswer:
    """What to answer Slack with."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class SlackReceiver:
    """Slack's requests over HTTP, for any thread."""

    def __init__(self, app: App, signing_secret: str, arrivals: Arrivals) -> None:
        if not signing_secret:
            raise ValueError("without a signing secret anybody could press the buttons")
        self._app = app
        self._secret = signing_secret.encode()
        self._arrivals = arrivals

    def handle(self, headers: Mapping[str, str], body: bytes) -> SlackAnswer:
        """Answer one POST. Nothing of the body is looked at, or logged, before it is verified.

        Raises `StoreUnavailable`.
        """
        if len(body) > BODY_LIMIT:
            return _problem(413, "slack_body_too_large", f"At most {BODY_LIMIT:,} bytes.")
        known = {name.lower(): value for name, value in headers.items()}
        if not self._signed(known, body):
            return _not_slacks()
        try:
            payload = payloads.read(known, body)
        except ValueError:
            return _problem(400, "slack_payload_invalid", "No payload that this app takes.")
        # A signature is of a body and its second, so it is the same for copies alone.
        arrival = self._arrivals.begin(known[_SIGNATURE])
        if abs(arrival.at_ms // 1000 - int(known[_STAMP])) > _SKEW_S:
            return _not_slacks()

        def carry_out() -> BoltResponse:
            return self._app.dispatch(bolt_request(payload))

        answer = once(self._arrivals, arrival, carry_out)
        return SlackAnswer(answer.status, answer.first_headers(), answer.body.encode())

    def _signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        stamp, signature = headers.get(_STAMP, ""), headers.get(_SIGNATURE, "")
        if not (_A_STAMP.fullmatch(stamp) and _A_SIGNATURE.fullmatch(signature)):
            return False
        signed = hmac.new(self._secret, b"v0:%b:%b" % (stamp.encode(), body), hashlib.sha256)
        return hmac.compare_digest(f"v0={signed.hexdigest()}", signature)


def _not_slacks() -> SlackAnswer:
    return _problem(
        401,
        "slack_signature_invalid",
        "Not signed by Slack with our signing secret within the last five minutes. "
        "Check SLACK_SIGNING_SECRET and the clock of the Redis server.",
    )


def _problem(status: int, code: str, detail: str) -> SlackAnswer:
    """A problem as RFC 9457 has it."""
    problem = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    headers = {"content-type": "application/problem+json"}
    return SlackAnswer(status, headers, json.dumps(problem).encode())
