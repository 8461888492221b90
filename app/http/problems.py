"""Refusals as RFC 9457 problems: which status each class has, and the answers themselves."""

from __future__ import annotations

import logging
import math

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.domain import errors as domain
from app.domain.errors import CountersignError
from app.faults import described

from . import errors as http
from .fitting import refusal
from .wire import Listing, Wait

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[CountersignError], int] = {
    http.InvalidHttp: 400,
    http.InvalidJson: 400,
    http.BodyIncomplete: 400,
    http.Unauthenticated: 401,
    domain.PolicyNotAllowed: 403,
    domain.DecisionRefused: 403,
    domain.CardNotShown: 403,
    domain.NotAViewer: 403,
    domain.NotAMonitor: 403,
    domain.AdminRequired: 403,
    domain.NotAnAdmin: 403,
    domain.RequestNotFound: 404,
    http.PathNotFound: 404,
    http.MethodNotAllowed: 405,
    domain.AlreadyDecided: 409,
    domain.AlreadyVoted: 409,
    domain.EditRefused: 422,
    domain.FormRefused: 422,
    domain.ConfirmationWrong: 422,
    domain.UndoRefused: 409,
    domain.NotRevisable: 409,
    domain.RevisionUnchanged: 422,
    domain.DigestMismatch: 409,
    domain.NotApproved: 409,
    domain.NotYetCounted: 409,
    domain.AlreadyConsumed: 409,
    domain.ApprovalLapsed: 409,
    domain.EverythingPaused: 409,
    domain.NothingToReport: 409,
    domain.ClaimRefused: 409,
    domain.HandOverRefused: 422,
    domain.QuestionRefused: 422,
    domain.AbsenceRefused: 422,
    domain.ReasonRefused: 422,
    domain.RequestExpired: 409,
    domain.RequestHeld: 409,
    domain.NothingToRedeliver: 409,
    http.BodyTooLarge: 413,
    http.FieldTooLarge: 413,
    http.UnsupportedContentType: 415,
    http.InvalidRequest: 422,
    http.NumberTooLarge: 422,
    http.IdempotencyKeysDiffer: 422,
    domain.IdempotencyKeyReused: 422,
    domain.PolicyNotFound: 422,
    domain.InputsRefused: 422,
    domain.DraftRefused: 422,
    domain.CallbackUrlRefused: 422,
    domain.OutcomeNotOffered: 422,
    domain.CommentRequired: 422,
    http.RateLimited: 429,
    http.HeadTooLarge: 431,
    http.InternalError: 500,
    domain.RequestUnreadable: 503,
    domain.ServerUnfit: 503,
    domain.StoreUnavailable: 503,
    domain.TooBusy: 503,
}
"""The one place that knows. A class that is not here has the status of its family; one without
any, such as those for operators, has no business at this door."""

RETRY_AFTER_S = 2

PROBLEMS_SHOWN = 100
"""Of one draft: enough to go on with, however much is wrong with it."""

_log = logging.getLogger("countersign.http")


class FieldProblem(BaseModel):
    """What is wrong with one field, written as a path: `payload.amount`; or where in a draft."""

    field: str
    message: str


class Problem(BaseModel):
    """An error (RFC 9457). `code` is stable and the one to branch on."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    advice: str | None = Field(description="What to do about it.")
    errors: list[FieldProblem]


def status_of(kind: type[CountersignError]) -> int:
    """The HTTP status of a class of errors."""
    return next(STATUS[family] for family in kind.__mro__ if family in STATUS)


def problem(error: CountersignError) -> Problem:
    """The error as clients see it."""
    if isinstance(error, domain.RequestNotFound):
        # In the same words wherever it comes from: whose request it is stays untold.
        error = domain.RequestNotFound(
            "There is no such request.", "Check its id, and that it was made with this key."
        )
    return Problem(
        type=f"urn:problem-type:countersign:{error.code}",
        title=error.code.replace("_", " ").capitalize(),
        status=status_of(type(error)),
        detail=error.message,
        code=error.code,
        advice=error.advice,
        errors=[FieldProblem(field=field, message=message) for field, message in _fields(error)],
    )


def refused(error: CountersignError, headers: dict[str, str] | None = None) -> Response:
    """The answer to a call that was refused."""
    told = problem(error)
    extra = dict(headers or {})
    if told.status == 503:
        extra["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(error, http.RateLimited):
        extra["Retry-After"] = str(math.ceil(error.wait_ms / 1000))
    if isinstance(error, http.Unauthenticated):
        extra["WWW-Authenticate"] = 'Bearer realm="countersign"'
    return Response(told.model_dump_json(), told.status, extra, MEDIA_TYPE)


async def on_refusal(call: Request, error: Exception) -> Response:
    """For everything that the product refuses."""
    if isinstance(error, CountersignError) and not STATUS.keys().isdisjoint(type(error).__mro__):
        return refused(error)
    return await on_unexpected(call, error)


async def on_invalid(call: Request, error: Exception) -> Response:
    """For a query that FastAPI found not to fit."""
    if not isinstance(error, RequestValidationError):
        return await on_unexpected(call, error)
    found = [{**each, "loc": each["loc"][1:]} for each in error.errors()]
    return refused(refusal(found, {**Listing.model_fields, **Wait.model_fields}))


async def on_http(call: Request, error: Exception) -> Response:
    """For what the framework refuses by itself: a path or method that isn't there."""
    if isinstance(error, HTTPException) and error.status_code == 404:
        return refused(http.PathNotFound("Nothing is here.", "GET /openapi.json lists what is."))
    if isinstance(error, HTTPException) and error.status_code == 405:
        there = http.MethodNotAllowed("This path does not take that method.", "See Allow.")
        return refused(there, dict(error.headers or {}))
    return await on_unexpected(call, error)


async def on_unexpected(call: Request, error: Exception) -> Response:
    """For a fault of ours. Where it happened is logged, its text is not: it may quote the body."""
    call_id = getattr(call.state, "call_id", None)
    _log.error("unexpected, call=%s: %s", call_id, described(error))
    return refused(
        http.InternalError(
            "Something went wrong here.", "The header X-Request-Id finds it in the log."
        )
    )


def _fields(error: CountersignError) -> tuple[tuple[str, str], ...]:
    if isinstance(error, domain.InputsRefused | domain.DraftRefused | http.FieldsRefused):
        return error.problems[:PROBLEMS_SHOWN]
    return ()
