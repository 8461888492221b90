"""Garbage at the request URL, over a real server: 401, and nothing of it is read or logged."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from app.domain.request import Status
from app.slack import ids
from tests.builders import NOW
from tests.integration.http.live import Live, running
from tests.integration.http.world import World

from .test_slack_receiver import CANARY, FORM, Door, signed

Line = tuple[bytes, bytes]
STAMP, SIGNATURE = b"X-Slack-Request-Timestamp", b"X-Slack-Signature"


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.replies.close()


@pytest.fixture(scope="module")
def live(door: Door) -> Iterator[Live]:
    with running(World(slack=door.receiver.handle).application) as live:
        yield live


def post(live: Live, body: bytes, lines: list[Line], *, cut: bool = False) -> tuple[int, bytes]:
    """The status of what is posted as these very bytes, and the answer; 0 for none at all.

    With `cut` nothing more comes after them, whatever was announced.
    """
    head = b"".join(name + b": " + value + b"\r\n" for name, value in lines)
    with socket.create_connection(("127.0.0.1", live.port), 10) as line:
        line.settimeout(10)
        line.sendall(b"POST /slack/events HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n" + body)
        if cut:
            line.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := line.recv(65_536):
            answer += piece
    return (int(answer.split()[1]), answer) if answer else (0, b"")


def a_press(door: Door) -> bytes:
    press = door.press(team={"id": "T0SANDBOX", "domain": CANARY})
    return urlencode({"payload": json.dumps(press)}).encode()


def lines(body: bytes, **changes: bytes | list[bytes] | None) -> list[Line]:
    """What Slack says of a body; None leaves a line out, a list says it more than once."""
    known = {name.lower(): value.encode() for name, value in signed(body).items()}
    known |= {"content-length": str(len(body)).encode(), "connection": b"close"}
    found: list[Line] = []
    for name, value in {**known, **changes}.items():
        values = value if isinstance(value, list) else [value]
        found += [(name.replace("_", "-").encode(), one) for one in values if one is not None]
    return found


def good(body: bytes) -> bytes:
    return signed(body)["X-Slack-Signature"].encode()


STAMPS = {
    "none": None,
    "empty": b"",
    "negative": b"-1",
    "signed": b"+" + str(NOW // 1000).encode(),
    "a fraction": str(NOW // 1000).encode() + b".0",
    "an exponent": b"1e9",
    "not a number": b"NaN",
    "infinite": b"inf",
    "huge": b"9" * 400,
    "in other digits": "١٧٣".encode(),
    "latin-1": b"\xb9\xb2\xb3",
    "no utf-8": b"\xff\xfe",
    "with an underscore": b"1_700_000_000",
    "in hex": b"0x6553f100",
    "two of them": [str(NOW // 1000).encode(), str(NOW // 1000).encode()],
    "of another day": b"1",
}


@pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
def test_a_time_that_is_none_is_refused(live: Live, door: Door, stamp):
    body = a_press(door)
    status, answer = post(live, body, lines(body, **{"x-slack-request-timestamp": stamp}))
    assert (status, b"slack_signature_invalid" in answer) == (401, True)
    assert door.status is Status.PENDING


SIGNATURES = {
    "none": lambda _: None,
    "empty": lambda _: b"",
    "its version alone": lambda _: b"v0=",
    "upper case": lambda one: one.upper(),
    "the version in upper case": lambda one: b"V0" + one[2:],
    "the digits in upper case": lambda one: one[:3] + one[3:].upper(),
    "no version": lambda one: one[3:],
    "another version": lambda one: b"v1" + one[2:],
    "one digit less": lambda one: one[:-1],
    "one digit more": lambda one: one + b"0",
    "another digit": lambda one: one[:-1] + (b"0" if one[-1:] != b"0" else b"1"),
    "two in one": lambda one: one + b"," + one,
    "twice": lambda one: [one, one],
    "a wrong one first": lambda one: [b"v0=" + b"0" * 64, one],
    "a wrong one last": lambda one: [one, b"v0=" + b"0" * 64],
    "latin-1": lambda _: b"v0=" + b"\xfc" * 64,
    "no utf-8": lambda _: b"v0=\xff\xfe",
    "in other digits": lambda _: b"v0=" + "٣".encode() * 64,
    "very long": lambda one: one * 200,
}


@pytest.mark.parametrize("made", SIGNATURES.values(), ids=SIGNATURES)
def test_a_signature_that_is_none_is_refused(live: Live, door: Door, made):
    body = a_press(door)
    status, answer = post(live, body, lines(body, **{"x-slack-signature": made(good(body))}))
    assert status == 401
    assert b"slack_signature_invalid" in answer
    assert door.status is Status.PENDING


UNSIGNED = {
    "a challenge": b'{"type": "url_verification", "challenge": "c"}',
    "ssl_check": b"ssl_check=1&token=t",
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "deep": b"[" * 50_000,
}


@pytest.mark.parametrize("body", UNSIGNED.values(), ids=UNSIGNED)
@pytest.mark.parametrize("kind", [b"application/json", FORM.encode(), b"\xff", b""])
def test_what_nobody_signed_is_refused_whatever_it_is(live: Live, body: bytes, kind: bytes):
    said = lines(body, **{"x-slack-signature": None, "content-type": kind})
    assert post(live, body, said)[0] == 401


@pytest.mark.parametrize("kind", [[b"text/plain"], [FORM.encode(), b"application/json"], None])
def test_a_signed_body_of_a_kind_that_slack_does_not_send_is_no_payload(live: Live, door, kind):
    body = a_press(door) + b"&n=1"
    assert post(live, body, lines(body, **{"content-type": kind}))[0] == 400
    assert door.status is Status.PENDING


def test_a_body_that_says_it_is_packed_is_taken_as_it_came(live: Live, door: Door):
    """Nothing unpacks it, before it is verified or after."""
    body = b"\x1f\x8b\x08" + b"\x00" * 64
    said = lines(body, **{"content-encoding": b"gzip"})
    assert post(live, body, said)[0] == 400
    unsigned = lines(b"other", **{"content-length": str(len(body)).encode()})
    assert post(live, body, unsigned)[0] == 401


def test_a_length_that_lies_gets_nothing_in(live: Live, door: Door):
    body = a_press(door)
    for length in (len(body) - 1, len(body) + 1, 0):
        said = lines(body, **{"content-length": str(length).encode()})
        assert post(live, body, said, cut=True)[0] in (0, 400, 401, 408)
    for wrong in (b"-1", b"1e3", b"\xb2"):
        assert post(live, body, lines(body, **{"content-length": wrong}))[0] in (0, 400, 401)
    assert door.status is Status.PENDING


def test_nothing_of_what_is_refused_is_logged(live: Live, door: Door, caplog):
    caplog.set_level(logging.DEBUG)
    body = a_press(door)
    assert post(live, body, lines(body, **{"x-slack-signature": b"v0=" + b"0" * 64}))[0] == 401
    assert CANARY not in caplog.text


def test_a_body_in_pieces_is_verified_as_a_whole_and_decides(live: Live, door: Door):
    press = door.press(actions=[{**door.press()["actions"][0], "action_id": ids.APPROVE}])
    body = urlencode({"payload": json.dumps(press)}).encode()
    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in (body[:half], body[half:]))
    said = lines(body, **{"content-length": None, "transfer-encoding": b"chunked"})
    assert post(live, chunks + b"0\r\n\r\n", said)[0] == 200
    assert door.status is Status.APPROVED
