"""The connections to Slack: kept, not trusted for long, by a proxy where there is one."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest

from app.outgoing.dial import trusted
from app.ports import SlackAgain
from app.slack.answers import Done, Whoami
from app.slack.api import SlackApi
from tests.integration.receivers import CERTIFICATE, Receiver, receiver

from .conftest import until

__all__ = ["receiver"]

NAME = "callbacks.test"
"""Whose certificate the receivers have."""

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n{"ok": true, "team": "Acme"}'


def answers(receiver: Receiver, connection: socket.socket) -> None:
    connection.sendall(OK)


def answers_and_hangs_up(receiver: Receiver, connection: socket.socket) -> None:
    connection.sendall(OK)
    connection.shutdown(socket.SHUT_RDWR)


def hangs_up(receiver: Receiver, connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def drips(receiver: Receiver, connection: socket.socket) -> None:
    for byte in OK:
        connection.sendall(bytes([byte]))
        if receiver.stopped.wait(0.05):
            return


def takes_its_time(receiver: Receiver, connection: socket.socket) -> None:
    receiver.stopped.wait(0.2)
    connection.sendall(OK)


def api_at(there: Receiver, deadline_s: float = 10, host: str = "127.0.0.1") -> SlackApi:
    scheme = "http" if there.tls is None else "https"
    return SlackApi("xoxb-1", f"{scheme}://{host}:{there.port}/api/", deadline_s)


def ask(api: SlackApi) -> str:
    return api.call(Whoami, api.web.auth_test).team


def test_calls_share_a_connection(receiver):
    there = receiver(answers)
    api = api_at(there)
    assert [ask(api) for _ in range(5)] == ["Acme"] * 5
    assert there.connections == 1


def test_a_connection_that_slack_has_closed_is_not_used_again(receiver):
    there = receiver(answers_and_hangs_up)
    api = api_at(there)
    assert ask(api) == "Acme"
    assert there.over.wait(10)
    assert ask(api) == "Acme"
    assert (there.connections, len(there.bodies)) == (2, 2)


def test_a_connection_that_was_idle_for_long_is_not_used_again(receiver, monkeypatch):
    monkeypatch.setattr("app.outgoing.client._KEPT_S", -1)
    there = receiver(answers)
    api = api_at(there)
    assert [ask(api), ask(api)] == ["Acme"] * 2
    assert there.connections == 2


def test_a_message_that_may_have_arrived_is_not_sent_again(receiver):
    there = receiver(answers, hangs_up, answers)
    api = api_at(there)
    ask(api)
    with pytest.raises(SlackAgain):
        api.call(Done, api.web.chat_postMessage, channel="C1", text="once")
    assert [b"once" in body for body in there.bodies] == [False, True]
    assert there.connections == 1


def test_an_answer_byte_by_byte_is_waited_for_no_longer_than_any(receiver):
    with pytest.raises(SlackAgain, match="no answer in time"):
        ask(api_at(receiver(drips), 0.3))


def test_steps_share_their_deadline(receiver):
    there = receiver(takes_its_time)
    api = api_at(there)
    with pytest.raises(SlackAgain, match="no answer in time"):
        api.bounded(lambda: [api.step(Whoami, api.web.auth_test) for _ in "ab"], 0.3)


def test_a_call_without_an_end_is_a_mistake_of_ours(receiver):
    with pytest.raises(RuntimeError, match="without an end"):
        api_at(receiver(answers)).web.auth_test()


def test_arguments_are_a_form_in_which_none_is_nothing_and_yes_is_1(receiver):
    there = receiver(answers)
    api = api_at(there)
    api.call(Done, api.web.usergroups_list, include_users=True, include_count=None)
    assert there.bodies == [b"include_users=1"]
    assert "authorization: Bearer xoxb-1" in there.heads[0]


def test_another_token_goes_where_tokens_go(receiver):
    there = receiver(answers)
    api = api_at(there)
    api.call(Done, api.web.apps_connections_open, app_token="xapp-1")
    assert there.bodies == [b""]
    assert "authorization: Bearer xapp-1" in there.heads[0]


@pytest.mark.parametrize("text", ["Gr\u00fc\u00dfe \U0001f600", "half a pair: \ud83d"])
def test_any_text_arrives_as_it_is(receiver, text):
    there = receiver(answers)
    api = api_at(there)
    api.call(Done, api.web.chat_update, channel="C1", ts="1.1", text=text, blocks=[])
    assert json.loads(there.bodies[0])["text"] == text


def test_a_token_with_a_line_break_forges_no_header(receiver):
    there = receiver(answers)
    api = SlackApi("xoxb-1\r\nx-forged: 1", f"http://127.0.0.1:{there.port}/api/", 10)
    with pytest.raises(SlackAgain):
        ask(api)
    assert there.heads == []


@pytest.fixture
def found_here(monkeypatch) -> None:
    """Every name leads to this machine."""
    monkeypatch.setattr("app.slack.network.system_resolver", lambda host, port: ["127.0.0.1"])


@pytest.fixture
def trusting(monkeypatch) -> Iterator[None]:
    """The operator vouches for the certificate of the receivers."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    trusted.cache_clear()
    yield
    trusted.cache_clear()


