"""Opening a request."""

from __future__ import annotations

from collections.abc import Sequence
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
from app.ports import Client
from app.service import Opened, Service

from ..answers import RequestAnswer
from ..body import json_body
from ..errors import FieldTooLarge, IdempotencyKeysDiffer
from ..keys import Asking
from ..openapi import ANYWHERE, WITH_BODY, refusals, takes
from ..parts import Its, answer
from ..preferences import wait_s
from ..strict_json import parse
from ..wire import IdempotencyHeader, NewRequest, fit

router = APIRouter()

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
_PARAMETERS = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Does the same as the field idempotency_key.",
        "schema": IdempotencyHeader.model_json_schema()["properties"]["Idempotency-Key"],
    },
    {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=25` waits up to so many seconds for a decision (RFC 7240), at most "
        "60. The answer says in Preference-Applied how long it was ready to wait.",
        "schema": {"type": "string"},
        "example": "wait=25",
    },
]
_HEADERS = {
    "Location": "Where the request is from now on.",
    "Idempotent-Replayed": "`true` when this key had opened the request before.",
    "Preference-Applied": "The preference that was honoured.",
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
            "headers": {
                name: {"description": said, "schema": {"type": "string"}}
                for name, said in _HEADERS.items()
            },
        },
    },
    openapi_extra={**takes(NewRequest, required=True), "parameters": _PARAMETERS},
)
async def open_request(call: Request, client: Asking, parts: Its) -> Response:
    body = await json_body(call)
    keys = call.headers.getlist("idempotency-key")
    opened = await run_in_threadpool(_open, parts.service, client, body, keys)
    request = opened.request
    headers = {"Location": f"/v1/requests/{request.id}"}
    if opened.replayed:
        headers["Idempotent-Replayed"] = "true"
    seconds = wait_s(call.headers.getlist("prefer"))
    if seconds is not None:
        headers["Preference-Applied"] = f"wait={seconds}"
        read = partial(parts.service.get, client, request.id)
        with suppress(StoreUnavailable):  # it is open: a 503 now would have it asked twice
            request = await parts.waiting.decided(call, request.id, read, seconds)
    return answer(RequestAnswer.of(request), 201, headers)


def _open(service: Service, client: Client, body: bytes, keys: Sequence[str]) -> Opened:
    new = fit(NewRequest, parse(body))
    return service.open(client, new.ask(_idempotency_key(keys, new.idempotency_key)))


def _idempotency_key(headers: Sequence[str], field: str | None) -> str | None:
    keys = {fit(IdempotencyHeader, {"Idempotency-Key": header}).key for header in headers}
    if field is not None:
        keys.add(field)
    if len(keys) > 1:
        raise IdempotencyKeysDiffer(
            "The header Idempotency-Key and the field idempotency_key say two things.",
            "Send one of them, or the same key in both.",
        )
    return next(iter(keys), None)
