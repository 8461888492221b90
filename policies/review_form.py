"""The `review` of a policy file: who is asked, what they can answer, and how long they have."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, model_validator
from pydantic.json_schema import WithJsonSchema

from policies.atoms import Channel, InputName, Name, Reviewers, distinct, is_group, span, words
from policies.plan import Assignment, Frozen, Outcome
from policies.sla_form import Sla


def _quorum(value: object) -> object:
    if value == "any":
        return 1
    if value == "all":
        return value
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 20:
        raise ValueError("write how many people must approve: a number from 1 to 20, any, or all")
    return value


def _with_approve(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    if Outcome.APPROVE not in outcomes:
        raise ValueError("`outcomes` must contain approve, or nothing could ever go ahead")
    return outcomes


UndoWindow = Annotated[int, *span(5, 3_600, "30s", "5m")]
"""Nothing goes on before it is over, so that it is for slips and not for second thoughts."""

Quorum = Annotated[
    int | Literal["all"],
    BeforeValidator(_quorum),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 20}, {"enum": ["any", "all"]}]}
    ),
]


def can_be_met(reviewers: tuple[str, ...], quorum: int | Literal["all"]) -> None:
    """ValueError where these reviewers can never be so many."""
    group = next((ref for ref in reviewers if is_group(ref)), None)
    if quorum == "all" and group:
        raise ValueError(f"`quorum: all` needs people by name; {group} is a group")
    if group is None and people(reviewers, quorum) > len(reviewers):
        named = "one person is" if len(reviewers) == 1 else f"{len(reviewers)} people are"
        raise ValueError(f"{named} named, so {quorum} can never approve")


def people(reviewers: tuple[str, ...], quorum: int | Literal["all"]) -> int:
    """How many of the reviewers have to approve."""
    return len(reviewers) if quorum == "all" else quorum


class StageForm(Frozen):
    """Who is asked together, and how many of them must approve before the next stage."""

    name: Annotated[str, *words(60)] | None = None
    reviewers: Reviewers
    quorum: Quorum = 1
    assign: Assignment | None = None

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        can_be_met(self.reviewers, self.quorum)
        return self


class ChoiceForm(Frozen):
    """A button in place of Approve, Revise and Reject. `effect` says what it does.

    With `comment` it opens a form; a choice that asks for changes always does.
    """

    id: Name
    label: Annotated[str, *words(30)]
    outcome: Outcome = Outcome.APPROVE
    effect: Annotated[str, *words(200)] | None = None
    comment: StrictBool = False


def _some_approves(choices: tuple[ChoiceForm, ...]) -> tuple[ChoiceForm, ...]:
    distinct(tuple(f"choice {one.id}" for one in choices))
    distinct(tuple(f"label {one.label}" for one in choices))
    if not any(one.outcome is Outcome.APPROVE for one in choices):
        raise ValueError("one choice has to be an approval, or nothing could ever go ahead")
    return choices


class Review(Frozen):
    """Who is asked, where, how many must approve, and what they can answer.

    In a rule, `review` names what differs from the policy's own. `stages` stands in place of
    `reviewers` and `quorum`, `choices` in place of `outcomes`. `assign` holds for each stage that
    says nothing else. `confirm` names the input whose value has to be typed to approve; `undo` is
    how long whoever decided can take it back; `revisions` how often it may be asked again before
    the backups are asked at once. `shared_channels` lets it be shown in a channel that is shared
    with another organisation.
    """

    channel: Channel | None = None
    reviewers: Reviewers | None = None
    quorum: Quorum | None = None
    stages: Annotated[tuple[StageForm, ...], Field(min_length=1, max_length=10)] | None = None
    assign: Assignment | None = None
    cap: Annotated[int, Field(strict=True, ge=1, le=1_000)] | None = None
    overflow: Reviewers | None = None
    reject_quorum: Annotated[int, Field(strict=True, ge=1, le=20)] | None = None
    backups: Reviewers | None = None
    outcomes: (
        Annotated[tuple[Outcome, ...], AfterValidator(distinct), AfterValidator(_with_approve)]
        | None
    ) = None
    choices: (
        Annotated[
            tuple[ChoiceForm, ...],
            Field(min_length=1, max_length=10),
            AfterValidator(_some_approves),
        ]
        | None
    ) = None
    sla: Sla | None = None
    checklist: (
        Annotated[tuple[Annotated[str, *words(200)], ...], Field(min_length=1, max_length=10)]
        | None
    ) = None
    viewers: Reviewers | None = None
    shared_channels: StrictBool | None = None
    confirm: InputName | None = None
    undo: UndoWindow | None = None
    revisions: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _one_form_of_each(self) -> Self:
        if self.stages and (self.reviewers or self.quorum):
            raise ValueError("write `stages`, or `reviewers` and `quorum`, not both")
        if self.outcomes and self.choices:
            raise ValueError("write `outcomes` or `choices`, not both")
        if self.choices and len(self.stages or ()) > 1:
            raise ValueError("`choices` go with one stage; a second one could choose otherwise")
        if self.reviewers is not None:
            can_be_met(self.reviewers, self.quorum or 1)
        return self
