"""One attempt against every kind of receiver: it always ends in time, with an Answer."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext, suppress

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.callbacks.guard import Guard
from app.callbacks.outgoing import OutgoingCallbacks
from app.callbacks.send import CallbackSender
from app.callbacks.sign import secret_for
from app.ports import Answer, Client

SECRET = secret_for(bytes(32), "billing", 1)
BODY = b'{"type":"request.approved","data":{"title":"Refund \xe2\x82\xac20"}}'
LOOPBACK = ["127.0.0.1/32"]
SHORT_S = 0.3

Send = Callable[..., Answer]


@pytest.fixture
def sender() -> Iterator[Callable[..., Send]]:
    """Makes senders: `sender(guard, deadline_s, tls)(url)` sends BODY there once."""
    made: list[CallbackSender] = []

    def make(
        guard: Guard | None = None, deadline_s: float = 20, tls: ssl.SSLContext | None = None
    ) -> Send:
        one = CallbackSender(guard or Guard(LOOPBACK), deadline_s, tls)
        made.append(one)
        return lambda url, body=BODY: one.send(url, "msg_1", body, [SECRET], int(time.time()))

    yield make
    for one in made:
        one.close()


def address_of(server: socket.socket, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"


def says(*parts: bytes):
    """A step that writes these bytes."""
    return lambda _, connection: connection.sendall(b"".join(parts))


def status(code: int, *headers: str):
    lines = [f"HTTP/1.1 {code} Reason-from-the-receiver", "Content-Length: 0", *headers]
    return says("\r\n".join([*lines, "", ""]).encode())


def endless(start: bytes, chunk: bytes):
    """A step that writes `start`, then `chunk` until the sender hangs up."""

    def step(receiver, connection):
        connection.sendall(start)
        sent = 0
        with suppress(OSError):
            while sent < 1_000_000_000:
                connection.sendall(chunk)
                sent += len(chunk)
        receiver.sent = sent

    return step


def dripping(start: bytes, drop: bytes):
    """A step that writes `start`, then `drop` again and again, each in good time."""

    def step(receiver, connection):
        connection.sendall(start)
        while not receiver.stopped.wait(SHORT_S / 10):
            connection.sendall(drop)

    return step


def silent(receiver, _):
    receiver.stopped.wait()


def cut_after(*parts: bytes):
    """A step that writes these bytes and hangs up."""

    def step(_, connection):
        connection.sendall(b"".join(parts))
        connection.shutdown(socket.SHUT_RDWR)

    return step


def test_a_callback_arrives_as_it_was_signed(receiver, sender):
    there = receiver(status(204))
    answer = sender()(there.url)
    assert (answer.status, answer.error, answer.retry_after_s) == (204, None, None)
    request_line, *lines = there.heads[0].split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert request_line == "POST /callback?a=b HTTP/1.1"
    assert headers["host"] == f"127.0.0.1:{there.port}"
    assert headers["content-type"] == "application/json"
    assert there.bodies == [BODY]
    assert Webhook(SECRET).verify(there.bodies[0], headers)["type"] == "request.approved"


@pytest.mark.parametrize("finished", [False, True])
def test_while_a_secret_is_rotated_the_old_one_verifies_too_and_then_no_more(
    receiver, finished: bool
):
    there, guard = receiver(status(204)), Guard(LOOPBACK)
    billing = Client(id="billing", secret_generation=2, secret_overlaps=not finished)
    with closing(CallbackSender(guard)) as sender:
        outgoing = OutgoingCallbacks(guard, sender, bytes(32))
        outgoing.send(there.url, "msg_1", BODY.decode(), billing, int(time.time() * 1000))
    lines = (line.split(": ", 1) for line in there.heads[0].split("\r\n")[1:])
    headers = {name.lower(): value for name, value in lines}
    new = Webhook(secret_for(bytes(32), "billing", 2))
    assert new.verify(there.bodies[0], headers)["type"] == "request.approved"
    with pytest.raises(WebhookVerificationError) if finished else nullcontext():
        Webhook(SECRET).verify(there.bodies[0], headers)


def test_a_500_is_a_failure_and_the_200_after_it_a_success(receiver, sender):
    there, send = receiver(status(500), status(200)), sender()
    assert send(there.url).error == "answered 500"
    assert send(there.url).error is None


def test_connections_are_kept_for_the_next_send(receiver, sender):
    there, send = receiver(says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine")), sender()
    assert [send(there.url).status for _ in range(5)] == [200] * 5
    assert there.connections == 1


def test_a_kept_connection_that_the_receiver_has_closed_is_not_used_again(receiver, sender):
    there = receiver(cut_after(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    send = sender()
    assert send(there.url).status == 200
    assert there.over.wait(10)
    assert send(there.url).status == 200
    assert there.connections == 2


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(receiver, sender, code):
    elsewhere = receiver(status(200))
    there = receiver(status(code, f"Location: {elsewhere.url}"))
    answer = sender()(there.url)
    assert (answer.status, answer.error) == (code, f"answered {code}: redirects are not followed")
    assert elsewhere.connections == 0


def test_a_410_says_that_the_receiver_wants_no_more(receiver, sender):
    answer = sender()(receiver(status(410)).url)
    assert (answer.status, answer.error) == (
        410,
        "answered 410: the receiver wants no more callbacks",
    )


@pytest.mark.parametrize(("value", "seconds"), [("7", 7.0), ("1.5", 1.5), ("soon", None)])
def test_retry_after_is_handed_on(receiver, sender, value, seconds):
    answer = sender()(receiver(status(503, f"Retry-After: {value}")).url)
    assert (answer.error, answer.retry_after_s) == ("answered 503", seconds)


def test_nothing_that_the_receiver_writes_gets_into_the_answer(receiver, sender):
    there = receiver(status(500), says(b"Reason-from-the-receiver\r\n\r\n"))
    send = sender()
    for _ in range(2):
        assert "from-the-receiver" not in repr(send(there.url))


def test_a_receiver_that_hangs_is_given_up_at_the_deadline(receiver, sender):
    answer = sender(deadline_s=SHORT_S)(receiver(silent).url)
    assert (answer.status, answer.error) == (None, "no answer within 0.3 s")


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 ", b"O"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Again: again\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_headers_that_drip_in_are_given_up_at_the_deadline(receiver, sender, start, drop):
    answer = sender(deadline_s=SHORT_S)(receiver(dripping(start, drop)).url)
    assert (answer.status, answer.error) == (None, "no answer within 0.3 s")


def test_a_body_that_drips_in_is_read_no_longer_than_the_deadline(receiver, sender):
    step = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x")
    there = receiver(step)
    assert sender(deadline_s=SHORT_S)(there.url).status == 200
    assert there.over.wait(10)


def test_a_gigabyte_is_not_read_and_the_connection_not_kept(receiver, sender):
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    there, send = receiver(endless(start, b"x" * 65_536), status(204)), sender()
    assert send(there.url).status == 200
    assert there.over.wait(10)
    assert there.sent < 50_000_000
    assert send(there.url).status == 204
    assert there.connections == 2


@pytest.mark.parametrize(
    ("start", "chunk"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Bomb: " + b"x" * 8_000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Bomb: ", b"x" * 65_536),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000),
        (b"HTTP/1.1 200 ", b"O" * 65_536),
    ],
)
def test_headers_without_end_are_not_read_to_it(receiver, sender, start, chunk):
    there = receiver(endless(start, chunk))
    answer = sender()(there.url)
    assert (answer.status, answer.error) == (None, "no answer: the answer is longer than 64 kB")
    assert there.over.wait(10)
    assert there.sent < 50_000_000


@pytest.mark.parametrize(
    "step",
    [
        says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: unasked\r\n\r\n"),
        says(b"HTTP/1.1 2000 OK\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        says(b"\x00\xff\xfe" * 100 + b"\r\n\r\n"),
    ],
)
def test_an_answer_that_is_not_http_is_a_failure(receiver, sender, step):
    answer = sender()(receiver(step).url)
    assert (answer.status, answer.error) == (None, "the answer broke off or was not HTTP")


def test_a_connection_cut_before_the_answer_is_a_failure(receiver, sender):
    answer = sender()(receiver(cut_after()).url)
    assert answer.error == "no answer: the receiver closed the connection without an answer"


def test_a_connection_cut_within_the_headers_is_a_failure(receiver, sender):
    answer = sender()(receiver(cut_after(b"HTTP/1.1 200 OK\r\nContent-Le")).url)
    assert (answer.status, answer.error) == (None, "the answer broke off or was not HTTP")


def test_a_status_counts_even_if_the_body_is_cut(receiver, sender):
    there = receiver(cut_after(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"))
    send = sender()
    assert [send(there.url).status, send(there.url).status] == [200, 200]
    assert there.connections == 2


def test_nobody_listening_is_a_failure(receiver, sender):
    there = receiver(status(200))
    there.stop()
    answer = sender()(there.url)
    assert (answer.status, answer.error) == (None, "could not connect: connection refused")


def test_a_receiver_that_does_not_read_is_given_up_at_the_deadline(receiver, sender):
    """64 MB fill every buffer on the way, so the sender is still writing when the time is up."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        answer = sender(deadline_s=SHORT_S)(address_of(deaf), bytes(64_000_000))
    assert (answer.status, answer.error) == (None, "no answer within 0.3 s")


