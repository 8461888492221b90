"""What all answers are made of: every key always there, people, instants."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.domain.message import iso
from app.domain.request import Actor

Instant = str
"""RFC 3339 in UTC, to the millisecond."""


class Answer(BaseModel):
    """A part of an answer: what is absent is null, not missing."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class By(Answer):
    """Who did it."""

    kind: Literal["person", "policy", "timeout", "client"]
    id: str
    name: str
    email: str | None

    @classmethod
    def of(cls, actor: Actor) -> By:
        return cls(kind=actor.kind, id=actor.id, name=actor.name, email=actor.email)


def instant(at_ms: int | None) -> Instant | None:
    """The instant in words, null where there is none."""
    return None if at_ms is None else iso(at_ms)