@pytest.mark.usefixtures("found_here", "trusting")
def test_a_certificate_that_the_operator_vouches_for_is_trusted(receiver):
    there = receiver(answers, tls=True)
    api = api_at(there, host=NAME)
    assert [ask(api), ask(api)] == ["Acme"] * 2
    assert (there.names, there.connections) == ([NAME], 1)


@pytest.mark.usefixtures("found_here")
def test_a_certificate_that_nobody_vouches_for_is_refused(receiver):
    there = receiver(answers, tls=True)
    with pytest.raises(SlackAgain):
        ask(api_at(there, host=NAME))
    assert there.bodies == []


@pytest.mark.usefixtures("found_here", "trusting")
def test_a_certificate_for_another_name_is_refused(receiver):
    there = receiver(answers, tls=True)
    with pytest.raises(SlackAgain):
        ask(api_at(there, host="slack.test"))
    assert there.bodies == []


LET_THROUGH = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Tunnels:
    """A proxy that knows CONNECT alone, and leads everything to one place, or refuses."""

    def __init__(self, to: Receiver, answer: bytes) -> None:
        self.heads: list[str] = []
        self._to, self._answer = to, answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            self.heads.append(client.recv(65_536).decode())
            client.sendall(self._answer)
            if self._answer != LET_THROUGH:
                self.heads.append(client.recv(65_536).decode("latin-1"))
                return
            with socket.create_connection(("127.0.0.1", self._to.port)) as server:
                back = threading.Thread(target=_pump, args=(server, client))
                back.start()
                _pump(client, server)
                back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def tunnels() -> Iterator[Callable[..., Tunnels]]:
    started: list[Tunnels] = []

    def start(to: Receiver, answer: bytes = LET_THROUGH) -> Tunnels:
        started.append(Tunnels(to, answer))
        return started[-1]

    yield start
    for one in started:
        with suppress(OSError):
            one.listener.shutdown(socket.SHUT_RDWR)
        one.listener.close()


@pytest.mark.usefixtures("found_here", "trusting")
def test_tls_goes_through_the_proxy_of_the_environment_unread(receiver, tunnels, monkeypatch):
    there = receiver(answers, tls=True)
    proxy = tunnels(there)
    monkeypatch.setenv("HTTPS_PROXY", f"http://us:a%20word@127.0.0.1:{proxy.port}")
    api = api_at(there, host=NAME)
    assert [ask(api), ask(api)] == ["Acme"] * 2
    [head] = proxy.heads
    assert head.startswith(f"CONNECT {NAME}:{there.port} HTTP/1.1\r\n")
    assert base64.b64encode(b"us:a word").decode() in head
    assert "xoxb" not in head
    assert (there.names, there.connections) == ([NAME], 1)
    assert "a word" not in there.heads[0]


@pytest.mark.usefixtures("found_here", "trusting")
def test_no_proxy_has_hosts_that_are_spoken_to_directly(receiver, tunnels, monkeypatch):
    there = receiver(answers, tls=True)
    proxy = tunnels(there)
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", NAME)
    assert ask(api_at(there, host=NAME)) == "Acme"
    assert proxy.heads == []


@pytest.mark.usefixtures("found_here", "trusting")
@pytest.mark.parametrize(
    "refusal", [b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", b"SSH-2.0\r\n\r\n", b""]
)
def test_a_proxy_that_refuses_is_told_no_more(receiver, tunnels, monkeypatch, refusal):
    there = receiver(answers, tls=True)
    proxy = tunnels(there, refusal)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    with pytest.raises(SlackAgain):
        ask(api_at(there, 1, NAME))
    assert until(lambda: proxy.heads[1:]) == [""]


def test_a_proxy_that_can_not_be_one_is_a_failure_of_each_call(receiver, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:port")
    with pytest.raises(SlackAgain, match="no usable answer"):
        ask(api_at(receiver(answers)))


@pytest.mark.usefixtures("found_here")
def test_what_is_not_encrypted_names_the_whole_url_to_the_proxy(receiver, monkeypatch):
    proxy = receiver(answers)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    assert ask(SlackApi("xoxb-1", "http://slack.test/api/", 10)) == "Acme"
    assert proxy.heads[0].startswith(
        "POST http://slack.test/api/auth.test HTTP/1.1\r\nhost: slack.test"
    )


def test_a_slack_that_says_nothing_is_given_up_in_time():
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        api = SlackApi("xoxb-1", f"http://127.0.0.1:{deaf.getsockname()[1]}/api/", 0.2)
        with pytest.raises(SlackAgain, match="no answer in time"):
            ask(api)


@pytest.mark.usefixtures("found_here")
def test_a_handshake_that_never_ends_is_given_up_in_time():
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        api = SlackApi("xoxb-1", f"https://slack.test:{deaf.getsockname()[1]}/api/", 0.2)
        with pytest.raises(SlackAgain, match="no answer in time"):
            ask(api)


def test_a_name_that_is_not_found_in_time_is_asked_for_again(monkeypatch):
    never = threading.Event()
    monkeypatch.setattr("app.slack.network.system_resolver", lambda host, port: never.wait(10))
    with pytest.raises(SlackAgain, match="no usable answer"):
        ask(SlackApi("xoxb-1", "https://slack.test/api/", 0.2))
    never.set()
