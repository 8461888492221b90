"""Whatever answers in Slack's place, a call is over in time and fails in one of two ways."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from app.ports import SlackAgain, SlackNever
from app.slack.answers import Done, Identity
from app.slack.api import SlackApi

Start = Callable[[bytes], SlackApi]


@pytest.fixture
def answering() -> Iterator[Start]:
    """An API whose server sends these bytes to everybody, and nothing more."""
    opened: list[socket.socket] = []

    def start(raw: bytes) -> SlackApi:
        listener = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    opened.append(connection)
                    connection.recv(65_536)
                    connection.sendall(raw)
                    if b"keeps-open" not in raw:
                        connection.close()

        threading.Thread(target=serve, daemon=True).start()
        opened.append(listener)
        return SlackApi("xoxb-1", f"http://127.0.0.1:{listener.getsockname()[1]}/api/", 0.5)

    yield start
    for one in opened:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    "raw",
    [
        http(b"[]"),
        http(b"null"),
        http(b'"ok"'),
        http(b"7"),
        http(b"<html>proxy</html>"),
        http(b"<html>proxy</html>", "502 Bad Gateway"),
        http(b"<html>proxy</html>", "403 Forbidden"),
        http(b'{"ok": false}'),
        http(b'{"ok": false, "error": 7}'),
        http(b'{"ok": true, "team_id": 7}'),
        http(b"\xff\xfe"),
        http(b"{}", "200 OK", "content-type: application/json; charset=klingon"),
        http(b"{}", "500 Internal Server Error", "content-type: text/html; charset=klingon"),
        http(b'{"ok": tr')[:-2],
        b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        http(b"", "302 Found", "location: file:///etc/passwd"),
        http(b'{"ok": false, "error": "internal_error"}', "503 Service Unavailable"),
    ],
)
def test_an_answer_that_is_not_slacks_is_asked_for_again(answering, raw):
    with pytest.raises(SlackAgain):
        answering(raw).bounded(answering(raw).identity)


@pytest.mark.parametrize(
    "raw",
    [
        b"keeps-open",
        b"HTTP/1.1 200 OK\r\nx-keeps-open: 1\r\n",
        b"HTTP/1.1 200 OK\r\nx: keeps-open\r\ncontent-length: 9\r\n\r\n{",
    ],
)
def test_a_server_that_never_finishes_is_left_behind(answering, raw):
    api = answering(raw)
    with pytest.raises(SlackAgain, match=r"no (usable )?answer"):
        api.call(Identity, api.web.auth_test)


def test_a_flat_refusal_is_never_tried_again(answering):
    api = answering(http(b'{"ok": false, "error": "channel_not_found"}'))
    with pytest.raises(SlackNever, match="channel_not_found"):
        api.call(Done, api.web.chat_update, channel="C1", ts="1.1", text="x")


def test_a_wait_in_the_headers_is_read_whatever_their_case(answering):
    body = b'{"ok": false, "error": "ratelimited"}'
    api = answering(http(body, "429 Too Many Requests", "RETRY-AFTER: 2.25"))
    with pytest.raises(SlackAgain) as caught:
        api.call(Done, api.web.auth_test)
    assert caught.value.wait_s == 2.25


def test_a_wait_of_years_is_not_believed(answering):
    api = answering(http(b"", "429 Too Many Requests", "Retry-After: 999999999"))
    with pytest.raises(SlackAgain) as caught:
        api.call(Done, api.web.auth_test)
    assert caught.value.wait_s == 3_600
