"""What is wrong with what clients send, in our words: each field that does not fit, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from .errors import FieldTooLarge, InvalidRequest
from .strict_json import size

LARGEST = {"payload": 64_000, "context": 256_000, "signals": 16_000, "metadata": 16_000}
"""Bytes of compact JSON that each of these fields may have."""

_PROBLEMS_SHOWN = 20
_NAME_SHOWN = 100  # characters

ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"  # and not blank
VISIBLE_ASCII = r"^[\x21-\x7e]+$"
PERSON = r"^([UW][A-Z0-9]{6,20}|[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)$"
"""A Slack user id, or an e-mail address and nothing about it: no name, no `mailto:`, no mention."""

LINK = r"^https?://[\x21-\x7e]+$"
DIGEST = r"^[0-9a-f]{64}$"

_FORMS = {
    ONE_LINE: "has to be one line of text, neither blank nor with control characters",
    VISIBLE_ASCII: "has to be visible ASCII characters, without spaces",
    LINK: "has to be an address that begins with https:// or http://",
    PERSON: "has to be a Slack user id or a plain e-mail address, with nothing around it",
    DIGEST: "has to be the whole digest, 64 lower-case hex digits",
}
"""What a pattern asks for, in words."""

M = TypeVar("M", bound=BaseModel)


def fit(model: type[M], value: object) -> M:
    """`value` as `model`. Raises `InvalidRequest` with every field that doesn't fit."""
    if not isinstance(value, dict):
        raise InvalidRequest(
            "The body has to be a JSON object.",
            (),
            "GET /openapi.json has an example for every call.",
        )
    try:
        return model.model_validate(value)
    except ValidationError as error:
        refused = refusal(error.errors(include_input=False, include_url=False), model.model_fields)
    raise refused


def refusal(errors: Iterable[Mapping[str, Any]], known: Iterable[str]) -> InvalidRequest:
    """pydantic's errors in our words; an unknown field with the nearest `known` names."""
    names = list(known)
    problems = [_problem(error, names) for error in islice(errors, _PROBLEMS_SHOWN)]
    return InvalidRequest(
        "The request has fields that don't fit.",
        tuple(problems),
        "Mend the fields that `errors` names; GET /openapi.json describes each.",
    )


def _problem(error: Mapping[str, Any], known: list[str]) -> tuple[str, str]:
    field = ".".join(str(step) for step in error["loc"])[:_NAME_SHOWN]
    if error["type"] == "extra_forbidden":
        return field, _unknown(field, known)
    if error["type"] == "missing":
        return field, "is missing"
    if error["type"] == "too_short":
        return field, "has to hold at least one"
    if error["type"] == "string_pattern_mismatch":
        return field, _FORMS.get(error["ctx"]["pattern"], error["msg"])
    return field, error["msg"]


def _unknown(field: str, known: list[str]) -> str:
    near = " or ".join(get_close_matches(field, known, n=2))
    return f"is not a field; did you mean {near}?" if near else "is not a field"


def within_limits(model: BaseModel) -> dict[str, Any]:
    """The fields of `model`, none of them too large."""
    fields = {name: getattr(model, name) for name in type(model).model_fields}
    for name, limit in LARGEST.items():
        if name in fields and size(fields[name]) > limit:
            raise FieldTooLarge(
                f"The {name} is too large.",
                ((name, f"larger than {limit:,} bytes of JSON"),),
                "Put a link to what is large into it instead.",
            )
    return fields
