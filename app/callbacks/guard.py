"""Where callbacks may go. Keeps a callback URL from reaching into the operator's own network."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from app.domain.errors import CallbackUrlRefused
from app.outgoing.lookup import Lookup, LookupFailed, Resolver, system_resolver

from .networks import Address, AllowList, is_public, parse_address
from .url import Target, parse_url

SETTING = "COUNTERSIGN_CALLBACK_ALLOW"

_OPEN_LOOKUP_S = 2.0
_ADDRESSES_TRIED = 4


class Guard:
    """Allows https to public addresses, and what the operator's list names besides.

    Plain http is for listed hosts and addresses alone: what a callback tells would be open to
    everybody on its way. Raises ValueError for a list that cannot be read.
    """

    def __init__(self, allow: Sequence[str] = (), resolver: Resolver = system_resolver) -> None:
        self._allow = AllowList(allow)
        self._lookup = Lookup(resolver)

    def admit(self, url: str) -> None:
        """The check for a request being opened: refuses all that sending would refuse now.

        A name that cannot be looked up passes: the attempts to send find out. Takes at most 2 s.
        Raises CallbackUrlRefused.
        """
        target = self.check_url(url)
        if isinstance(target.host, str):
            with suppress(LookupFailed):
                self.resolve(target.host, target.port, _OPEN_LOOKUP_S)

    def check_url(self, url: str) -> Target:
        """The URL taken apart. Raises CallbackUrlRefused for what is wrong without any look-up."""
        target = parse_url(url)
        if not isinstance(target.host, str):
            self._check_address(str(target.host), target.host, target.port)
        if target.scheme == "http" and not self._is_listed(target.host, target.port):
            raise CallbackUrlRefused(
                f"A callback to {target.host} must use https.",
                f"Use https, or add {target.host} to {SETTING}.",
            )
        return target

    def resolve(self, host: str, port: int, timeout_s: float) -> tuple[str, ...]:
        """The addresses to connect to, the best first, from one look-up: never look up again.

        Raises CallbackUrlRefused if any address of the host, tried or not, is neither public nor
        listed; LookupFailed if there is none within `timeout_s`.
        """
        found = self._find(host, port, timeout_s)
        for address in found:
            self._check_address(host, address, port)
        return tuple(str(address) for address in found[:_ADDRESSES_TRIED])

    def _find(self, host: str, port: int, timeout_s: float) -> list[Address]:
        try:
            return [parse_address(host)]
        except ValueError:
            return [parse_address(text) for text in self._lookup.addresses(host, port, timeout_s)]

    def _check_address(self, host: str, address: Address, port: int) -> None:
        if is_public(address) or self._is_listed(host, port) or self._is_listed(address, port):
            return
        if host == str(address):
            entry = f"{address}/{address.max_prefixlen}"
            raise CallbackUrlRefused(
                f"{address} is not a public address.", f"Add {entry} to {SETTING} to allow it."
            )
        # Whoever opens requests is not told which inner address a name stands for.
        raise CallbackUrlRefused(
            f"{host} has an address that is not public.",
            f"Add {host} or its network to {SETTING} to allow it.",
        )

    def _is_listed(self, host: str | Address, port: int) -> bool:
        if isinstance(host, str):
            return self._allow.has_name(host, port)
        return self._allow.has_address(host, port)
