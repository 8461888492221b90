"""Thousands of requests, opened straight in the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from pydantic import JsonValue

from app.demo.stack import CLIENT
from app.domain import lifecycle
from app.domain.digest import digest
from app.domain.request import Body, PolicyRef, Request
from app.identifiers import new_nonce, new_operation, new_request_id
from app.store.requests import RedisRequests
from policies.evaluate import Facts, LoadedPolicy, evaluate

_AT_ONCE = 100


def open_all(
    store: RedisRequests, policy: LoadedPolicy, number: int, opened_ms: int, **fields: Any
) -> list[Request]:
    """So many requests of one policy, as if they had been opened at that instant."""
    bodies = iter([_body(policy, opened_ms, fields) for _ in range(number)])
    opened: list[Request] = []
    while some := list(islice(bodies, _AT_ONCE)):
        opened += _committed(store, some)
    return opened


def _committed(store: RedisRequests, bodies: Sequence[Body]) -> Iterator[Request]:
    begun = [lifecycle.begin(body) for body in bodies]
    if not all(store.commit_many([(each, new_operation()) for each in begun])):
        raise AssertionError("nobody else opens these")
    return (each.request for each in begun)


def _body(policy: LoadedPolicy, opened_ms: int, fields: dict[str, Any]) -> Body:
    request_id, nonce = new_request_id(opened_ms), new_nonce()
    payload: dict[str, JsonValue] = {"amount": 120}
    given: dict[str, Any] = {
        "id": request_id,
        "root_id": request_id,
        "revision": 1,
        "client": CLIENT,
        "title": "Refund",
        "payload": payload,
        "policy": PolicyRef(name=policy.policy.policy, hash=policy.hash),
        "evaluation": evaluate(policy, Facts(payload, {})),
        "nonce": nonce,
        "digest": digest(request_id, nonce, policy.hash, payload),
        "links": {},
        "opened_ms": opened_ms,
        "retention_s": 90 * 86_400,
    }
    return Body(**(given | fields))
