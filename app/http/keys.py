"""Who is asking: a client's key in the header Authorization (RFC 6750)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from app.ports import Caller, Client

from .errors import RateLimited, Unauthenticated
from .parts import Parts, parts_of

_KEY = re.compile(r"[\x21-\x7e]{1,200}")

T = TypeVar("T")

_bearer = HTTPBearer(
    scheme_name="key",
    description="A client's key, made by `countersign clients create`.",
    auto_error=False,
)

WITH_KEY: dict[str, Any] = {"security": [{"key": []}]}
"""What a route that calls `asking` itself adds to its description."""


def asking(call: Request) -> Caller:
    """Whose key came with the call. Raises `Unauthenticated`, `RateLimited`."""
    scheme, key = get_authorization_scheme_param(call.headers.get("authorization"))
    if scheme.lower() != "bearer" or not key:
        raise Unauthenticated("There is no key.", "Send Authorization: Bearer <key>.")
    caller = parts_of(call).clients.call(key) if _KEY.fullmatch(key) else None
    if caller is None:
        raise _unknown()
    call.state.caller = caller
    if caller.wait_ms:
        raise RateLimited(
            f"The client {caller.client.id} calls more often than it may.",
            "Call again once the seconds in Retry-After are over.",
            caller.wait_ms,
        )
    return caller


def _client(
    call: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Client:
    return asking(call).client


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