def test_a_receiver_that_answers_before_it_has_read_is_heard(receiver, sender):
    """Large bodies are refused so: 413, and the connection is closed on the rest."""
    with socket.create_server(("127.0.0.1", 0)) as early, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(sender(), address_of(early), bytes(4_000_000))
        connection, _ = early.accept()
        with connection:
            connection.recv(1_000)
            connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1_000_000):
                pass
        assert sending.result(30).status == 413


def test_sixteen_threads_share_one_sender(receiver, sender):
    there, send = receiver(status(204)), sender()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, [there.url] * 200))
    assert [answer.status for answer in answers] == [204] * 200
    assert there.bodies == [BODY] * 200
    assert there.connections <= 16


def test_a_hanging_receiver_holds_up_no_other(receiver, sender):
    hanging, well = receiver(silent), receiver(status(204))
    send = sender(deadline_s=60)
    with ThreadPoolExecutor(16) as pool:
        waiting = [pool.submit(send, hanging.url) for _ in range(15)]
        assert send(well.url).status == 204
        assert not any(one.done() for one in waiting)
        hanging.stop()
        assert {one.result(30).status for one in waiting} == {None}


def test_a_proxy_in_the_environment_is_not_used(receiver, sender, monkeypatch):
    proxy, there = receiver(status(200)), receiver(status(204))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert sender()(there.url).status == 204
    assert proxy.connections == 0


