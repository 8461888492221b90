"""The doors of the page and of tests: JSON in, checked against its fields, and JSON out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.core import Sandbox
from sandbox.spec import PLAIN, Spec, fields_of
from sandbox.wire import JsonObject, Refusal, read_body, strict_json

Run = Callable[[Sandbox, JsonObject], Awaitable[Any]]


def door(path: str, run: Run, fields: str = "", method: str = "POST", spec: Spec = PLAIN) -> Route:
    """A route that gives `run` the query, body and path parameters as one object."""

    async def endpoint(request: Request) -> Response:
        wanted = {**request.query_params, **await _body(request), **request.path_params}
        return JSONResponse(await run(request.app.state.sandbox, checked(fields, wanted, spec)))

    return Route(path, endpoint, methods=[method])


def checked(fields: str, wanted: JsonObject, spec: Spec = PLAIN) -> JsonObject:
    """What was asked, nulls left out; Refusal that says what is wrong with it."""
    given = {name: value for name, value in wanted.items() if value is not None}
    if wrong := list(spec.in_object(fields_of(fields), given, "")):
        raise Refusal(422, "; ".join(wrong))
    return given


async def _body(request: Request) -> JsonObject:
    body = await read_body(request)
    try:
        wanted = strict_json(body or b"{}")
    except ValueError as error:
        raise Refusal(400, f"the body is not JSON: {error}") from error
    if not isinstance(wanted, dict):
        raise Refusal(422, "the body must be a JSON object")
    return wanted
