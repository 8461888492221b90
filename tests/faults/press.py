"""Presses as Slack posts them, signed, straight to the web process: many a second."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx2
from slack_sdk.signature import SignatureVerifier

from app.identifiers import new_operation
from tests.world import APPROVALS, World

NOBODY = "http://127.0.0.1:9/nobody"


class Presser:
    """Slack's side of the request URL; for any thread."""

    def __init__(self, world: World) -> None:
        self._signer = SignatureVerifier(world.stack.notebook.signing_secret)
        limits = httpx2.Limits(max_connections=32, keepalive_expiry=2)
        self._web = httpx2.Client(
            base_url=world.stack.web_url, timeout=60, limits=limits, trust_env=False
        )

    def press(
        self, user: str, request: dict[str, Any], action: str, response_url: str = NOBODY
    ) -> int:
        """A press on the card of a request; the HTTP status of the answer."""
        return self.send(self.signed(user, request, action, response_url))

    def signed(
        self, user: str, request: dict[str, Any], action: str, response_url: str = NOBODY
    ) -> tuple[str, dict[str, str]]:
        """The body and the headers of a press, to be sent once or more often."""
        payload = {
            "type": "block_actions",
            "team": {"id": "T0SANDBOX"},
            "user": {"id": user, "team_id": "T0SANDBOX"},
            "api_app_id": "A0SANDBOX1",
            "trigger_id": new_operation(),  # else it is a copy of the last press
            "response_url": response_url,
            "container": {"type": "message", "channel_id": APPROVALS, "message_ts": "1.1"},
            "actions": [
                {
                    "action_id": action,
                    "block_id": "countersign_buttons",
                    "value": f"1:{request['id']}:{request['digest']}",
                }
            ],
        }
        body, stamp = urlencode({"payload": json.dumps(payload)}), str(int(time.time()))
        signature = self._signer.generate_signature(timestamp=stamp, body=body)
        assert signature is not None
        return body, {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
        }

    def send(self, signed: tuple[str, dict[str, str]]) -> int:
        body, headers = signed
        return self._web.post("/slack/events", content=body, headers=headers).status_code

    def close(self) -> None:
        self._web.close()
