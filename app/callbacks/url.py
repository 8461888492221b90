"""A callback's URL, read strictly: where two readers could disagree, it is refused. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.errors import CallbackUrlRefused

from .networks import Address, parse_host, parse_port

MAX_URL_LENGTH = 2_048

_DEFAULT_PORTS = {"http": 80, "https": 443}
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[^\]]*\]|[^/?:\[\]]*)(?::(?P<port>[^/?]*))?"
    r"(?P<target>[/?].*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart once, so that what was checked is what is connected to."""

    scheme: str
    host: str | Address
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The `Host` header: the port only where it is not the scheme's own (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in str(self.host) else str(self.host)
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_url(url: str) -> Target:
    """Raises CallbackUrlRefused for what is not a plain http or https URL."""
    _check_text(url)
    match = _URL.fullmatch(url)
    if match is None:
        raise CallbackUrlRefused(
            "The callback URL is not an http or https URL.",
            "Write it like https://example.com/callback.",
        )
    scheme, path = match["scheme"].lower(), match["target"] or "/"
    try:
        host, port = parse_host(match["host"]), parse_port(match["port"])
    except ValueError as error:
        raise CallbackUrlRefused(f"The callback URL cannot be used: {error}.") from None
    path = path if path.startswith("/") else f"/{path}"
    return Target(scheme, host, port or _DEFAULT_PORTS[scheme], path)


def _check_text(url: str) -> None:
    """Refuses characters that URL readers treat in different ways, each with its advice."""
    if len(url) > MAX_URL_LENGTH:
        raise CallbackUrlRefused(f"The callback URL is longer than {MAX_URL_LENGTH} characters.")
    if not re.fullmatch(r"[\x21-\x7e]*", url) or "\\" in url:
        raise CallbackUrlRefused(
            "The callback URL holds spaces, backslashes, control or non-ASCII characters.",
            "Percent-encode them, and write an international host name in its xn-- form.",
        )
    if "#" in url:
        raise CallbackUrlRefused(
            "The callback URL has a fragment (#), which would never be sent.", "Leave it out."
        )
    if "@" in re.split(r"[/?]", url.partition("://")[2])[0]:
        raise CallbackUrlRefused(
            "The callback URL holds a user name or password.",
            "Leave it out: verify the callback's signature instead.",
        )
