"""Which addresses are public, and which ones the operator's list lets through."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.callbacks.networks import AllowList, is_public, parse_address, parse_host


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "203.0.114.1", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"],
)
def test_public_addresses_are_public(address):
    assert is_public(parse_address(address))


@pytest.mark.parametrize(
    "address",
    [
        # private, loopback, link-local and the metadata services of clouds
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.8.8.8", "169.254.169.254",
        "::1", "::", "fd00::1", "fe80::1", "fd00:ec2::254", "0.0.0.0", "0.1.2.3",
        # special, IPv4
        "100.64.0.1", "192.0.0.1", "192.0.0.9", "192.0.0.170", "192.0.2.1", "192.88.99.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255",
        # special, IPv6
        "100::1", "2001::1", "2001:db8::1", "3fff::1", "5f00::1", "fec0::1", "ff02::1", "ff0e::1",
        "4000::1",
        # IPv4 in disguise
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::",
        # what a resolver may hand back
        "fe80::1%eth0",
    ],
)  # fmt: skip
def test_everything_else_is_not(address):
    assert not is_public(parse_address(address))


def test_addresses_that_python_alone_would_take_for_global_are_in_the_table():
    """Were `is_global` enough on every supported Python, the list could go."""
    missed_on_some_version = ["224.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1"]
    assert any(ip_address(address).is_global for address in missed_on_some_version)
    assert not any(is_public(ip_address(address)) for address in missed_on_some_version)


@given(st.ip_addresses(v=4, network="10.0.0.0/8"), st.sampled_from(["::ffff:{}", "::{}"]))
def test_no_ipv6_spelling_makes_a_private_address_public(address, spelling):
    assert not is_public(parse_address(spelling.format(address)))


@pytest.mark.parametrize(
    "text",
    [
        "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "1",
        "127.0.0.0x1", "0x", "256.1.1.1", "1.2.3.4.5", "example.1", "127.0.0.01",
    ],
)  # fmt: skip
def test_an_address_in_any_spelling_but_the_usual_is_refused(text):
    with pytest.raises(ValueError, match="four decimal numbers"):
        parse_host(text)


@pytest.mark.parametrize(
    "text", ["[fe80::1%eth0]", "[127.0.0.1]", "[]", "[v1.fe80::]", "[::1", "::1]", "::1", "[:::]"]
)
def test_odd_brackets_are_refused(text):
    with pytest.raises(ValueError, match=r"brackets|not a valid name"):
        parse_host(text)


@pytest.mark.parametrize(
    "text", ["", ".", "a..b", "example.com.", "-a.com", "a-.com", "x" * 64, "a." * 127 + "bc",
             "exa mple.com", "exämple.com", "127.0.0.1%2f", "a%41.com", "a,b"]
)  # fmt: skip
def test_what_is_no_host_name_is_refused(text):
    with pytest.raises(ValueError, match="not a valid name"):
        parse_host(text)


@pytest.mark.parametrize(
    ("entry", "address", "port", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1", 9000, True),
        ("127.0.0.1/32", "127.0.0.1", 9000, True),
        ("127.0.0.1/32", "127.0.0.2", 9000, False),
        ("127.0.0.1:9000", "127.0.0.1", 9000, True),
        ("127.0.0.1:9000", "127.0.0.1", 9001, False),
        ("10.0.0.0/8", "10.200.3.4", 443, True),
        ("10.0.0.0/8", "11.0.0.1", 443, False),
        ("fd00::/8", "fd12::1", 443, True),
        ("fd00::7", "fd00::7", 443, True),
        ("[fd00::7]:8443", "fd00::7", 8443, True),
        ("[fd00::7]:8443", "fd00::7", 443, False),
        ("10.0.0.0/8", "::ffff:10.0.0.1", 443, True),
        ("::ffff:10.0.0.1", "10.0.0.1", 443, True),
        ("0.0.0.0/0", "::1", 443, False),
    ],
)
def test_listed_addresses_and_networks_are_allowed_and_their_neighbours_are_not(
    entry, address, port, allowed
):
    assert AllowList([entry]).has_address(parse_address(address), port) is allowed


@pytest.mark.parametrize(
    ("entry", "host", "port", "allowed"),
    [
        ("receiver.internal", "receiver.internal", 80, True),
        (" Receiver.INTERNAL ", "receiver.internal", 80, True),
        ("receiver.internal", "evil.receiver.internal", 80, False),
        ("receiver.internal", "receiver.internal.evil.com", 80, False),
        ("receiver.internal:8080", "receiver.internal", 8080, True),
        ("receiver.internal:8080", "receiver.internal", 80, False),
    ],
)
def test_a_listed_name_is_allowed_and_only_that_name(entry, host, port, allowed):
    assert AllowList([entry]).has_name(host, port) is allowed


@pytest.mark.parametrize(
    "entry",
    ["", "*", "*.example.com", "https://example.com", "10.0.0.1/8", "10.0.0.0/33", "host:0",
     "host:65536", "host:x", "host:", "10.0.0.0/8:80", "2130706433", "[::1", "a b", "10.0.0/24"],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_is_refused_by_name(entry):
    with pytest.raises(ValueError, match="cannot read") as refused:
        AllowList([entry])
    assert repr(entry) in str(refused.value)
