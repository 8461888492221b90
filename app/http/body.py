"""Reading a body: declared as JSON, whole, in time, and never more of it than a cap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from starlette.requests import ClientDisconnect, Request

from app.domain.errors import CountersignError

from .errors import BodyIncomplete, BodyTooLarge, UnsupportedContentType

JSON_LIMIT = 400_000
"""Bytes of a JSON body: the payload and context at their largest, and room for the rest."""

DRAFT_LIMIT = 1_000_000
"""Bytes of a JSON body with a draft in it, whose every letter may be an escape in JSON."""

ARRIVES_IN_S = 30
"""A body that is still not whole after so long was not meant to be."""


async def json_body(request: Request, limit: int = JSON_LIMIT) -> bytes:
    """The bytes of a JSON body; b"" when there is none.

    Raises `UnsupportedContentType`, and what `capped` raises.
    """
    body = await capped(request, limit)
    if body and _media_type(request) != "application/json":
        raise UnsupportedContentType(
            "The body has to be JSON, and to say so.", "Send Content-Type: application/json."
        )
    return body


async def sent(call: Request) -> Callable[[], bytes]:
    """What tells the JSON body of a call, or refuses it once somebody who may call is known.

    So that both can be found out on one thread, and who may not call is told that first.
    """
    try:
        body = await json_body(call)
    except CountersignError as error:
        return partial(_refuse, error)
    return lambda: body


async def capped(request: Request, limit: int) -> bytes:
    """The body, of which no more than `limit` bytes are read.

    Raises `BodyTooLarge`, or `BodyIncomplete` for one that stops coming.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(ARRIVES_IN_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise _too_large(limit)
    except (TimeoutError, ClientDisconnect):
        raise BodyIncomplete(
            f"The body was not whole within {ARRIVES_IN_S} seconds.", "Send it again."
        ) from None
    return bytes(body)


def _refuse(error: CountersignError) -> NoReturn:
    raise error


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"The body is larger than {limit:,} bytes.",
        "Put a link to what is large into the payload instead.",
    )
