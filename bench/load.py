"""A load on the running product: clients that ask, reviewers that press, a receiver that counts."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook

from app.demo.stack import Stack

ANA = "U0ANA00001"


class Receiver:
    """Verifies callbacks and says when each request's has come."""

    def __init__(self, secret: str) -> None:
        self._came: dict[str, threading.Event] = {}
        webhook, came = Webhook(secret), self._came

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.verify(body, {key.lower(): value for key, value in self.headers.items()})
                self.send_response(204)
                self.end_headers()
                came.setdefault(json.loads(body)["data"]["id"], threading.Event()).set()

            def log_message(self, *_: Any) -> None:
                """A line for each would be part of what is measured."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def wait_for(self, request_id: str) -> None:
        if not self._came.setdefault(request_id, threading.Event()).wait(60):
            raise TimeoutError(f"no callback of {request_id}")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


POLICY = """
policy: refund
inputs:
  amount:   {type: number, minimum: 0, label: Amount, format: money, currency: USD}
  customer: {type: string, label: Customer}
  tier:     {type: string, enum: [standard, enterprise], label: Tier}
review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
rules:
  - id: routine
    when: payload.amount < 50 && signals.confidence >= 0.8
    then: approve
    because: Small refunds are routine.
  - {id: otherwise, then: review, because: Anything else gets one look.}
"""
"""The refund that is measured: without a limit, which a measurement would soon reach."""


class Load:
    """What people and clients do, over HTTP as they do it."""

    def __init__(self, stack: Stack, receiver: Receiver) -> None:
        key = {"Authorization": f"Bearer {stack.notebook.client_key}"}
        limits = httpx2.Limits(max_connections=64, max_keepalive_connections=64)
        self._web = httpx2.Client(
            base_url=stack.web_url, headers=key, timeout=60, limits=limits, trust_env=False
        )
        self._signer = SignatureVerifier(stack.notebook.signing_secret)
        self._receiver = receiver

    def nothing(self) -> None:
        """The empty route: what a call costs when it does nothing."""
        self._web.get("/healthz").raise_for_status()

    def ask(self, **changes: Any) -> dict[str, Any]:
        """One request; a routine refund unless `changes` say otherwise."""
        body = {
            "title": "Refund",
            "policy": "refund",
            "payload": {"amount": 20, "customer": "Acme", "tier": "standard"},
            "signals": {"confidence": 0.9},
            **changes,
        }
        answer = self._web.post("/v1/requests", json=body).raise_for_status()
        opened: dict[str, Any] = answer.json()
        return opened

    def trip(self) -> None:
        """Ask, press Approve, wait for the callback."""
        opened = self.ask(signals={"confidence": 0.1}, callback_url=self._receiver.url)
        self.press(opened["id"], opened["digest"])
        self._receiver.wait_for(opened["id"])

    def press(self, request_id: str, digest: str) -> None:
        """Ana presses Approve on its card."""
        payload = {
            "type": "block_actions",
            "trigger_id": uuid4().hex,
            "team": {"id": "T0SANDBOX"},
            "user": {"id": ANA, "team_id": "T0SANDBOX"},
            "container": {"type": "message", "channel_id": "C0APPROVAL", "message_ts": "1.1"},
            "actions": [
                {
                    "action_id": "countersign_approve",
                    "block_id": "countersign_buttons",
                    "value": f"1:{request_id}:{digest}",
                }
            ],
        }
        self._slack({"payload": json.dumps(payload)})

    def command(self, text: str) -> None:
        """Ana types `/approvals` and this."""
        self._slack(
            {
                "command": "/approvals",
                "text": text,
                "user_id": ANA,
                "user_name": "ana",
                "team_id": "T0SANDBOX",
                "channel_id": "C0APPROVAL",
                "trigger_id": uuid4().hex,  # as Slack makes no two alike
                "response_url": "https://hooks.slack.example/commands/1",
            }
        )

    def _slack(self, form: dict[str, str]) -> None:
        """What Slack sends, signed."""
        body, stamp = urlencode(form), str(int(time.time()))
        signature = self._signer.generate_signature(timestamp=stamp, body=body)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature or "",
        }
        self._web.post("/slack/events", content=body, headers=headers).raise_for_status()

    def close(self) -> None:
        self._web.close()


def per_second(work: Callable[[], object], times: int, width: int) -> float:
    """How often `work` is done in a second, `width` at once."""
    began = time.perf_counter()
    with ThreadPoolExecutor(width) as pool:
        for future in [pool.submit(work) for _ in range(times)]:
            future.result()
    return times / (time.perf_counter() - began)
