"""The body of a callback, fixed at the moment of the decision (Standard Webhooks 1.0, payload)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from pydantic import JsonValue

from .difference import difference
from .request import Actor, Request, Status


def callback_body(request: Request) -> str:
    """The JSON text to send and sign: every key is always there."""
    body, decision = request.body, request.state.decision
    if decision is None:
        raise ValueError("a callback tells of a decision, and there is none")
    data: dict[str, JsonValue] = {
        "id": body.id,
        "root_id": body.root_id,
        "revision": body.revision,
        "title": body.title,
        "status": request.state.status.value,
        "approved": request.state.status is Status.APPROVED,
        "outcome": decision.outcome.value,
        "choice": decision.choice,
        "comment": decision.comment,
        "by": [actor_json(actor) for actor in decision.by],
        "payload": request.payload,
        "changes": _changes(request),
        "digest": decision.digest,
        "policy": body.policy.name,
        "metadata": body.metadata,
        "links": dict(body.links),
    }
    message = {
        "type": f"request.{request.state.status.value}",
        "timestamp": iso(decision.at_ms),
        "data": data,
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _changes(request: Request) -> list[JsonValue]:
    """What a reviewer changed; nothing secret can be."""
    changes = difference(request.body.payload, request.payload)
    return [change.model_dump(include={"field", "kind", "before", "after"}) for change in changes]


def actor_json(actor: Actor) -> dict[str, JsonValue]:
    """An actor as `decision.by` lists it, in HTTP answers and in callbacks."""
    return {"kind": actor.kind, "id": actor.id, "name": actor.name, "email": actor.email}


def iso(instant_ms: int) -> str:
    """An instant as RFC 3339 in UTC, to the millisecond: `2026-11-20T12:31:04.120Z`."""
    moment = datetime.fromtimestamp(instant_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
