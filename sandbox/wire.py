"""What goes over the wire: strict JSON, bounded bodies, Slack's errors, refusals of the page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from starlette.requests import Request

JsonObject = dict[str, Any]

DEPTH = 100  # levels of nesting; what goes in must come out again, wrapped
BODY_LIMIT = 2_000_000  # bytes; the largest thing Slack takes is a view of 250 KB


class SlackError(Exception):
    """An answer `{"ok": false, "error": ...}` of the Web API, with Slack's own error name."""

    def __init__(self, error: str, *messages: str) -> None:
        super().__init__(": ".join([error, *messages]))
        self.body: JsonObject = {"ok": False, "error": error}
        if messages:
            self.body["response_metadata"] = {"messages": list(messages)}


class Refusal(Exception):
    """A 4xx answer to the page or a test, with a sentence that says what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise Refusal(413, f"the body is larger than {BODY_LIMIT:,} bytes")
    return bytes(body)


def strict_json(text: bytes | str) -> Any:
    """Parses JSON; ValueError for NaN, lone surrogates, bad UTF-8 or nesting without end."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    level = [value]
    for _ in range(DEPTH):
        level = [held for one in level for held in _held_in(one)]
    if level:
        raise ValueError("it is nested too deeply")
    compact(value).encode()
    return value


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _held_in(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
