"""What clients send: the fields of each call, and what is wrong with those that don't fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain.request import Status
from app.service import Ask

from .errors import FieldTooLarge, InvalidRequest
from .preferences import LONGEST_WAIT_S
from .strict_json import size

LARGEST = {"payload": 64_000, "context": 256_000, "signals": 16_000, "metadata": 16_000}
"""Bytes of compact JSON that each of these fields may have."""

LARGEST_DRAFT = 256 * 1024
"""Bytes of a draft's text, as many as a policy file may have."""

_PROBLEMS_SHOWN = 20
_NAME_SHOWN = 100  # characters

_ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"  # and not blank
_VISIBLE_ASCII = r"^[\x21-\x7e]+$"
_PERSON = r"^([UW][A-Z0-9]{6,20}|[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)$"
"""A Slack user id, or an e-mail address and nothing about it: no name, no `mailto:`, no mention."""

_FORMS = {
    _ONE_LINE: "has to be one line of text, neither blank nor with control characters",
    _VISIBLE_ASCII: "has to be visible ASCII characters, without spaces",
    _PERSON: "has to be a Slack user id or a plain e-mail address, with nothing around it",
}
"""What a pattern asks for, in words."""

Key = Annotated[str, Field(min_length=1, max_length=255, pattern=_VISIBLE_ASCII)]


class NewRequest(BaseModel):
    """What a client wants to do, for somebody or a policy to decide."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "title": "Refund 240.00 USD to Acme",
                    "payload": {"amount": 240, "customer": "Acme", "tier": "standard"},
                    "policy": "refund",
                    "context": {"ticket": "https://support.example.com/t/4711"},
                    "signals": {"confidence": 0.7},
                    "on_behalf_of": "ana@example.com",
                    "callback_url": "https://workflow.example.com/hooks/decided",
                    "metadata": {"run": "8f2c"},
                    "idempotency_key": "refund-4711-1",
                }
            ]
        },
    )

    title: str = Field(
        min_length=1,
        max_length=200,
        pattern=_ONE_LINE,
        description="One line in the requester's words. Reviewers see it marked as such.",
    )
    payload: dict[str, Any] = Field(
        description="What will be executed. The reviewer sees it drawn by the server, the digest "
        "binds it, and the decision gives it back. At most 64 kB."
    )
    policy: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="The policy that decides. Without it the client's default policy does, and "
        "without one `default`, which always asks a person.",
    )
    context: Any = Field(
        default=None,
        description="Anything that helps the reviewer. Shown, not bound by the digest. "
        "At most 256 kB.",
    )
    signals: dict[str, Any] = Field(
        default_factory=dict,
        description="What the client says about its own request, such as a confidence, "
        "for the policy's conditions. At most 16 kB.",
    )
    on_behalf_of: str | None = Field(
        default=None,
        max_length=320,
        pattern=_PERSON,
        description="The person who asks: a Slack user id or an e-mail address. They can't decide "
        "this request, and are told how it ended.",
    )
    callback_url: str | None = Field(
        default=None,
        min_length=1,
        max_length=2048,
        description="Where the decision is sent, signed as in Standard Webhooks. An address that "
        "may not be sent to is refused.",
    )
    callback_on: Literal["always", "human"] = Field(
        default="always",
        description="`human` sends no callback for what the policy approves or rejects itself.",
    )
    metadata: dict[str, Any] = Field(
        default_factory=dict,
        description="Given back as it is, in answers and callbacks. At most 16 kB.",
    )
    idempotency_key: Key | None = Field(
        default=None,
        description="The same key with the same body gives the same request again. "
        "The header Idempotency-Key does the same.",
    )

    def ask(self, idempotency_key: str | None) -> Ask:
        """What the service takes. Raises `FieldTooLarge`."""
        fields = _within_limits(self)
        return Ask(**{**fields, "idempotency_key": idempotency_key})


class Trial(BaseModel):
    """A request that nobody opens, to see what a policy would do with it and why."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "payload": {"amount": 240, "customer": "Acme", "tier": "standard"},
                    "signals": {"confidence": 0.7},
                }
            ]
        },
    )

    payload: dict[str, Any] = Field(description="As in a request. At most 64 kB.")
    signals: dict[str, Any] = Field(
        default_factory=dict, description="As in a request. At most 16 kB."
    )
    draft: str | None = Field(
        default=None,
        description="The text of a policy file, which is asked instead of the policy in force. "
        "At most 256 kB.",
    )

    def within_limits(self) -> Self:
        """Itself. Raises `FieldTooLarge`."""
        _within_limits(self)
        if self.draft is not None and len(self.draft.encode()) > LARGEST_DRAFT:
            raise FieldTooLarge(
                "The draft is too large.",
                (("draft", f"larger than {LARGEST_DRAFT:,} bytes"),),
                "A policy needs far less.",
            )
        return self


class SignalsReport(BaseModel):
    """What a monitor has found out about a request."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"signals": {"anomaly": True}}]},
    )

    signals: dict[str, Any] = Field(
        min_length=1,
        description="By the names that the policy of the request knows. One that this monitor "
        "reported before is replaced; `anomaly: true` and `reversible: false` end a watch. "
        "At most 16 kB.",
    )

    def within_limits(self) -> Self:
        """Itself. Raises `FieldTooLarge`."""
        _within_limits(self)
        return self


class Withdrawal(BaseModel):
    """Why a client takes its request back."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"reason": "Paid by hand."}]}
    )

    reason: str | None = Field(
        default=None, max_length=2000, description="For the reviewers, who see it on the card."
    )


class Nothing(BaseModel):
    """A call without fields: no body, or an empty object."""

    model_config = ConfigDict(extra="forbid")


class IdempotencyHeader(BaseModel):
    """What the header Idempotency-Key has to look like."""

    key: Key = Field(alias="Idempotency-Key")


class Wait(BaseModel):
    """How to look at one request."""

    model_config = ConfigDict(extra="forbid")

    wait: int = Field(
        default=0,
        ge=0,
        le=LONGEST_WAIT_S,
        description="Seconds to wait for a decision. The answer comes as soon as there is one.",
    )


class Listing(BaseModel):
    """Which requests to list."""

    model_config = ConfigDict(extra="forbid")

    status: Status | None = Field(default=None, description="Only those that stand so.")
    policy: str | None = Field(
        default=None, min_length=1, max_length=100, description="Only those that it judged."
    )
    cursor: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[A-Za-z0-9_.:=-]+$",
        description="The `cursor` of the page before; the header Link has the whole address.",
    )
    limit: int = Field(default=50, ge=1, le=100, description="Requests on a page, at most.")


M = TypeVar("M", bound=BaseModel)


def fit(model: type[M], value: object) -> M:
    """`value` as `model`. Raises `InvalidRequest` with every field that doesn't fit."""
    if not isinstance(value, dict):
        raise InvalidRequest("The body has to be a JSON object.", ())
    try:
        return model.model_validate(value)
    except ValidationError as error:
        refused = refusal(error.errors(include_input=False, include_url=False), model.model_fields)
    raise refused


def refusal(errors: Iterable[Mapping[str, Any]], known: Iterable[str]) -> InvalidRequest:
    """pydantic's errors in our words; an unknown field with the nearest `known` names."""
    names = list(known)
    problems = [_problem(error, names) for error in islice(errors, _PROBLEMS_SHOWN)]
    return InvalidRequest("The request has fields that don't fit.", tuple(problems))


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


def _within_limits(model: BaseModel) -> dict[str, Any]:
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
