"""Looking at requests, withdrawing one, having its callback sent again."""

from __future__ import annotations

from functools import partial
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from app.domain.errors import (
    AlreadyDecided,
    InputsRefused,
    NotAMonitor,
    NothingToRedeliver,
    PolicyNotFound,
    RequestExpired,
    RequestNotFound,
    TooBusy,
)
from app.ports import Query as Filter

from ..answers import EventAnswer, PageAnswer, RequestAnswer, SignalsAnswer, TrailAnswer
from ..body import json_body
from ..errors import FieldTooLarge, InvalidRequest
from ..fitting import fit
from ..keys import Asking, while_live
from ..openapi import ANYWHERE, ONE_REQUEST, WITH_BODY, refusals, takes
from ..parts import Its, RequestId, answer
from ..preferences import wants_csv
from ..strict_json import parse
from ..table import MEDIA_TYPE, as_csv
from ..wire import Listing, Nothing, SignalsReport, TrailPage, Wait, Withdrawal

router = APIRouter()

_CSV = {"text/csv": {"schema": {"type": "string"}, "example": as_csv(())}}

_LINK = {"Link": {"description": "The next page (RFC 8288).", "schema": {"type": "string"}}}

M = TypeVar("M", bound=BaseModel)


@router.get(
    "/v1/requests",
    response_model=PageAnswer,
    summary="This client's requests, newest first",
    responses={
        **refusals(*ANYWHERE, InvalidRequest),
        200: {
            "description": "A page; as CSV with `Accept: text/csv`",
            "content": _CSV,
            "headers": _LINK,
        },
    },
)
def list_requests(
    call: Request, client: Asking, listing: Annotated[Listing, Query()], parts: Its
) -> Response:
    page = parts.service.page(Filter(client=client.id, **listing.model_dump()))
    headers = {"Vary": "Accept"}
    if page.cursor is not None:
        headers["Link"] = _next("/v1/requests", listing, page.cursor)
    if wants_csv(call.headers.getlist("accept")):
        return Response(as_csv(page.requests), 200, headers, MEDIA_TYPE)
    return answer(PageAnswer.of(page), 200, headers)


@router.get(
    "/v1/requests/{id}",
    response_model=RequestAnswer,
    summary="One request, at once or when it is decided",
    responses=refusals(*ANYWHERE, *ONE_REQUEST, InvalidRequest, RequestNotFound),
)
async def get_request(
    call: Request, client: Asking, request_id: RequestId, how: Annotated[Wait, Query()], parts: Its
) -> Response:
    read = partial(parts.service.get, client, request_id)
    if how.wait:
        reading = while_live(call, parts, read)
        request = await parts.waiting.decided(call, request_id, reading, how.wait)
    else:
        request = await run_in_threadpool(read)
    return answer(RequestAnswer.of(request))


@router.post(
    "/v1/requests/{id}/cancel",
    response_model=RequestAnswer,
    summary="Withdraw a request",
    responses=refusals(
        *ANYWHERE,
        *ONE_REQUEST,
        *WITH_BODY,
        AlreadyDecided,
        RequestExpired,
        RequestNotFound,
        TooBusy,
    ),
    openapi_extra=takes(Withdrawal, required=False),
)
async def cancel_request(
    call: Request, client: Asking, request_id: RequestId, parts: Its
) -> Response:
    body = await json_body(call)

    def cancel() -> Response:
        reason = _fields(Withdrawal, body).reason
        return answer(RequestAnswer.of(parts.service.cancel(client, request_id, reason)))

    return await run_in_threadpool(cancel)


@router.post(
    "/v1/requests/{id}/redeliver",
    status_code=202,
    response_model=RequestAnswer,
    summary="Send the callback again, under its old id",
    responses=refusals(
        *ANYWHERE, *ONE_REQUEST, *WITH_BODY, NothingToRedeliver, RequestNotFound, TooBusy
    ),
    openapi_extra=takes(Nothing, required=False),
)
async def redeliver_callback(
    call: Request, client: Asking, request_id: RequestId, parts: Its
) -> Response:
    body = await json_body(call)

    def redeliver() -> Response:
        _fields(Nothing, body)
        return answer(RequestAnswer.of(parts.service.redeliver(client, request_id)), 202)

    return await run_in_threadpool(redeliver)


@router.post(
    "/v1/requests/{id}/signals",
    response_model=SignalsAnswer,
    summary="Report signals on a request of any client, as a monitor",
    responses=refusals(
        *ANYWHERE,
        *ONE_REQUEST,
        *WITH_BODY,
        AlreadyDecided,
        FieldTooLarge,
        InputsRefused,
        NotAMonitor,
        PolicyNotFound,
        RequestExpired,
        RequestNotFound,
        TooBusy,
    ),
    openapi_extra=takes(SignalsReport, required=True),
)
async def report_signals(
    call: Request, client: Asking, request_id: RequestId, parts: Its
) -> Response:
    body = await json_body(call)

    def report() -> Response:
        signals = fit(SignalsReport, parse(body)).within_limits().signals
        request = parts.service.signal(client, request_id, signals)
        return answer(SignalsAnswer.of(request, client.id))

    return await run_in_threadpool(report)


@router.get(
    "/v1/requests/{id}/events",
    response_model=TrailAnswer,
    summary="The audit trail of one request",
    responses={
        **refusals(*ANYWHERE, *ONE_REQUEST, InvalidRequest, RequestNotFound),
        200: {"headers": _LINK},
    },
)
def list_events(
    client: Asking, request_id: RequestId, page: Annotated[TrailPage, Query()], parts: Its
) -> Response:
    found = parts.service.events(client, request_id, page.cursor, page.limit + 1)
    trail = [EventAnswer.of(event) for event in found[: page.limit]]
    if len(found) <= page.limit:
        return answer(TrailAnswer(events=trail, cursor=None))
    cursor = str(page.cursor + page.limit)
    link = _next(f"/v1/requests/{request_id}/events", page, cursor)
    return answer(TrailAnswer(events=trail, cursor=cursor), 200, {"Link": link})


def _fields(model: type[M], body: bytes) -> M:
    """The fields of a call that can do without a body."""
    return fit(model, parse(body) if body else {})


def _next(path: str, page: BaseModel, cursor: str) -> str:
    query = page.model_dump(mode="json", exclude_none=True) | {"cursor": cursor}
    return f'<{path}?{urlencode(query)}>; rel="next"'
