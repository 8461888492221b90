"""The `review` of a policy file: who is asked, what they can answer, and how long they have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, model_validator
from pydantic.json_schema import WithJsonSchema

from policies.atoms import Channel, Duration, Name, Reviewer, distinct, is_group, words
from policies.calendar import in_words
from policies.hours import known_zone, weekdays, windows
from policies.plan import Frozen, Outcome
from policies.wording import kind_of

T = TypeVar("T")

USUAL_EXPIRY_S = 7 * 86_400
_WEEKS = 104
"""Two years: what takes longer in open hours was not meant."""


def _of_text(read: Callable[[str], T]) -> Callable[[object], T]:
    """A check that there is text, read by `read`."""

    def check(value: object) -> T:
        if not isinstance(value, str):
            raise ValueError(f"write text here, not {kind_of(value)}; in quotes anything is text")
        return read(value)

    return check


def _iso_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no date; write one such as 2026-12-25") from None


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


def _told_once(times: tuple[int, ...]) -> tuple[int, ...]:
    distinct(tuple(map(in_words, times)))
    return times


Days = Annotated[
    tuple[int, ...],
    BeforeValidator(_of_text(weekdays), json_schema_input_type=str),
    WithJsonSchema({"type": "string", "examples": ["mon-fri", "mon, wed, fri"]}),
]
Windows = Annotated[
    tuple[tuple[int, int], ...],
    BeforeValidator(_of_text(windows), json_schema_input_type=str),
    WithJsonSchema({"type": "string", "examples": ["09:00-18:00", "09:00-12:30, 13:30-18:00"]}),
]
Day = Annotated[
    str,
    BeforeValidator(_of_text(_iso_day)),
    WithJsonSchema({"type": "string", "format": "date"}),
]


class HoursForm(Frozen):
    """Working hours: the durations of the SLA run in these alone, so that 8h are 8 open hours."""

    zone: Annotated[str, *words(64), AfterValidator(known_zone)]
    days: Days = (0, 1, 2, 3, 4)
    open: Windows = ((9 * 60, 17 * 60),)
    holidays: Annotated[tuple[Day, ...], Field(max_length=500)] = ()

    @property
    def weekly_s(self) -> int:
        """Open seconds of a week without holidays."""
        return len(self.days) * sum(end - begin for begin, end in self.open) * 60


class Sla(Frozen):
    """How long people have: after `expire` the request ends without an approval.

    `remind` and `escalate` come before it, in this order.
    """

    remind: Annotated[tuple[Duration, ...], Field(max_length=10), AfterValidator(_told_once)] = ()
    escalate: Duration | None = None
    expire_s: Duration = Field(default=USUAL_EXPIRY_S, alias="expire")
    hours: HoursForm | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        before = [*self.remind, *([self.escalate] if self.escalate else [])]
        if list(self.remind) != sorted(self.remind):
            raise ValueError("write `remind` in order, the first reminder first")
        if any(each >= self.expire_s for each in before):
            raise ValueError("`remind` and `escalate` have to come before `expire`")
        if self.hours is not None and self.expire_s > _WEEKS * self.hours.weekly_s:
            weekly = in_words(self.hours.weekly_s)
            raise ValueError(
                f"`hours` are open {weekly} a week, and `expire` ({in_words(self.expire_s)}) "
                "would take more than two years of them; write a shorter `expire`, or longer hours"
            )
        return self


def _told_apart(names: tuple[str, ...]) -> tuple[str, ...]:
    """An address is the same in capitals, and nobody is two of those who are asked."""
    distinct(tuple(name.casefold() for name in names))
    return names


Quorum = Annotated[
    int | Literal["all"],
    BeforeValidator(_quorum),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 20}, {"enum": ["any", "all"]}]}
    ),
]
Reviewers = Annotated[
    tuple[Reviewer, ...], Field(min_length=1, max_length=50), AfterValidator(_told_apart)
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
    `reviewers` and `quorum`, `choices` in place of `outcomes`.
    """

    channel: Channel | None = None
    reviewers: Reviewers | None = None
    quorum: Quorum | None = None
    stages: Annotated[tuple[StageForm, ...], Field(min_length=1, max_length=10)] | None = None
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
