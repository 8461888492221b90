"""What the guard refuses, when, and with which advice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.callbacks.guard import Guard
from app.domain.errors import CallbackUrlRefused
from app.outgoing.lookup import LookupFailed


class Names:
    """A resolver with a fixed answer for each name, which counts the questions."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if host not in self.answers:
            raise OSError("no such name")
        return self.answers[host]


def refusal(guard: Guard, url: str) -> CallbackUrlRefused:
    with pytest.raises(CallbackUrlRefused) as refused:
        guard.admit(url)
    return refused.value


@pytest.mark.parametrize(
    "url",
    [
        "https://public",
        "https://public/",
        "https://public:8443/hook?a=b&c=%20d",
        "https://public?token=1",
        "HTTPS://PUBLIC/hook",
        "https://8.8.8.8/hook",
        "https://[2606:4700::1111]/hook",
    ],
)
def test_https_to_public_places_is_admitted(url):
    Guard(resolver=Names(public=["8.8.8.8", "2606:4700::1111"])).admit(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/", "not an http or https URL"),
        ("file:///etc/passwd", "not an http or https URL"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "not an http or https URL"),
        ("javascript:alert(1)", "not an http or https URL"),
        ("//example.com/", "not an http or https URL"),
        ("https:example.com", "not an http or https URL"),
        ("https:/example.com", "not an http or https URL"),
        ("", "not an http or https URL"),
        ("https://", "not a valid name"),
        ("https:///path", "not a valid name"),
        ("https://user@example.com/", "user name or password"),
        ("https://user:secret@example.com/", "user name or password"),
        ("https://8.8.8.8@127.0.0.1/", "user name or password"),
        ("https://example.com/#fragment", "fragment"),
        ("https://example.com/#", "fragment"),
        ("https://example.com#@127.0.0.1/", "fragment"),
        ("https://example.com:0/", "1 to 65535"),
        ("https://example.com:65536/", "1 to 65535"),
        ("https://example.com:/", "1 to 65535"),
        ("https://example.com:8 0/", "spaces"),
        ("https://example.com:+80/", "1 to 65535"),
        ("https://example.com:99999999999999999999/", "1 to 65535"),
        ("https://exa\tmple.com/", "control"),
        ("https://example.com/\r\nX-Evil: 1", "control"),
        ("https://example.com/\x00", "control"),
        (" https://example.com/", "spaces"),
        ("https://example.com\\@127.0.0.1/", "backslashes"),
        ("https://exämple.com/", "xn--"),
        ("https://１２７.0.0.1/", "xn--"),
        ("https://127。0。0。1/", "xn--"),
        ("https://example.com/" + "x" * 2_048, "longer than 2048"),
        ("https://2130706433/", "four decimal numbers"),
        ("https://0x7f.1/", "four decimal numbers"),
        ("https://0177.0.0.1/", "four decimal numbers"),
        ("https://[::1%25eth0]/", "without a zone"),
        ("https://[fe80::1%eth0]/", "without a zone"),
        ("https://[::1]evil.com/", "not an http or https URL"),
        ("https://[::1/", "not an http or https URL"),
        ("https://127.0.0.1/", "not a public address"),
        ("https://[::1]/", "not a public address"),
        ("https://[::ffff:127.0.0.1]/", "127.0.0.1 is not a public address"),
        ("https://[::ffff:7f00:1]/", "127.0.0.1 is not a public address"),
        ("https://[64:ff9b::a00:1]/", "not a public address"),
        ("https://169.254.169.254/latest/meta-data/", "not a public address"),
        ("http://example.com/", "must use https"),
        ("http://8.8.8.8/", "must use https"),
    ],
)
def test_a_url_that_could_lead_astray_is_refused_without_any_look_up(url, reason):
    names = Names()
    refused = refusal(Guard(resolver=names), url)
    assert reason in f"{refused.message} {refused.advice}"
    assert names.asked == []


@given(st.text(max_size=60) | st.text(max_size=40).map("https://{}/".format))
def test_no_text_makes_the_guard_fail_in_any_other_way(text):
    with suppress(CallbackUrlRefused):
        assert Guard(resolver=Names()).check_url(text).scheme == "https"


