"""What comes over a connection that is no proper call: refused in time, and in our words."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.http import protocol
from app.http.edge import SAFE
from tests.integration.http.live import DEADLINE_S, Live, running
from tests.integration.http.world import World


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with running(World().application) as live:
        yield live


def said(live: Live, *parts: bytes) -> bytes:
    """All that is answered until the other side closes; whoever hangs up early may reset it."""
    answer, there = b"", ("127.0.0.1", live.port)
    with socket.create_connection(there, DEADLINE_S) as connection, suppress(ConnectionError):
        for part in parts:
            connection.sendall(part)
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer


def refusal(answer: bytes) -> tuple[int, str]:
    """The status and the code of an answer that has to be a problem like any other."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert all(headers[name.lower()] == value for name, value in SAFE.items())
    assert "server" not in headers
    assert headers["content-type"] == "application/problem+json"
    assert int(headers["content-length"]) == len(body)
    return int(status.split()[1]), json.loads(body)["code"]


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
        b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
    ],
    ids=["tls", "header", "two-lengths", "negative", "length-and-chunks", "unknown-coding"],
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(live: Live, sent: bytes):
    assert refusal(said(live, sent)) == (400, "invalid_http")


@pytest.mark.parametrize(
    "parts",
    [
        [b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Much: " + b"x" * 40_000 + b"\r\n\r\n"],
        [b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Much: " + b"x" * 20_000, b"x" * 20_000],
        [b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"X-Some: more\r\n" * 4_000],
        [b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"],
    ],
    ids=["header", "in-parts", "headers", "address"],
)
def test_a_head_of_absurd_size_is_refused(live: Live, parts: list[bytes]):
    assert refusal(said(live, *parts)) == (431, "head_too_large")


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ",
     b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nX-Slow: "],
    ids=["nothing", "half-a-head", "half-a-second-head"],
)  # fmt: skip
def test_a_head_that_does_not_come_is_not_waited_for(
    live: Live, monkeypatch: pytest.MonkeyPatch, sent: bytes
):
    monkeypatch.setattr(protocol, "HEAD_ARRIVES_IN_S", 0.2)
    answer = said(live, sent)
    assert answer.count(b"HTTP/1.1 200") == sent.count(b"\r\n\r\n")


def test_nobody_is_told_which_server_this_is(live: Live):
    answer = said(live, b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert refusal(answer) == (404, "not_found")


def test_a_web_socket_is_not_opened(live: Live):
    answer = said(
        live,
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 200")
