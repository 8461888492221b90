"""Who is asking: a client's key in the header Authorization (RFC 6750)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.ports import Client

from .errors import Unauthenticated
from .parts import Its

_KEY = re.compile(r"[\x21-\x7e]{1,200}")

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
    """The client whose key came with the call. Raises `Unauthenticated`."""
    if given is None:
        raise Unauthenticated("There is no key.", "Send Authorization: Bearer <key>.")
    known = _KEY.fullmatch(given.credentials)
    client = parts.clients.by_key(given.credentials) if known else None
    if client is None:
        raise Unauthenticated(
            "This key is not known here.",
            "Check that it is whole, or make one with `countersign clients create`.",
        )
    request.state.client = client.id
    return client


Asking = Annotated[Client, Depends(_client)]
