"""examples/receiver.py, run as a newcomer runs it and called by the real sender."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

import pytest

from app.callbacks.guard import Guard
from app.callbacks.send import CallbackSender
from app.callbacks.sign import headers, secret_for
from app.ports import Answer

EXAMPLE = Path(__file__).parents[3] / "examples" / "receiver.py"
SECRET = secret_for(bytes(32), "billing", 1)
OTHER_SECRET = secret_for(bytes(32), "billing", 2)


DIGEST = "5f0c1a9e" * 8
APPROVED = {"id": "req_1", "digest": DIGEST, "approved": True, "choice": None}


def body(title: str, comment: str | None = None, **changes: Any) -> bytes:
    data = {**APPROVED, "title": title, "comment": comment, **changes}
    return json.dumps({"type": "request.approved", "data": data}).encode()


class Api:
    """Stands in for the API: what is consumed there, and the code that it is refused with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str | None, str | None, Any]] = []
        self.refuse: tuple[int, str] | None = None
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                names = ("Authorization", "Idempotency-Key")
                api.calls.append((self.path, *(self.headers[name] for name in names), sent))
                status, code = api.refuse or (200, "")
                answer = json.dumps({"code": code}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Example:
    """The example under test: its address, what it prints, a sender that may reach it, the API."""

    port: int
    printed: IO[str]
    sender: CallbackSender
    api: Api

    def deliver(self, message: bytes, webhook_id: str = "msg_1", secret: str = SECRET) -> Answer:
        url = f"http://127.0.0.1:{self.port}/callback"
        return self.sender.send(url, webhook_id, message, [secret], int(time.time()))

    def ask(
        self, method: str, path: str, sent: bytes = b"", extra: dict[str, str] | None = None
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, sent, extra or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def example() -> Iterator[Example]:
    api = Api()
    settings = {"COUNTERSIGN_URL": api.url, "COUNTERSIGN_KEY": "csk_1", "WEBHOOK_SECRET": SECRET}
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLE), "--port", "0"],
        env=os.environ | {**settings, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    sender = CallbackSender(Guard(["127.0.0.1/32"]))
    try:
        ready = process.stdout.readline().strip()
        assert ready.startswith("receiver ready http://127.0.0.1:")
        port = int(ready.removesuffix("/callback").rpartition(":")[2])
        yield Example(port, process.stdout, sender, api)
    finally:
        sender.close()
        api.close()
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_callback_is_verified_and_printed(example):
    assert example.deliver(body("Refund €20", "go ahead")).status == 204
    assert example.printed.readline() == (
        "verified msg_1 request.approved title='Refund €20' approved=True choice=None"
        " comment='go ahead'\n"
    )


def test_an_approval_is_consumed_before_it_is_acted_on(example):
    assert example.deliver(body("Refund")).status == 204
    path = "/v1/requests/req_1/consume"
    assert example.api.calls == [(path, "Bearer csk_1", "msg_1", {"digest": DIGEST})]


@pytest.mark.parametrize("code", ["already_consumed", "approval_lapsed", "digest_mismatch"])
def test_what_may_not_be_acted_on_is_not_and_does_not_come_again(example, code):
    example.api.refuse = (409, code)
    assert example.deliver(body("Refund")).status == 204
    assert example.printed.readline() == f"verified msg_1, and not done: {code}\n"
    assert "None yet." in example.ask("GET", "/")[1]


@pytest.mark.parametrize("refused", [(409, "paused"), (503, "store_unavailable"), (401, "x")])
def test_what_nobody_can_say_now_comes_again_and_is_done_then(example, refused):
    example.api.refuse = refused
    assert example.deliver(body("Refund")).status == 503
    assert example.printed.readline().startswith("can't consume now")
    example.api.refuse = None
    assert example.deliver(body("Refund")).status == 204
    assert example.printed.readline().startswith("verified msg_1 request.approved")


def test_what_was_not_approved_is_heard_of_and_nothing_is_consumed(example):
    assert example.deliver(body("Refund", approved=False)).status == 204
    assert "approved=False" in example.printed.readline()
    assert example.api.calls == []


def test_the_same_callback_again_is_accepted_and_done_once(example):
    assert [example.deliver(body("Refund")).status for _ in range(2)] == [204, 204]
    assert "title='Refund'" in example.printed.readline()
    assert example.printed.readline() == "verified msg_1 again, nothing to do\n"


def test_a_callback_signed_with_another_secret_is_refused(example):
    assert example.deliver(body("Refund"), secret=OTHER_SECRET).status == 400
    assert example.printed.readline() == "refused 'msg_1': No matching signature found\n"


def test_a_callback_of_yesterday_is_refused(example):
    signed = headers("msg_1", int(time.time()) - 86_400, body("Refund"), [SECRET])
    assert example.ask("POST", "/callback", body("Refund"), signed)[0] == 400
    assert "too old" in example.printed.readline()


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-timestamp": "soon"},
        {"webhook-id": "msg_2"},
    ],
)
def test_broken_headers_are_refused(example, broken):
    signed = headers("msg_1", int(time.time()), body("Refund"), [SECRET])
    sent = signed | broken if broken else {}
    assert example.ask("POST", "/callback", body("Refund"), sent)[0] == 400
    assert example.printed.readline().startswith("refused ")


def test_bytes_that_are_no_text_are_refused(example):
    signed = headers("msg_1", int(time.time()), b"\xff", [SECRET])
    assert example.ask("POST", "/callback", b"\xff", signed)[0] == 400


@pytest.mark.parametrize(("length", "status"), [("2000000", 413), ("9" * 5_000, 413), ("x", 411)])
def test_a_body_of_a_size_that_cannot_be_is_refused(example, length, status):
    assert example.ask("POST", "/callback", b"", {"Content-Length": length})[0] == status


def test_the_page_lists_what_arrived_and_shows_markup_as_text(example):
    assert "None yet." in example.ask("GET", "/")[1]
    example.deliver(body("<script>alert(1)</script>", "<b>"), "msg_1")
    example.deliver(body("Second"), "msg_2")
    status, page = example.ask("GET", "/")
    assert status == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert page.index("Second") < page.index("alert(1)")


def test_other_paths_are_not_there(example):
    assert example.ask("GET", "/callback")[0] == 404
    assert example.ask("POST", "/", b"{}")[0] == 404


def test_without_the_api_it_says_what_to_set():
    bare = {name: value for name, value in os.environ.items() if "COUNTERSIGN" not in name}
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), "--port", "0"],
        env=bare | {"WEBHOOK_SECRET": SECRET},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Set COUNTERSIGN_URL")


@pytest.mark.parametrize("secret", [{}, {"WEBHOOK_SECRET": ""}, {"WEBHOOK_SECRET": "whsec_ä"}])
def test_without_a_usable_secret_it_says_what_to_set(secret):
    bare = {name: value for name, value in os.environ.items() if name != "WEBHOOK_SECRET"}
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), "--port", "0"],
        env=bare | secret,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Set WEBHOOK_SECRET")
