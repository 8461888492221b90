"""What a client that is an admin can do: look, pause, resume. Nothing here decides anything."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.domain.errors import AdminRequired, ReasonRefused, RequestNotFound
from app.ports import Client

from ..administering import OversightAnswer, StatusAnswer
from ..body import json_body
from ..fitting import fit
from ..keys import Asking
from ..openapi import ANYWHERE, ONE_REQUEST, WITH_BODY, refusals, takes
from ..parts import Its, Parts, RequestId, answer
from ..strict_json import parse
from ..wire import NewPause, Nothing

router = APIRouter()


@router.get(
    "/v1/admin/status",
    response_model=StatusAnswer,
    summary="Whether everything is paused, what waits, and what is set aside",
    responses=refusals(*ANYWHERE, AdminRequired),
)
def tell_status(client: Asking, parts: Its) -> Response:
    return _status(parts, client)


@router.post(
    "/v1/admin/pause",
    response_model=StatusAnswer,
    summary="Pause everything: no approval without a person, and no callback",
    responses=refusals(*ANYWHERE, *WITH_BODY, AdminRequired, ReasonRefused),
    openapi_extra=takes(NewPause, required=True),
)
async def pause_everything(call: Request, client: Asking, parts: Its) -> Response:
    """What is paused already stays so, under its first reason."""
    body = await json_body(call)

    def pause() -> Response:
        parts.administration.pause(client, fit(NewPause, parse(body)).reason)
        return _status(parts, client)

    return await run_in_threadpool(pause)


@router.post(
    "/v1/admin/resume",
    response_model=StatusAnswer,
    summary="End the pause",
    responses=refusals(*ANYWHERE, *WITH_BODY, AdminRequired),
    openapi_extra=takes(Nothing, required=False),
)
async def resume_everything(call: Request, client: Asking, parts: Its) -> Response:
    """Where nothing is paused, nothing changes."""
    body = await json_body(call)

    def resume() -> Response:
        fit(Nothing, parse(body) if body else {})
        parts.administration.resume(client)
        return _status(parts, client)

    return await run_in_threadpool(resume)


@router.get(
    "/v1/admin/requests/{id}",
    response_model=OversightAnswer,
    summary="How any client's request stands, without what is in it",
    responses=refusals(*ANYWHERE, *ONE_REQUEST, AdminRequired, RequestNotFound),
)
def look_after_request(client: Asking, request_id: RequestId, parts: Its) -> Response:
    return answer(OversightAnswer.of(parts.administration.look(client, request_id)))


def _status(parts: Parts, client: Client) -> Response:
    return answer(StatusAnswer.of(*parts.administration.status(client)))
