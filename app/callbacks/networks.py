"""Which addresses callbacks may reach: public ones, and those that the operator allows. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        # Python's `is_global` knows the registries of its own release: 3.11 lets most of these
        # pass. From the IANA special-purpose address registries and the RFCs named here.
        "100.64.0.0/10",  # shared by carriers, RFC 6598
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "198.18.0.0/15",  # benchmarks, RFC 2544
        "224.0.0.0/4",  # multicast, RFC 5771
        "2001::/32",  # Teredo: an IPv4 address in disguise, RFC 4380
        "2002::/16",  # 6to4: an IPv4 address in disguise, RFC 3056
        "3fff::/20",  # documentation, RFC 9637
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that IANA has allotted for global unicast (RFC 4291, 2.4). Outside it lie NAT64
(64:ff9b::/96, 64:ff9b:1::/48), segment routing (5f00::/16), site-local (fec0::/10), multicast
(ff00::/8) and further spellings of IPv4 addresses (`::127.0.0.1`, `::ffff:0:127.0.0.1`): all of
them are global to 3.11."""


def parse_address(text: str) -> Address:
    """An IP address in its usual spelling, `::ffff:10.0.0.1` read as 10.0.0.1. Else ValueError."""
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet can be reached there, and nobody inside this network."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not any(address in network for network in NOT_PUBLIC)


_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NAME_LENGTH = 253


def parse_host(text: str) -> str | Address:
    """A host name in lower case or an IP address (IPv6 in brackets). Else ValueError says why.

    Resolvers read `2130706433`, `0x7f.1` and `0177.0.0.1` as 127.0.0.1. So what ends in a number is
    an address, as in the URL standard (https://url.spec.whatwg.org/#ends-in-a-number-checker), and
    has to be written as one.
    """
    host = text.lower()
    if host.startswith("[") and host.endswith("]"):
        return _parse_ipv6(host[1:-1])
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _parse_ipv4(host)
    if len(host) > _NAME_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("the host is not a valid name: use letters, digits, hyphens and dots")
    return host


def _parse_ipv4(text: str) -> Address:
    try:
        return IPv4Address(text)
    except ValueError:
        message = "write an IPv4 address as four decimal numbers, like 203.0.113.7"
        raise ValueError(message) from None


def _parse_ipv6(text: str) -> Address:
    # A zone ("%eth0") is not in the pattern: it names one of this machine's own links.
    if not re.fullmatch(r"[0-9a-f:.]+", text) or ":" not in text:
        raise ValueError("only an IPv6 address without a zone can stand in brackets")
    try:
        return parse_address(text)
    except ValueError:
        raise ValueError("the text in brackets is not an IPv6 address") from None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the list: a name or a network, on one port or (None) on any."""

    place: str | Network
    port: int | None


class AllowList:
    """What the operator lets callbacks reach beside public addresses.

    Entries: `receiver.internal`, `receiver.internal:8080`, `10.0.0.7`, `10.0.0.7:8080`,
    `fd00::7`, `[fd00::7]:8080`, `10.0.0.0/8`. A name is allowed wherever it resolves to.
    Raises ValueError for anything else.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        self._entries = tuple(_parse_entry(entry.strip()) for entry in entries)

    def has_name(self, host: str, port: int) -> bool:
        """Whether this name itself is listed."""
        return any(entry.place == host and entry.port in (None, port) for entry in self._entries)

    def has_address(self, address: Address, port: int) -> bool:
        """Whether this address is listed or lies in a listed network."""
        return any(
            not isinstance(entry.place, str)
            and address in entry.place
            and entry.port in (None, port)
            for entry in self._entries
        )


_ENTRY = re.compile(r"(\[[^\]]*\]|[^:\[\]/]+)(?::([0-9]{1,5}))?")


def _parse_entry(entry: str) -> _Entry:
    try:
        if "/" in entry:
            return _Entry(ip_network(entry), None)
        if entry.count(":") > 1 and not entry.startswith("["):
            return _Entry(ip_network(parse_address(entry)), None)
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ValueError("it is none of a host, host:port, address or network")
        host, port = parse_host(match[1]), parse_port(match[2])
    except ValueError as error:
        raise ValueError(f"cannot read {entry!r} in the list of allowed hosts: {error}") from None
    return _Entry(host if isinstance(host, str) else ip_network(host), port)


def parse_port(text: str | None) -> int | None:
    """A port from 1 to 65535; None stays None. Else ValueError."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1 << 16):
        raise ValueError("a port is a number from 1 to 65535")
    return int(text)
