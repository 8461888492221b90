"""Asking again, after a reviewer wanted changes."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.domain.errors import (
    CallbackUrlRefused,
    InputsRefused,
    NotRevisable,
    PolicyNotAllowed,
    PolicyNotFound,
    RequestNotFound,
    RevisionUnchanged,
)
from app.opening import Answered
from app.ports import Client
from app.service import Service

from ..answers import RequestAnswer
from ..body import json_body
from ..errors import FieldTooLarge
from ..fitting import fit
from ..keys import Asking
from ..openapi import ANYWHERE, ONE_REQUEST, WITH_BODY, refusals, takes
from ..parts import Its, RequestId
from ..strict_json import parse
from ..wire import Resubmission
from .opening import CREATED, PREFER, answered

router = APIRouter()


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
            **CREATED,
        },
    },
    openapi_extra={**takes(Resubmission, required=True), "parameters": [PREFER]},
)
async def revise_request(
    call: Request, client: Asking, request_id: RequestId, parts: Its
) -> Response:
    body = await json_body(call)
    opened = await run_in_threadpool(_revise, parts.service, client, request_id, body)
    return await answered(call, opened)


def _revise(service: Service, client: Client, request_id: str, body: bytes) -> Answered:
    new = fit(Resubmission, parse(body))
    before = service.get(client, request_id).body
    return service.revise(client, request_id, new.ask(before))
