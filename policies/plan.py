"""The review plan: who is asked, what they may answer, how long it may take.

A plan is frozen into the request that it was made for; a later edit of the policy file changes no
open request.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator


class Frozen(BaseModel):
    """A value: immutable, strict about types, refusing keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(StrEnum):
    """What a reviewer's answer means to the workflow."""

    APPROVE = "approve"
    REVISE = "revise"
    REJECT = "reject"


class Route(StrEnum):
    """How far a person is in the loop.

    `approve` and `reject` decide at once; `watch` goes ahead after a while unless somebody stops
    it; `review` waits for people.
    """

    APPROVE = "approve"
    WATCH = "watch"
    REVIEW = "review"
    REJECT = "reject"


FieldType = Literal["string", "number", "integer", "boolean", "list", "object"]
FieldFormat = Literal["plain", "money", "date", "url"]
Visible = Literal["everyone", "reviewers"]
"""Who is shown a value: whoever sees the request, or those alone who may come to decide it."""


class Field(Frozen):
    """How one field of the payload is drawn for the reviewer.

    A `secret` one is executed and never shown; an `editable` one may be changed while approving.
    One that is visible `elsewhere` is in a copy of the request from which its value was taken.
    """

    name: str
    label: str
    type: FieldType
    format: FieldFormat = "plain"
    currency: str | None = None
    secret: bool = False
    editable: bool = False
    visible: Visible | Literal["elsewhere"] = "everyone"


class Choice(Frozen):
    """A button of the policy's own: its label, what it means, and what it does in a sentence.

    With `comment` the button opens a form, and what is written there goes to the workflow.
    """

    id: str
    label: str
    outcome: Outcome
    effect: str
    comment: bool = False


Assignment = Literal["everyone", "least_loaded"]
"""Whom a stage asks: all of its reviewers, or those of them with the fewest open requests."""


class Stage(Frozen):
    """Reviewers as the policy names them (user id, e-mail, `@group`) and how many must approve.

    Whoever is named may decide, whether or not they were the ones who were asked.
    """

    reviewers: tuple[str, ...]
    quorum: int = 1
    name: str | None = None
    assign: Assignment = "everyone"


class Escalation(Frozen):
    """After `after_s` without a decision these may decide as well, and are asked to."""

    after_s: int
    ask: tuple[str, ...]


class Watch(Frozen):
    """Goes ahead `for_s` after people could see it, unless one of them stops it.

    `stop` says what stopping makes of it: a review, or a rejection.
    """

    for_s: int
    stop: Literal[Route.REVIEW, Route.REJECT] = Route.REVIEW


class Hours(Frozen):
    """Working hours: days of the week from 0, windows in minutes of the day, ISO dates without."""

    zone: str
    days: tuple[int, ...]
    open: tuple[tuple[int, int], ...]
    holidays: tuple[str, ...] = ()


