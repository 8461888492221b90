"""The description of the API: every answer and every error of every call, with examples."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Literal

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.routing import BaseRoute

from app.domain.errors import (
    CountersignError,
    DraftRefused,
    InputsRefused,
    RequestUnreadable,
    StoreUnavailable,
)

from .administering import OversightAnswer, StatusAnswer
from .answers import PageAnswer, RequestAnswer, SignalsAnswer, TrailAnswer
from .errors import (
    BodyIncomplete,
    BodyTooLarge,
    FieldsRefused,
    InternalError,
    InvalidJson,
    InvalidRequest,
    MethodNotAllowed,
    NumberTooLarge,
    PathNotFound,
    RateLimited,
    Unauthenticated,
    UnsupportedContentType,
)
from .explained import ExplanationAnswer
from .problems import MEDIA_TYPE, STATUS, Problem, problem, status_of
from .shape import Answer
from .wire import (
    Consumption,
    NewPause,
    NewRequest,
    Nothing,
    Resubmission,
    ResultReport,
    SignalsReport,
    Trial,
    Withdrawal,
)

Responses = dict[int | str, dict[str, Any]]

ANYWHERE = (Unauthenticated, RateLimited, InternalError, StoreUnavailable)
"""What every call with a key can be answered."""

WITH_BODY = (
    BodyIncomplete,
    BodyTooLarge,
    InvalidJson,
    InvalidRequest,
    NumberTooLarge,
    UnsupportedContentType,
)
"""What a call with a body can be answered besides."""

ONE_REQUEST = (RequestUnreadable,)
"""What can happen to a request that an older version wrote, or a newer one."""

_SCHEMAS = (
    NewRequest,
    Withdrawal,
    Nothing,
    Resubmission,
    Consumption,
    ResultReport,
    SignalsReport,
    Trial,
    Problem,
    RequestAnswer,
    PageAnswer,
    TrailAnswer,
    SignalsAnswer,
    ExplanationAnswer,
    NewPause,
    StatusAnswer,
    OversightAnswer,
)
_REFS = "#/components/schemas/{model}"

_ABOUT = """
A workflow or agent posts what it wants to do; a policy decides whether a person must look; the
answer comes back here and as a signed callback.

Errors are problems (RFC 9457) with a stable `code`. Every answer carries `X-Request-Id`, which a
client may choose itself. Instants are RFC 3339 in UTC. Bodies are strict JSON: equal keys, NaN and
integers past 2^53 - 1 are refused; send large numbers as strings.
"""


def refusals(*kinds: type[CountersignError]) -> Responses:
    """The `responses` of a route for the errors that it can answer with, one example each."""
    found: Responses = {}
    for kind in sorted(set(kinds), key=lambda each: each.code):
        answer = found.setdefault(status_of(kind), {"description": "", "content": {}})
        media = answer["content"].setdefault(MEDIA_TYPE, {"schema": _ref(Problem), "examples": {}})
        media["examples"][kind.code] = {"$ref": f"#/components/examples/{kind.code}"}
        answer["description"] = "`" + "`, `".join(media["examples"]) + "`"
    return found


def takes(model: type[BaseModel], *, required: bool) -> dict[str, Any]:
    """What a route that parses its own body adds to its description."""
    content = {"application/json": {"schema": _ref(model)}}
    return {"requestBody": {"required": required, "content": content}}


def document(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The whole description, as JSON."""
    described = get_openapi(
        title="Countersign", version="1", description=_ABOUT.strip(), routes=routes
    )
    components = described["components"]
    _without_validation_errors(described)
    for model in _SCHEMAS:  # FastAPI's own have lost every null of their examples
        schema = model.model_json_schema(ref_template=_REFS, mode=_mode(model))
        components["schemas"].update(schema.pop("$defs", {}))
        components["schemas"][model.__name__] = schema
    elsewhere = refusals(PathNotFound, MethodNotAllowed)
    components["responses"] = {"OtherPath": elsewhere[404], "OtherMethod": elsewhere[405]}
    components["examples"] = {kind.code: {"value": _example(kind)} for kind in STATUS}
    return described


def _mode(model: type[BaseModel]) -> Literal["validation", "serialization"]:
    return "serialization" if issubclass(model, Answer) else "validation"


def _without_validation_errors(described: dict[str, Any]) -> None:
    """FastAPI promises its own 422 for every path with a parameter; ours can't fail so."""
    for methods in described["paths"].values():
        for operation in methods.values():
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                del operation["responses"]["422"]
    for schema in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(schema, None)


def _example(kind: type[CountersignError]) -> dict[str, Any]:
    says = (inspect.getdoc(kind) or kind.code).splitlines()[0]
    field = (("payload.amount", "what is wrong with it"),)
    if issubclass(kind, DraftRefused):
        return problem(kind((("line 3, column 5", "what is wrong there"),))).model_dump()
    if issubclass(kind, InputsRefused):
        return problem(kind(field)).model_dump()
    error = kind(says, field) if issubclass(kind, FieldsRefused) else kind(says)
    return problem(error).model_dump()


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REFS.format(model=model.__name__)}
