"""The header Idempotency-Key: a call that is made again is answered as it was the first time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from .errors import IdempotencyKeysDiffer
from .fitting import fit
from .wire import Key

REPLAYED = "Idempotent-Replayed"


class _Header(BaseModel):
    """What the header has to look like."""

    key: Key = Field(alias="Idempotency-Key")


def parameter(does: str) -> dict[str, Any]:
    """The header as the API description has it, and what it does there."""
    schema = _Header.model_json_schema()["properties"]["Idempotency-Key"]
    return {"name": "Idempotency-Key", "in": "header", "description": does, "schema": schema}


def key_of(headers: Sequence[str], field: str | None = None) -> str | None:
    """The one key that a call names, in its headers or in a field of its body.

    Raises `InvalidRequest`, and `IdempotencyKeysDiffer` for two of them.
    """
    keys = {fit(_Header, {"Idempotency-Key": header}).key for header in headers}
    if field is not None:
        keys.add(field)
    if len(keys) > 1:
        raise IdempotencyKeysDiffer(
            "The call names two idempotency keys.",
            "Send one; as the header Idempotency-Key or, opening a request, as its field.",
        )
    return next(iter(keys), None)
