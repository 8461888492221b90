"""A receiver of callbacks, to copy from. Run it with

    pip install standardwebhooks
    export WEBHOOK_SECRET=whsec_...  COUNTERSIGN_URL=https://...  COUNTERSIGN_KEY=csk_...
    python examples/receiver.py --port 9000

It listens on this machine alone. Every callback is printed, and http://127.0.0.1:9000/ lists them.
An approval is consumed before it is acted on: once, on exactly the payload that was approved.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from standardwebhooks.webhooks import (
    EmptyWebhookSecretError,
    Webhook,
    WebhookVerificationError,
)

MAX_BODY_BYTES = 1_000_000

done: dict[str, dict[str, Any]] = {}  # yours: a table, written in the transaction of your own work
one_at_a_time = threading.Lock()


def carry_on(message: dict[str, Any]) -> None:
    """Your part. Be quick, or put it into a queue: after 20 s the callback counts as failed.

    Where `approved` is true, run what is in `payload`, for that is what the reviewer was shown.
    """
    data = message["data"]
    print(
        f"{message['type']} title={data['title']!r} approved={data['approved']}"
        f" choice={data['choice']!r} comment={data['comment']!r}",
        flush=True,
    )


class Gate:
    """The API, where an approval is consumed."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url.rstrip("/"), key

    def consume(self, webhook_id: str, data: dict[str, Any]) -> str | None:
        """None once it may be acted on, else the code that says why it may not.

        Raises OSError where nobody can say so now, and it has to be tried again.
        """
        call = Request(  # noqa: S310 (the address is a setting, not the caller's)
            f"{self.url}/v1/requests/{data['id']}/consume",
            json.dumps({"digest": data["digest"]}).encode(),
            {
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                "Idempotency-Key": webhook_id,  # should the answer get lost, we get it again
            },
        )
        try:
            with urlopen(call, timeout=10):  # noqa: S310
                return None
        except HTTPError as error:
            code = json.load(error)["code"] if error.code == 409 else None
            if code in (None, "paused"):
                raise
            return str(code)


def accept(webhook_id: str, message: dict[str, Any], gate: Gate) -> None:
    """A callback comes at least once, so the same one may come again, with the same id."""
    with one_at_a_time:
        if webhook_id in done:
            print(f"verified {webhook_id} again, nothing to do", flush=True)
            return
        data = message["data"]
        refused = gate.consume(webhook_id, data) if data["approved"] else None
        if refused is not None:
            print(f"verified {webhook_id}, and not done: {refused}", flush=True)
            return
        print(f"verified {webhook_id}", end=" ", flush=True)
        carry_on(message)
        done[webhook_id] = message  # only now: what failed half-way has to be done again


class Receiver(BaseHTTPRequestHandler):
    timeout = 10  # seconds that a silent sender may hold a thread

    def __init__(self, webhook: Webhook, gate: Gate, *args: Any) -> None:
        self.webhook, self.gate = webhook, gate
        super().__init__(*args)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/callback":
            self.answer(404)
        elif not (length.isascii() and length.isdigit()):
            self.answer(411)
        elif len(length) > len(str(MAX_BODY_BYTES)) or int(length) > MAX_BODY_BYTES:
            self.answer(413)
        else:
            self.receive(self.rfile.read(int(length)))

    def receive(self, body: bytes) -> None:
        # The signature covers the exact bytes: verify them before anything else reads them.
        try:
            message = self.webhook.verify(body, dict(self.headers.items()))
        except (WebhookVerificationError, ValueError) as error:
            print(f"refused {self.headers.get('webhook-id')!r}: {error}", flush=True)
            self.answer(400)
            return
        try:
            accept(self.headers["webhook-id"], message, self.gate)
        except OSError as error:
            print(f"can't consume now, so it has to come again: {error}", flush=True)
            self.answer(503)
            return
        self.answer(204)  # any 2xx says: never send this one again

    def do_GET(self) -> None:
        if self.path == "/":
            self.answer(200, page())
        else:
            self.answer(404)

    def answer(self, status: int, html: str = "") -> None:
        body = html.encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """What matters is printed above."""


def page() -> str:
    items = "".join(
        f"<li><b>{escape(message['type'])}</b> {escape(message['data']['title'])}"
        f" <i>{escape(message['data']['comment'] or '')}</i> <small>{escape(webhook_id)}</small>"
        for webhook_id, message in reversed(list(done.items()))
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta http-equiv="refresh" content="2">'
        "<title>Callbacks</title><h1>Verified callbacks, the newest first</h1>"
        f"<ul>{items or '<li>None yet.'}</ul>"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Receives and verifies Countersign's callbacks.")
    parser.add_argument("--port", type=int, default=9000, help="0 picks a free one")
    port = parser.parse_args().port
    try:
        webhook = Webhook(os.environ["WEBHOOK_SECRET"])
    except (KeyError, ValueError, EmptyWebhookSecretError):
        sys.exit("Set WEBHOOK_SECRET to your client's callback secret; it begins with whsec_.")
    try:
        gate = Gate(os.environ["COUNTERSIGN_URL"], os.environ["COUNTERSIGN_KEY"])
    except KeyError as missing:
        sys.exit(f"Set {missing.args[0]}: approvals are consumed there, with your client's key.")
    with ThreadingHTTPServer(("127.0.0.1", port), partial(Receiver, webhook, gate)) as server:
        print(f"receiver ready http://127.0.0.1:{server.server_port}/callback", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("receiver stopped")


if __name__ == "__main__":
    main()