class ReviewPlan(Frozen):
    """Everything a review needs to know; complete without the policy file.

    `choices`, where there are any, are the buttons; else each of `outcomes` is one. Stages follow
    one another. `viewers` may look at the request and not decide it. `escalations` are in order.
    With `hours` the durations until reminder, escalation and expiry run in open time alone.

    `reject_quorum` is how many people have to reject before it is rejected. Where a stage asks the
    least loaded, nobody is asked who has `cap` open requests already (None: however many); once
    nobody else is left to ask, the `overflow` is asked and may decide. A claim lapses after
    `claim_s`.

    `confirm` is the field whose value has to be typed to approve. A decision can be taken back for
    `undo_s` before it counts. Past `revisions` times of asking again the backups are asked at once.
    An approval whose result is not told within `result_s` is flagged. With `shared_channels` the
    request may be shown where people of another organisation read along.
    """

    channel: str | None
    stages: tuple[Stage, ...]
    outcomes: tuple[Outcome, ...]
    expire_s: int
    choices: tuple[Choice, ...] = ()
    checklist: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()
    watch: Watch | None = None
    remind_s: tuple[int, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    hours: Hours | None = None
    reject_quorum: int = 1
    cap: int | None = None
    overflow: tuple[str, ...] = ()
    claim_s: int = 1_800
    confirm: str | None = None
    undo_s: int | None = None
    revisions: int | None = None
    result_s: int | None = None
    shared_channels: bool = False

    @model_validator(mode="before")
    @classmethod
    def _one_escalation(cls, stored: Any) -> Any:
        """What the version before stored: one escalation, to the backups."""
        if not isinstance(stored, dict) or not stored.keys() & {"escalate_s", "backups"}:
            return stored
        rest = {key: stored[key] for key in stored.keys() - {"escalate_s", "backups"}}
        after_s, backups = stored.get("escalate_s"), stored.get("backups")
        steps = [{"after_s": after_s, "ask": backups}] if after_s and backups else []
        return {"escalations": steps, **rest}

    @property
    def backups(self) -> tuple[str, ...]:
        """Everybody whom an escalation asks, each once."""
        return tuple(dict.fromkeys(ref for step in self.escalations for ref in step.ask))

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Everybody whom a stage names, each once, in the plan's order."""
        named = (ref for stage in self.stages for ref in stage.reviewers)
        return tuple(dict.fromkeys(named))

    @property
    def named(self) -> tuple[str, ...]:
        """Everybody who may come to decide: reviewers, backups and the overflow, each once."""
        return tuple(dict.fromkeys((*self.reviewers, *self.backups, *self.overflow)))

    @property
    def people(self) -> int:
        """How many people have to approve, all stages together."""
        return sum(stage.quorum for stage in self.stages)

    def choice(self, choice_id: str | None) -> Choice | None:
        """The button of that id, None where the plan has none."""
        return next((one for one in self.choices if one.id == choice_id), None)


class Summary(Frozen):
    """The policy in plain English, for the person who is asked. One sentence or two each.

    `reasons` is what `why` says without the risk flags and the rule, for where these stand apart;
    empty in what was stored before there was one. `silence` is what happens to a review that nobody
    answers; `watching` what happens while it is only watched, None where it is not.
    """

    why: str
    reasons: str = ""
    buttons: tuple[tuple[Outcome, str], ...]
    silence: str
    watching: str | None = None


class Step(Frozen):
    """One rule as it was evaluated: whether it matched, and why in a phrase."""

    rule: str
    matched: bool
    phrase: str


class Flag(Frozen):
    """A risk question and its answer. `raised` is None where it could not be answered, which counts
    as raised wherever that asks for more care."""

    question: str
    raised: bool | None
    because: str
    phrase: str


class Allowance(Frozen):
    """What an approval without a person uses up of its rule's limit, counted in its own commit.

    Within `window_s` at most `count` approvals, whose `cost` adds up to at most `most`. Sums are in
    millionths, so that they add up exactly. `key` tells apart what is counted separately.
    """

    rule: str
    key: str
    window_s: int
    count: int | None = None
    most: int | None = None
    cost: int = 0


class Evaluation(Frozen):
    """What a policy says about one request.

    `rule` is the id of the rule that decided, or None when none did: no rule held, or an error
    made it a review; then `error` says what went wrong. `plan` is None exactly when `route` decides
    by itself. `flags` answers the risk questions of the policy, `allowance` is what an approval
    without a person has to find room for. An approval can be used for `valid_s` from the decision
    on; None as long as the request is kept.
    """

    route: Route
    rule: str | None
    because: str
    plan: ReviewPlan | None
    fields: tuple[Field, ...]
    summary: Summary
    trace: tuple[Step, ...]
    error: str | None = None
    flags: tuple[Flag, ...] = ()
    allowance: Allowance | None = None
    valid_s: int | None = None

    @property
    def high_impact(self) -> bool:
        """Whether it reaches far, or may: an approval never takes a single tap then."""
        return any(
            flag.question in ("impact_radius", "affected") and flag.raised is not False
            for flag in self.flags
        )