def test_the_advice_for_an_address_is_the_entry_that_allows_it():
    refused = refusal(Guard(), "https://127.0.0.1:9000/callback")
    assert refused.advice == "Add 127.0.0.1/32 to COUNTERSIGN_CALLBACK_ALLOW to allow it."
    Guard(["127.0.0.1/32"]).admit("https://127.0.0.1:9000/callback")


def test_the_advice_for_plain_http_is_https_or_the_entry_that_allows_it():
    names = Names(receiver=["8.8.8.8"])
    refused = refusal(Guard(resolver=names), "http://receiver/callback")
    assert refused.advice == "Use https, or add receiver to COUNTERSIGN_CALLBACK_ALLOW."
    Guard(["receiver"], names).admit("http://receiver/callback")


def test_one_listed_address_is_enough_for_plain_http_to_it():
    Guard(["127.0.0.1/32"]).admit("http://127.0.0.1:9000/callback")


def test_a_listed_port_allows_no_other_port():
    guard = Guard(["127.0.0.1:9000"])
    guard.admit("http://127.0.0.1:9000/callback")
    assert "not a public address" in refusal(guard, "http://127.0.0.1:6379/").message


def test_a_name_with_a_private_address_is_refused_and_the_address_is_not_told():
    refused = refusal(Guard(resolver=Names(inner=["10.1.2.3"])), "https://inner/")
    assert refused.message == "inner has an address that is not public."
    assert refused.advice == "Add inner or its network to COUNTERSIGN_CALLBACK_ALLOW to allow it."
    assert "10.1.2.3" not in f"{refused.message}{refused.advice}"


def test_one_private_address_among_public_ones_refuses_the_name():
    guard = Guard(resolver=Names(mixed=["8.8.8.8", "1.1.1.1", "8.8.4.4", "9.9.9.9", "10.0.0.1"]))
    assert refusal(guard, "https://mixed/")


def test_a_name_in_a_listed_network_is_admitted_over_https():
    Guard(["10.0.0.0/8"], Names(inner=["10.1.2.3"])).admit("https://inner/")


def test_a_listed_name_is_admitted_wherever_it_resolves_to():
    Guard(["inner"], Names(inner=["10.1.2.3", "::1"])).admit("http://inner/")


def test_a_name_that_cannot_be_looked_up_is_admitted_for_now():
    Guard(resolver=Names()).admit("https://not-yet.example/")


def test_resolving_gives_the_checked_addresses_of_a_single_look_up():
    names = Names(public=["8.8.8.8", "::ffff:1.1.1.1"])
    assert Guard(resolver=names).resolve("public", 443, 5.0) == ("8.8.8.8", "1.1.1.1")
    assert names.asked == ["public"]


def test_resolving_checks_an_address_too_and_looks_nothing_up():
    names = Names()
    guard = Guard(resolver=names)
    assert guard.resolve("8.8.8.8", 443, 5.0) == ("8.8.8.8",)
    with pytest.raises(CallbackUrlRefused):
        guard.resolve("::1", 443, 5.0)
    assert names.asked == []


def test_a_name_without_addresses_is_a_failed_look_up():
    with pytest.raises(LookupFailed, match="no address"):
        Guard(resolver=Names(empty=[])).resolve("empty", 443, 5.0)


def test_a_look_up_without_an_answer_ends_in_time_and_frees_its_place():
    answer = threading.Event()

    def silent(host: str, port: int) -> list[str]:
        answer.wait(30)
        return ["8.8.8.8"]

    guard = Guard(resolver=silent)
    for _ in range(64):
        with pytest.raises(LookupFailed, match="took too long"):
            guard.resolve("silent", 443, 0.001)
    with pytest.raises(LookupFailed, match="too many"):
        guard.resolve("silent", 443, 5.0)
    answer.set()
    assert eventually(lambda: guard.resolve("silent", 443, 5.0)) == ("8.8.8.8",)


def eventually(question: Callable[[], tuple[str, ...]]) -> tuple[str, ...] | None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(LookupFailed):
            return question()
    return None
