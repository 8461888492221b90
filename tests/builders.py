"""Requests, people and plans as tests need them: everything has a default, name what matters."""

from __future__ import annotations

from typing import Any

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import Command, Decide, Person
from app.domain.digest import digest
from app.domain.request import Body, PolicyRef, Request
from app.domain.transition import Transition
from app.identifiers import new_request_id
from policies.plan import Evaluation, Outcome, ReviewPlan, Route, Stage, Summary

NOW = 1_790_000_000_000
HASH = "sha256:" + "0" * 64


def plan(**changes: Any) -> ReviewPlan:
    given: dict[str, Any] = {
        "channel": "#approvals",
        "stages": (Stage(reviewers=("@finance-approvers", "U0ANA00001")),),
        "outcomes": tuple(Outcome),
        "expire_s": 86_400,
    }
    return ReviewPlan(**(given | changes))


def evaluation(route: Route = Route.REVIEW, **changes: Any) -> Evaluation:
    given: dict[str, Any] = {
        "route": route,
        "rule": "otherwise",
        "because": "Anything else gets one look.",
        "plan": plan() if route in (Route.REVIEW, Route.WATCH) else None,
        "fields": (),
        "summary": Summary(why="Anything else gets one look.", buttons=(), silence="It expires."),
        "trace": (),
    }
    return Evaluation(**(given | changes))


def body(**changes: Any) -> Body:
    request_id = changes.get("id") or new_request_id(NOW)
    payload = changes.get("payload") or {"amount": 120, "customer": "Acme"}
    given: dict[str, Any] = {
        "id": request_id,
        "root_id": request_id,
        "revision": 1,
        "client": "billing",
        "title": "Refund 120 USD to Acme",
        "payload": payload,
        "callback_url": "https://example.com/resume",
        "policy": PolicyRef(name="refund", hash=HASH),
        "evaluation": evaluation(),
        "nonce": "0" * 32,
        "digest": digest(request_id, "0" * 32, HASH, payload),
        "links": {"request": f"https://countersign.example/v1/requests/{request_id}"},
        "opened_ms": NOW,
        "retention_s": 90 * 86_400,
    }
    return Body(**(given | changes))


def opened(**changes: Any) -> Transition:
    return lifecycle.begin(body(**changes))


def pending(**changes: Any) -> Request:
    request = opened(**changes).after
    assert request is not None
    return request


def applied(request: Request, command: Command, now: int = NOW + 1000) -> Transition:
    """What a command makes of a request that it has to change."""
    transition = lifecycle.apply(request, command, now)
    assert transition is not None
    return transition


def after(request: Request, command: Command, now: int = NOW + 1000) -> Request:
    """The request as it then stands."""
    request_after = applied(request, command, now).after
    assert request_after is not None
    return request_after


def person(**changes: Any) -> Person:
    given: dict[str, Any] = {"id": "U0ANA00001", "name": "Ana", "email": "ana@example.com"}
    given["is_requester"] = False
    return Person(**(given | changes))


def approval(request: Request, **changes: Any) -> Decide:
    given: dict[str, Any] = {
        "person": person(),
        "outcome": Outcome.APPROVE,
        "digest": request.body.digest,
        "seen": Place(channel="C0APPROVAL", ts="1.1"),
    }
    return Decide(**(given | changes))
