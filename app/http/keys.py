"""Who is asking: a client's key in the header Authorization (RFC 6750)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.ports import Caller, Client

from .errors import RateLimited, Unauthenticated
from .parts import Its, Parts

_KEY = re.compile(r"[\x21-\x7e]{1,200}")

T = TypeVar("T")

_bearer = HTTPBearer(
    scheme_name="key",
    description="A client's key, made by `countersign clients create`.",
    auto_error=False,
)


def _client(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    parts: Its,
) -> Client:
    """The client whose key came with the call. Raises `Unauthenticated`, `RateLimited`."""
    if given is None:
        raise Unauthenticated("There is no key.", "Send Authorization: Bearer <key>.")
    known = _KEY.fullmatch(given.credentials)
    caller = parts.clients.call(given.credentials) if known else None
    if caller is None:
        raise _unknown()
    request.state.caller = caller
    if caller.wait_ms:
        raise RateLimited(
            f"The client {caller.client.id} calls more often than it may.",
            "Call again once the seconds in Retry-After are over.",
            caller.wait_ms,
        )
    return caller.client


Asking = Annotated[Client, Depends(_client)]


def while_live(call: Request, parts: Parts, read: Callable[[], T]) -> Callable[[], T]:
    """`read` for a call that waits: it may outlive its key, and then nothing is told any more.

    It raises `Unauthenticated` then.
    """
    caller: Caller = call.state.caller

    def reading() -> T:
        found = read()
        if not parts.clients.live(caller):
            raise _unknown()
        return found

    return reading


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "This key is not known here.",
        "Check that it is whole, or make one with `countersign clients create`.",
    )