def test_an_address_that_is_not_allowed_is_never_connected_to(receiver, sender):
    there = receiver(status(200))
    answer = sender(Guard())(there.url)
    assert answer.status is None
    assert "127.0.0.1 is not a public address" in answer.error
    assert "COUNTERSIGN_CALLBACK_ALLOW" in answer.error
    assert there.connections == 0


def test_a_name_with_a_private_address_is_never_connected_to(receiver, sender):
    there = receiver(status(200))
    guard = Guard(resolver=lambda host, port: ["127.0.0.1"])
    answer = sender(guard)(f"https://innocent.example:{there.port}/")
    assert "innocent.example has an address that is not public" in answer.error
    assert there.connections == 0


def test_a_name_that_turns_private_after_the_request_was_opened_is_refused(receiver, sender):
    there = receiver(status(200))
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    guard = Guard(resolver=lambda host, port: next(answers))
    url = f"https://rebinding.example:{there.port}/"
    guard.admit(url)
    assert "not public" in sender(guard)(url).error
    assert there.connections == 0


def test_a_name_is_looked_up_once_and_the_checked_address_connected_to(receiver, sender, trust):
    """A second look-up would get another address, and `callbacks.test` is in no DNS at all."""
    there = receiver(status(204), tls=True)
    answers = iter([["127.0.0.1"]])
    guard = Guard(LOOPBACK, resolver=lambda host, port: next(answers))
    answer = sender(guard, tls=trust)(f"https://callbacks.test:{there.port}/hook")
    assert (answer.status, answer.error) == (204, None)
    assert there.names == ["callbacks.test"]
    assert f"host: callbacks.test:{there.port}" in there.heads[0]
    assert next(answers, None) is None


