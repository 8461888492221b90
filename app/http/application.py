"""The HTTP application, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from anyio import to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.administration import Administration
from app.domain.errors import CountersignError
from app.ports import Clients, Decisions, Health
from app.service import Service

from .edge import Edge
from .openapi import document
from .parts import Parts
from .problems import on_http, on_invalid, on_refusal, on_unexpected
from .routes import acting as acting_routes
from .routes import admin as admin_routes
from .routes import health as health_routes
from .routes import opening as opening_routes
from .routes import policies as policies_routes
from .routes import requests as requests_routes
from .routes import revising as revising_routes
from .routes import slack as slack_routes
from .waiting import Waiting

THREADS = 32
"""Calls that work at once in this process; more of them take turns. Waiting takes none."""


def build(
    service: Service,
    administration: Administration,
    clients: Clients,
    decisions: Decisions,
    health: Health,
    slack: slack_routes.SlackDoor | None = None,
    beside: AbstractContextManager[object] | None = None,
) -> FastAPI:
    """The ASGI application. Without `slack` there is no /slack/events, as with Socket Mode.

    `beside` runs from the application's start to its end.
    """
    application = FastAPI(
        openapi_url=None,  # ours is below, with the bodies and problems that FastAPI can't know
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # its logs quote input
        middleware=[
            Middleware(Edge),
            Middleware(ExceptionMiddleware, handlers={Exception: on_unexpected}),
        ],
        exception_handlers={
            CountersignError: on_refusal,
            RequestValidationError: on_invalid,
            HTTPException: on_http,
        },
    )
    application.state.beside = beside or nullcontext()
    application.state.parts = Parts(service, administration, clients, health, Waiting(decisions))
    # The two that are called most come first: each call is looked for in all of them in turn.
    application.include_router(opening_routes.router)
    if slack is not None:
        application.include_router(slack_routes.routes(slack))
    for routes in (
        revising_routes,
        requests_routes,
        acting_routes,
        policies_routes,
        admin_routes,
        health_routes,
    ):
        application.include_router(routes.router)
    _describe(application)
    return application


@asynccontextmanager
async def _lifespan(application: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    parts: Parts = application.state.parts
    with application.state.beside:
        async with parts.waiting.running():
            yield


def _describe(application: FastAPI) -> None:
    described = document(application.routes)

    async def describe(_: Request) -> JSONResponse:
        return JSONResponse(described)

    application.add_route("/openapi.json", describe, include_in_schema=False)
