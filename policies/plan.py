"""The review plan: who is asked, what they may answer, how long it may take.

A plan is frozen into the request that it was made for; a later edit of the policy file changes no
open request.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: immutable, strict about types, refusing keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(StrEnum):
    """What a reviewer can answer; one button each."""

    APPROVE = "approve"
    REVISE = "revise"
    REJECT = "reject"


class Route(StrEnum):
    """What a policy does with a request: decide it at once, or ask a person."""

    APPROVE = "approve"
    REJECT = "reject"
    REVIEW = "review"


FieldType = Literal["string", "number", "integer", "boolean", "list", "object"]
FieldFormat = Literal["plain", "money", "date", "url"]


class Field(Frozen):
    """How one field of the payload is drawn for the reviewer."""

    name: str
    label: str
    type: FieldType
    format: FieldFormat = "plain"
    currency: str | None = None


class Stage(Frozen):
    """Reviewers as the policy names them (user id, e-mail, `@group`) and how many must approve."""

    reviewers: tuple[str, ...]
    quorum: int = 1


class ReviewPlan(Frozen):
    """Everything a review needs to know; complete without the policy file."""

    channel: str | None
    stages: tuple[Stage, ...]
    outcomes: tuple[Outcome, ...]
    expire_s: int

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Everybody whom the plan names, each once, in its order."""
        named = (ref for stage in self.stages for ref in stage.reviewers)
        return tuple(dict.fromkeys(named))


class Summary(Frozen):
    """The policy in plain English, for the person who is asked. One sentence or two each."""

    why: str
    buttons: tuple[tuple[Outcome, str], ...]
    silence: str


class Step(Frozen):
    """One rule as it was evaluated: whether it matched, and why in a phrase."""

    rule: str
    matched: bool
    phrase: str


class Evaluation(Frozen):
    """What a policy says about one request.

    `rule` is the id of the rule that decided, or None when none did: no rule held, or an error
    made it a review; then `error` says what went wrong. `plan` is None exactly when `route` decides
    by itself.
    """

    route: Route
    rule: str | None
    because: str
    plan: ReviewPlan | None
    fields: tuple[Field, ...]
    summary: Summary
    trace: tuple[Step, ...]
    error: str | None = None
