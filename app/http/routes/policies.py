"""What a policy, or a draft of one, would do with a request, and why."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from app.domain.errors import DraftRefused, InputsRefused, PolicyNotAllowed, PolicyNotFound

from ..body import DRAFT_LIMIT, json_body
from ..errors import FieldTooLarge
from ..explained import ExplanationAnswer
from ..fitting import fit
from ..keys import Asking
from ..openapi import ANYWHERE, WITH_BODY, refusals, takes
from ..parts import Its, PolicyName, answer
from ..strict_json import parse
from ..wire import Trial

router = APIRouter()


@router.post(
    "/v1/policies/{name}/explain",
    response_model=ExplanationAnswer,
    summary="What a policy would do, and why; nothing is opened and nothing counted",
    responses=refusals(
        *ANYWHERE,
        *WITH_BODY,
        DraftRefused,
        FieldTooLarge,
        InputsRefused,
        PolicyNotAllowed,
        PolicyNotFound,
    ),
    openapi_extra=takes(Trial, required=True),
)
async def explain_policy(call: Request, client: Asking, name: PolicyName, parts: Its) -> Response:
    body = await json_body(call, DRAFT_LIMIT)

    def explain() -> Response:
        given = fit(Trial, parse(body)).within_limits()
        explained = parts.service.explain(
            client, name, given.payload, given.signals, draft=given.draft
        )
        return answer(ExplanationAnswer.of(explained, draft=given.draft is not None))

    return await to_thread.run_sync(explain, limiter=parts.explainers)
