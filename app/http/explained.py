"""What a policy would do with a request, as clients get it: rules, people, timeline."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from app.ports import Explained
from policies.plan import Assignment, Outcome, Route, Summary
from policies.timeline import Moment

from .answers import FlagAnswer
from .examples import EXPLAINED
from .shape import Answer, Instant, instant


class PartAnswer(Answer):
    """One operand of a rule's condition. `holds` is null where it could not be evaluated."""

    text: str
    holds: bool | None
    phrase: str


class RuleAnswer(Answer):
    """A rule as it was met, or was not reached. `parts` are its condition's, `limit` in words."""

    rule: str
    then: Route
    because: str
    reached: bool
    matched: bool
    phrase: str
    joined_by: Literal["&&", "||"] | None
    parts: list[PartAnswer]
    limit: str | None


class SummaryAnswer(Answer):
    """The policy in plain English, as a reviewer reads it; one sentence for each button."""

    why: str
    buttons: list[str]
    silence: str
    watching: str | None

    @classmethod
    def of(cls, summary: Summary) -> SummaryAnswer:
        return cls(
            why=summary.why,
            buttons=[says for _, says in summary.buttons],
            silence=summary.silence,
            watching=summary.watching,
        )


class AskedAnswer(Answer):
    """One stage: who may decide, whether all of them are asked, and how many must approve."""

    name: str | None
    reviewers: list[str]
    quorum: int
    assign: Assignment


class ButtonAnswer(Answer):
    """What a reviewer can press, and what it does."""

    label: str
    outcome: Outcome
    effect: str


class PeopleAnswer(Answer):
    """Who would be asked, where, what they could answer, and who may look."""

    channel: str | None
    stages: list[AskedAnswer]
    reject_quorum: int
    buttons: list[ButtonAnswer]
    checklist: list[str]
    viewers: list[str]
    hours: str | None = Field(description="The working hours in which time runs; null for always.")


class MomentAnswer(Answer):
    """What happens when nobody answers: so many seconds after the request is shown, and what.

    `at` is when, were it opened now. A watch also tells what happens once somebody stopped it:
    `since` is `stopped` then, and `at` is null.
    """

    after_s: int
    after: str
    since: Literal["shown", "stopped"]
    at: Instant | None
    what: str

    @classmethod
    def of(cls, moment: Moment) -> MomentAnswer:
        at_ms = None if moment.at is None else round(moment.at.timestamp() * 1000)
        return cls.model_validate(moment.model_dump() | {"at": instant(at_ms)})


class ExplanationAnswer(Answer):
    """What would come of a request, and every reason for it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXPLAINED]})

    policy: str
    policy_hash: str
    draft: bool = Field(description="Whether a draft was asked instead of the policy in force.")
    route: Route
    rule: str | None
    because: str
    error: str | None = Field(description="Set where an error would make it a review.")
    summary: SummaryAnswer
    rules: list[RuleAnswer]
    flags: list[FlagAnswer]
    people: PeopleAnswer | None = Field(description="Null where nobody would be asked.")
    valid: str | None = Field(
        description="How long after the decision an approval can be used; null for as long as the "
        "request is kept."
    )
    timeline: list[MomentAnswer]

    @classmethod
    def of(cls, explained: Explained, *, draft: bool) -> ExplanationAnswer:
        said = explained.explanation
        return cls.model_validate(
            {
                **said.model_dump(),
                "summary": SummaryAnswer.of(said.summary),
                "timeline": [MomentAnswer.of(moment) for moment in said.timeline],
                "policy": explained.policy,
                "policy_hash": explained.policy_hash,
                "draft": draft,
            }
        )