def test_each_new_connection_looks_the_name_up_again(receiver, sender, trust):
    there = receiver(status(200, "Connection: close"), tls=True)
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    guard = Guard(LOOPBACK, resolver=lambda host, port: next(answers))
    send = sender(guard, tls=trust)
    assert send(f"https://callbacks.test:{there.port}/").status == 200
    refused = send(f"https://callbacks.test:{there.port}/")
    assert "not public" in refused.error
    assert refused.failure == "refused"
    assert there.connections == 1


def test_the_next_address_is_tried_when_one_does_not_answer(receiver, sender):
    there = receiver(status(204))
    guard = Guard(["two.example"], resolver=lambda host, port: ["::1", "127.0.0.1"])
    assert sender(guard)(f"http://two.example:{there.port}/").status == 204


def test_a_name_that_cannot_be_found_is_a_failure_that_may_pass(sender):
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    answer = sender(Guard(resolver=unknown))("https://unknown.example/")
    assert answer == Answer(
        status=None,
        error="could not connect: the host name could not be found",
        retry_after_s=None,
        took_ms=answer.took_ms,
        failure="unreachable",
    )


def test_a_look_up_counts_against_the_deadline(receiver, sender):
    there = receiver(status(200))

    def slow(host: str, port: int) -> list[str]:
        there.stopped.wait(30)
        return ["8.8.8.8"]

    answer = sender(Guard(resolver=slow), deadline_s=SHORT_S)("https://slow.example/")
    assert answer.error == "could not connect: looking up the host name took too long"


def test_a_certificate_for_another_name_is_refused(receiver, sender, trust):
    there = receiver(status(200), tls=True)
    guard = Guard(LOOPBACK, resolver=lambda host, port: ["127.0.0.1"])
    answer = sender(guard, tls=trust)(f"https://other.example:{there.port}/")
    assert answer.status is None
    assert answer.error.startswith("could not connect: the certificate was refused: Hostname")
    assert there.bodies == []


def test_a_certificate_that_nobody_vouches_for_is_refused(receiver, sender):
    there = receiver(status(200), tls=True)
    guard = Guard(LOOPBACK, resolver=lambda host, port: ["127.0.0.1"])
    answer = sender(guard)(f"https://callbacks.test:{there.port}/")
    assert answer.error.startswith("could not connect: the certificate was refused: self")
    assert there.bodies == []


def test_a_receiver_that_speaks_no_tls_is_a_failure(receiver, sender, trust):
    with socket.create_server(("127.0.0.1", 0)) as plain, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(sender(tls=trust), address_of(plain, "https"))
        connection, _ = plain.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            assert sending.result(30).error.startswith("could not connect: TLS failed: ")


def test_a_tls_handshake_that_never_ends_is_given_up_at_the_deadline(sender, trust):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        answer = sender(tls=trust, deadline_s=SHORT_S)(address_of(deaf, "https"))
    assert (answer.error, answer.failure) == ("could not connect within 0.3 s", "timeout")
