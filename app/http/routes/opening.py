"""Opening a request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.domain.errors import (
    CallbackUrlRefused,
    IdempotencyKeyReused,
    InputsRefused,
    PolicyNotAllowed,
    PolicyNotFound,
    StoreUnavailable,
)
from app.opening import Answered
from app.ports import Caller

from ..answers import RequestAnswer
from ..body import sent
from ..errors import FieldTooLarge, IdempotencyKeysDiffer
from ..fitting import fit
from ..idempotency import REPLAYED, key_of, parameter
from ..keys import WITH_KEY, asking, while_live
from ..openapi import ANYWHERE, WITH_BODY, refusals, takes
from ..parts import answer, parts_of
from ..plain import Plain
from ..preferences import wait_s
from ..strict_json import parse
from ..wire import NewRequest

router = APIRouter(route_class=Plain)

_REFUSALS = (
    *ANYWHERE,
    *WITH_BODY,
    CallbackUrlRefused,
    FieldTooLarge,
    IdempotencyKeyReused,
    IdempotencyKeysDiffer,
    InputsRefused,
    PolicyNotAllowed,
    PolicyNotFound,
)
PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "`wait=25` waits up to so many seconds for a decision (RFC 7240), at most "
    "60. The answer says in Preference-Applied how long it was ready to wait.",
    "schema": {"type": "string"},
    "example": "wait=25",
}
_PARAMETERS = [parameter("Does the same as the field idempotency_key."), PREFER]
_HEADERS = {
    "Location": "Where the request is from now on.",
    REPLAYED: "`true` when this key had opened the request before.",
    "Preference-Applied": "The preference that was honoured.",
}


CREATED = {
    "headers": {
        name: {"description": said, "schema": {"type": "string"}} for name, said in _HEADERS.items()
    }
}


@router.post(
    "/v1/requests",
    status_code=201,
    response_model=RequestAnswer,
    summary="Open a request",
    responses={
        **refusals(*_REFUSALS),
        201: {
            "description": "The request. What the policy decides by itself is final in this answer "
            "unless it is `held`",
            **CREATED,
        },
    },
    openapi_extra={**takes(NewRequest, required=True), "parameters": _PARAMETERS, **WITH_KEY},
)
async def open_request(call: Request) -> Response:
    body = await sent(call)
    return await answered(call, await run_in_threadpool(_open, call, body))


def _open(call: Request, body: Callable[[], bytes]) -> Answered:
    caller = asking(call)
    new = fit(NewRequest, parse(body()))
    keys = call.headers.getlist("idempotency-key")
    ask = new.ask(key_of(keys, new.idempotency_key))
    return parts_of(call).service.open(caller.client, ask, caller.now)


async def answered(call: Request, opened: Answered) -> Response:
    """The request, at once or when it is decided, as the call prefers."""
    request, parts = opened.request, parts_of(call)
    headers = {"Location": f"/v1/requests/{request.id}"}
    if opened.replayed:
        headers[REPLAYED] = "true"
    seconds = wait_s(call.headers.getlist("prefer"))
    if seconds is not None:
        headers["Preference-Applied"] = f"wait={seconds}"
        caller: Caller = call.state.caller
        read = while_live(call, parts, partial(parts.service.get, caller.client, request.id))
        with suppress(StoreUnavailable):  # it is open: a 503 now would have it asked twice
            request = await parts.waiting.decided(call, request.id, read, seconds)
    return answer(RequestAnswer.of(request), 201, headers)
