"""What clients send: the fields of each call."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from app.ask import Ask
from app.domain.gate import LONGEST_REASON
from app.domain.request import Body, Status

from .errors import FieldTooLarge
from .fitting import DIGEST, LINK, ONE_LINE, PERSON, VISIBLE_ASCII, within_limits
from .preferences import LONGEST_WAIT_S

LARGEST_DRAFT = 256 * 1024
"""Bytes of a draft's text, as many as a policy file may have."""

Key = Annotated[str, Field(min_length=1, max_length=255, pattern=VISIBLE_ASCII)]


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
        pattern=ONE_LINE,
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
        pattern=PERSON,
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
        fields = within_limits(self)
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
        within_limits(self)
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
        within_limits(self)
        return self


class Resubmission(BaseModel):
    """What is asked again, after a reviewer wanted changes. What is left out stays as it was."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "payload": {"amount": 200, "customer": "Acme", "tier": "standard"},
                    "context": {"why": "Without the shipping, as you wanted."},
                    "callback_url": "https://workflow.example.com/hooks/decided/2",
                }
            ]
        },
    )

    payload: dict[str, Any] = Field(
        description="The whole payload, as it should be executed now. At most 64 kB."
    )
    title: str | None = Field(default=None, min_length=1, max_length=200, pattern=ONE_LINE)
    context: Any = Field(default=None, description="At most 256 kB.")
    signals: dict[str, Any] | None = Field(default=None, description="At most 16 kB.")
    callback_url: str | None = Field(
        default=None,
        min_length=1,
        max_length=2048,
        description="Where the decision on this one is sent.",
    )
    callback_on: Literal["always", "human"] | None = None
    metadata: dict[str, Any] | None = Field(default=None, description="At most 16 kB.")

    def ask(self, before: Body) -> Ask:
        """What the service takes, what was left out being as `before`. Raises `FieldTooLarge`."""
        sent = {name: given for name, given in within_limits(self).items() if given is not None}
        names = ("title", "context", "signals", "callback_url", "callback_on", "metadata")
        return Ask(**{**{name: getattr(before, name) for name in names}, **sent})


class Consumption(BaseModel):
    """What the client is about to act on."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"digest": "5f0c1a9e" * 8}]}
    )

    digest: str = Field(
        pattern=DIGEST,
        description="The `digest` of the decision, as the callback or the request has it.",
    )


class ResultReport(BaseModel):
    """What came of an approval."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "ok": True,
                    "text": "Refund sent, re_123",
                    "link": "https://pay.example.com/refunds/re_123",
                }
            ]
        },
    )

    ok: bool = Field(description="Whether it was done.")
    text: str = Field(
        min_length=1,
        max_length=500,
        pattern=ONE_LINE,
        description="What came of it, in a line: for the card, its thread and the record.",
    )
    link: str | None = Field(
        default=None,
        max_length=2048,
        pattern=LINK,
        description="Where to see it: http or https.",
    )


class Withdrawal(BaseModel):
    """Why a client takes its request back."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"reason": "Paid by hand."}]}
    )

    reason: str | None = Field(
        default=None, max_length=2000, description="For the reviewers, who see it on the card."
    )


class NewPause(BaseModel):
    """Why everything should stand still."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"reason": "Refunds look odd since noon"}]},
    )

    reason: str = Field(
        min_length=1,
        max_length=LONGEST_REASON,
        pattern=ONE_LINE,
        description="One line, for the admin channel; the record has its SHA-256 alone.",
    )


class Nothing(BaseModel):
    """A call without fields: no body, or an empty object."""

    model_config = ConfigDict(extra="forbid")


class Wait(BaseModel):
    """How to look at one request."""

    model_config = ConfigDict(extra="forbid")

    wait: int = Field(
        default=0,
        ge=0,
        le=LONGEST_WAIT_S,
        description="Seconds to wait for a decision. The answer comes as soon as there is one.",
    )


class TrailPage(BaseModel):
    """Which part of a trail."""

    model_config = ConfigDict(extra="forbid")

    cursor: int = Field(
        default=0,
        ge=0,
        le=999_999_999,
        description="The `cursor` of the page before; the header Link has the whole address.",
    )
    limit: int = Field(default=100, ge=1, le=500, description="Entries on a page, at most.")


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
