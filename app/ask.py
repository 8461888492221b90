"""What a client sends to open a request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import rfc8785

from .domain import revising
from .domain.cards import Place
from .domain.request import Request


@dataclass(frozen=True)
class Ask:
    """What a client sends to open a request; the HTTP contract has the meaning of each field."""

    title: str
    payload: dict[str, Any]
    policy: str | None = None
    context: Any = None
    signals: dict[str, Any] = field(default_factory=dict)
    on_behalf_of: str | None = None
    callback_url: str | None = None
    callback_on: Literal["always", "human"] = "always"
    metadata: dict[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    asked_in: Place | None = None

    def again(self, request: Request) -> Ask:
        """What asks for `request` anew: its policy and its requester, whatever was sent."""
        body = request.body
        return replace(
            self,
            policy=body.policy.name,
            on_behalf_of=body.on_behalf_of,
            idempotency_key=revising.key_of(request),
        )

    def fingerprint(self) -> str:
        """The same for the same request, whatever the order of its keys (RFC 8785).

        Fields that were left out don't count, so that one more field some day changes no
        fingerprint of today.
        """
        given = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) not in (None, {}, each.default)
        }
        if self.asked_in is not None:
            given["asked_in"] = self.asked_in.model_dump()
        return hashlib.sha256(rfc8785.dumps(given)).hexdigest()
