"""Acting on an approval: using it just before, and telling the result after."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.domain.errors import (
    AlreadyConsumed,
    ApprovalLapsed,
    DigestMismatch,
    EverythingPaused,
    NotApproved,
    NothingToReport,
    NotYetCounted,
    RequestNotFound,
    TooBusy,
)
from app.ports import Client
from app.service import Service

from ..answers import RequestAnswer
from ..body import json_body
from ..errors import IdempotencyKeysDiffer
from ..fitting import fit
from ..idempotency import REPLAYED, key_of, parameter
from ..keys import Asking
from ..openapi import ANYWHERE, ONE_REQUEST, WITH_BODY, refusals, takes
from ..parts import Its, RequestId, answer
from ..strict_json import parse
from ..wire import Consumption, ResultReport

router = APIRouter()

_KEY = parameter(
    "Of this very call: should its answer be lost, the same key and digest get it again, as long "
    "as the approval could still be used."
)
_REPLAYED = {
    REPLAYED: {
        "description": "`true` when this key had used the approval before.",
        "schema": {"type": "string"},
    }
}


@router.post(
    "/v1/requests/{id}/consume",
    response_model=RequestAnswer,
    summary="Use an approval, once, just before acting on it",
    responses={
        **refusals(
            *ANYWHERE,
            *ONE_REQUEST,
            *WITH_BODY,
            AlreadyConsumed,
            ApprovalLapsed,
            DigestMismatch,
            EverythingPaused,
            IdempotencyKeysDiffer,
            NotApproved,
            NotYetCounted,
            RequestNotFound,
            TooBusy,
        ),
        200: {"description": "It is yours: act on `decision.payload`.", "headers": _REPLAYED},
    },
    openapi_extra={**takes(Consumption, required=True), "parameters": [_KEY]},
)
async def consume_decision(
    call: Request, client: Asking, request_id: RequestId, parts: Its
) -> Response:
    body = await json_body(call)
    keys = call.headers.getlist("idempotency-key")
    return await run_in_threadpool(_consume, parts.service, client, request_id, body, keys)


def _consume(
    service: Service, client: Client, request_id: str, body: bytes, keys: Sequence[str]
) -> Response:
    key, digest = key_of(keys), fit(Consumption, parse(body)).digest
    used = service.consume(client, request_id, digest, key)
    headers = {REPLAYED: "true"} if used.replayed else None
    return answer(RequestAnswer.of(used.request), 200, headers)


@router.post(
    "/v1/requests/{id}/result",
    response_model=RequestAnswer,
    summary="Say what came of an approval",
    responses=refusals(
        *ANYWHERE, *ONE_REQUEST, *WITH_BODY, NothingToReport, RequestNotFound, TooBusy
    ),
    openapi_extra=takes(ResultReport, required=True),
)
async def report_result(
    call: Request, client: Asking, request_id: RequestId, parts: Its
) -> Response:
    body = await json_body(call)

    def report() -> Response:
        told = fit(ResultReport, parse(body)).model_dump()
        return answer(RequestAnswer.of(parts.service.result(client, request_id, **told)))

    return await run_in_threadpool(report)
