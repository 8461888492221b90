"""Whether this process lives, and whether the deployment can do its work."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.domain.errors import ServerUnfit, StoreUnavailable

from ..errors import InternalError
from ..metrics import TEXT, exposition
from ..openapi import refusals
from ..parts import Its

router = APIRouter()


@router.get("/healthz", summary="This process answers", response_model=dict[str, str])
async def alive() -> JSONResponse:
    """Asks nothing else, so that a process is not restarted for a store that is away."""
    return JSONResponse({"status": "ok"})


@router.get(
    "/readyz",
    summary="Everything that the work needs is there",
    response_model=dict[str, Any],
    responses=refusals(StoreUnavailable, ServerUnfit, InternalError),
)
def ready(parts: Its) -> JSONResponse:
    return JSONResponse(parts.health.report())


@router.get(
    "/metrics",
    summary="The deployment in numbers, for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **refusals(StoreUnavailable, InternalError),
    },
)
def metrics(parts: Its) -> Response:
    """Whichever process answers, the numbers are those of the whole deployment. No key is needed,
    and nothing of a request is told."""
    return Response(exposition(parts.health.figures()), media_type=TEXT)
