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
    NotRevisable,
    PolicyNotAllowed,
    PolicyNotFound,
    RequestNotFound,
    RevisionUnchanged,
    StoreUnavailable,
)
from app.ports import Client
from app.service import Answered, Service

from ..answers import RequestAnswer
from ..body import json_body
from ..errors import FieldTooLarge, IdempotencyKeysDiffer
from ..fitting import fit
from ..idempotency import REPLAYED, key_of, parameter
from ..keys import Asking, while_live
from ..openapi import ANYWHERE, ONE_REQUEST, WITH_BODY, refusals, takes
from ..parts import Its, Parts, RequestId, answer
from ..preferences import wait_s
from ..strict_json import parse
from ..wire import NewRequest, Resubmission

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
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "`wait=25` waits up to so many seconds for a decision (RFC 7240), at most "
    "60. The answer says in Preference-Applied how long it was ready to wait.",
    "schema": {"type": "string"},
    "example": "wait=25",
}
_PARAMETERS = [parameter("Does the same as the field idempotency_key."), _PREFER]
_HEADERS = {
    "Location": "Where the request is from now on.",
    REPLAYED: "`true` when this key had opened the request before.",
    "Preference-Applied": "The preference that was honoured.",
}


_CREATED = {
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
            **_CREATED,
        },
    },
    openapi_extra={**takes(NewRequest, required=True), "parameters": _PARAMETERS},
)
async def open_request(call: Request, client: Asking, parts: Its) -> Response:
    body = await json_body(call)
    keys = call.headers.getlist("idempotency-key")
    opened = await run_in_threadpool(_open, parts.service, client, body, keys)
    return await _answered(call, client, parts, opened)


@router.post(
    "/v1/requests/{id}/revisions",
    status_code=201,
    response_model=RequestAnswer,
    summary="Ask again, after a reviewer wanted changes",
    responses={
        **refusals(
            *ANYWHERE,
            *ONE_REQUEST,
            *WITH_BODY,
            CallbackUrlRefused,
            FieldTooLarge,
            InputsRefused,
            NotRevisable,
            PolicyNotAllowed,
            PolicyNotFound,
            RequestNotFound,
            RevisionUnchanged,
        ),
        201: {
            "description": "A request of its own, under the same root and in the same thread. The "
            "same body again gives the same request again",
            **_CREATED,
        },
    },
    openapi_extra={**takes(Resubmission, required=True), "parameters": [_PREFER]},
)
async def revise_request(
    call: Request, client: Asking, request_id: RequestId, parts: Its
) -> Response:
    body = await json_body(call)
    opened = await run_in_threadpool(_revise, parts.service, client, request_id, body)
    return await _answered(call, client, parts, opened)


async def _answered(call: Request, client: Client, parts: Parts, opened: Answered) -> Response:
    """The request, at once or when it is decided, as the call prefers."""
    request = opened.request
    headers = {"Location": f"/v1/requests/{request.id}"}
    if opened.replayed:
        headers[REPLAYED] = "true"
    seconds = wait_s(call.headers.getlist("prefer"))
    if seconds is not None:
        headers["Preference-Applied"] = f"wait={seconds}"
        read = while_live(call, parts, partial(parts.service.get, client, request.id))
        with suppress(StoreUnavailable):  # it is open: a 503 now would have it asked twice
            request = await parts.waiting.decided(call, request.id, read, seconds)
    return answer(RequestAnswer.of(request), 201, headers)


def _open(service: Service, client: Client, body: bytes, keys: Sequence[str]) -> Answered:
    new = fit(NewRequest, parse(body))
    return service.open(client, new.ask(key_of(keys, new.idempotency_key)))


def _revise(service: Service, client: Client, request_id: str, body: bytes) -> Answered:
    new = fit(Resubmission, parse(body))
    before = service.get(client, request_id).body
    return service.revise(client, request_id, new.ask(before))
