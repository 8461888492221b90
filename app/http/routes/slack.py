"""Slack's way in: events, clicks, commands. Whether it is Slack at all is checked behind here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers

from ..body import capped
from ..errors import BodyIncomplete, BodyTooLarge, InternalError
from ..openapi import refusals
from ..plain import Plain

LIMIT = 1_000_000
"""Bytes; the largest thing that Slack sends is a view of 250 kB."""

THREADS = 16
"""Calls from Slack that work at once. A slow Slack holds these, and none that other calls need."""


class SlackAnswerLike(Protocol):
    """What Slack is answered."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


_UNSIGNED = {"description": "Not signed by Slack, or too long ago."}

SlackDoor = Callable[[Mapping[str, str], bytes], SlackAnswerLike]
"""Takes the headers (names in lower case) and the raw body of one call. A header that comes more
than once has all its values, as RFC 9110 (5.3) joins them."""


def routes(slack: SlackDoor) -> APIRouter:
    """The one address that Slack is given."""
    router = APIRouter(route_class=Plain)
    threads = CapacityLimiter(THREADS)

    @router.post(
        "/slack/events",
        summary="What Slack sends, signed",
        response_class=Response,
        responses={**refusals(BodyIncomplete, BodyTooLarge, InternalError), 401: _UNSIGNED},
    )
    async def slack_events(call: Request) -> Response:
        body = await capped(call, LIMIT)
        said = await to_thread.run_sync(slack, _joined(call.headers), body, limiter=threads)
        return Response(said.body, said.status, dict(said.headers))

    return router


def _joined(headers: Headers) -> dict[str, str]:
    """Which of two signatures counts is nobody's to choose: together they are none."""
    joined: dict[str, str] = {}
    for name, value in headers.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
