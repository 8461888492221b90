"""A policy file's form: what may be written, and what each part means.

Durations are written as `1d` and held in seconds; everything else is held as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, model_validator
from pydantic.json_schema import WithJsonSchema

from policies.atoms import (
    Because,
    Channel,
    Condition,
    Currency,
    Duration,
    InputName,
    Name,
    Number,
    PayloadField,
    Reviewer,
    distinct,
    is_group,
    words,
)
from policies.calendar import in_words
from policies.hours import known_zone, weekdays, windows
from policies.plan import FieldFormat, FieldType, Frozen, Outcome, Route
from policies.wording import kind_of, listing

T = TypeVar("T")

USUAL_EXPIRY_S = 7 * 86_400
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "latency_tolerance": "It can wait for a person.",
        "ambiguity": "It is not clear what is right here.",
        "impact_radius": "It reaches far: many people, or much money.",
        "rework_cost": "A mistake would be costly to put right.",
        "frequency": "It happens seldom, so a look costs little.",
        "learning_potential": "A person's answer would teach something.",
    }
)
"""The six questions of risk, with what is said when one is raised and the policy says nothing."""

SIGNAL_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "confidence": "The requester is not sure enough.",
        "reversible": "It can't simply be undone.",
        "affected": "It affects many.",
        "anomaly": "Something about it is unusual.",
    }
)
"""The same for the signals that every request can bring."""

MAX_COUNT = 1_000_000
MAX_SUM = 1_000_000_000
"""In millionths this still leaves a double room for the sum of all that fits into a limit."""


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


_FORMATS: Mapping[FieldFormat, tuple[FieldType, ...]] = MappingProxyType(
    {"money": ("number", "integer"), "date": ("string",), "url": ("string",)}
)


class Input(Frozen):
    """One field of the payload: what it may hold and how it is shown.

    Numbers are IEEE doubles, as in JSON: 0.1 + 0.2 is not 0.3, so compare sums of money with a
    threshold (`>= 50`) and not for equality. `max_length` counts characters or list elements. A
    `secret` input is executed and never shown; an `editable` one may be changed while approving.
    """

    type: FieldType
    label: Annotated[str, *words(75)] | None = None
    format: FieldFormat = "plain"
    currency: Currency | None = None
    enum: Annotated[tuple[Any, ...], Field(min_length=1, max_length=100)] | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    max_length: Annotated[int, Field(strict=True, ge=1, le=65_536)] | None = None
    required: StrictBool = True
    secret: StrictBool = False
    editable: StrictBool = False

    @model_validator(mode="after")
    def _parts_fit_the_type(self) -> Self:
        for key, types in self._restricted():
            if self.type not in types:
                raise ValueError(f"`{key}` goes with type {listing(types, 'or')}, not {self.type}")
        if self.currency and self.format != "money":
            raise ValueError("`currency` goes with format: money")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("`minimum` is above `maximum`")
        if self.secret and self.editable:
            raise ValueError("a `secret` input is never shown, so that nobody can edit it")
        self._check_enum()
        return self

    def _restricted(self) -> Iterable[tuple[str, tuple[FieldType, ...]]]:
        if self.format in _FORMATS:
            yield f"format: {self.format}", _FORMATS[self.format]
        if self.enum is not None:
            yield "enum", ("string", "number", "integer")
        if self.minimum is not None or self.maximum is not None:
            yield "minimum` and `maximum", ("number", "integer")
        if self.max_length is not None:
            yield "max_length", ("string", "list")
        if self.editable:
            yield "editable", ("string", "number", "integer", "boolean")

    def _check_enum(self) -> None:
        right: tuple[type, ...] = (str,) if self.type == "string" else (int, float)
        for value in self.enum or ():
            if isinstance(value, bool) or not isinstance(value, right):
                raise ValueError(f"`enum` lists {kind_of(value)} for type {self.type}")
        distinct(self.enum or ())


class Signal(Input):
    """Something that the policy wants to be told about a request, beside its payload."""

    type: Literal["string", "number", "integer", "boolean"]
    required: StrictBool = False

    @model_validator(mode="after")
    def _is_shown(self) -> Self:
        if self.secret or self.editable:
            raise ValueError("`secret` and `editable` go with inputs; a signal is always shown")
        return self


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
        return self


Quorum = Annotated[
    int | Literal["all"],
    BeforeValidator(_quorum),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 20}, {"enum": ["any", "all"]}]}
    ),
]
Reviewers = Annotated[
    tuple[Reviewer, ...], Field(min_length=1, max_length=50), AfterValidator(distinct)
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


class Limit(Frozen):
    """How much a rule may let through by itself within a sliding `window`.

    At most `count` requests, and at most `most` when their `sum` is added up; `per` counts for each
    value of an input by itself.
    """

    count: Annotated[int, Field(strict=True, ge=1, le=MAX_COUNT)] | None = None
    sum: PayloadField | None = None
    most: Annotated[Number, Field(gt=0, le=MAX_SUM)] | None = None
    per: PayloadField | None = None
    window: Duration

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.count is None and self.sum is None:
            raise ValueError("write `count`, or `sum` and `most`, or all three")
        if (self.sum is None) != (self.most is None):
            raise ValueError("`sum` and `most` go together")
        return self


class Rule(Frozen):
    """When its condition holds (always, when it has none), what is done, and why."""

    id: Name
    when: Condition | None = None
    then: Route
    because: Because
    for_s: Duration | None = Field(default=None, alias="for")
    stop: Literal[Route.REVIEW, Route.REJECT] | None = None
    limit: Limit | None = None
    review: Review | None = None

    @model_validator(mode="after")
    def _parts_fit_the_route(self) -> Self:
        allowed = {
            "for": (self.for_s, (Route.WATCH,)),
            "stop": (self.stop, (Route.WATCH,)),
            "limit": (self.limit, (Route.APPROVE, Route.WATCH)),
            "review": (self.review, (Route.WATCH, Route.REVIEW)),
        }
        for key, (value, routes) in allowed.items():
            if value is not None and self.then not in routes:
                raise ValueError(f"`{key}` goes with then: {listing(routes, 'or')}")
        if self.then is Route.WATCH and self.for_s is None:
            raise ValueError("then: watch needs `for`, such as for: 15m")
        return self


class Question(Frozen):
    """When a risk is raised, and what is said then. A condition alone is short for `when`."""

    when: Condition
    because: Because | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"when": value}


class Expectation(Frozen):
    """A test of the policy: for these facts, what is expected.

    `expect` is the id of the rule that decides, or the route where none does. `spent` names rules
    whose limit is used up; `quorum` is how many people have to approve.
    """

    name: Annotated[str, *words(100)] | None = None
    payload: dict[str, Any] = Field(default_factory=dict)
    signals: dict[str, Any] = Field(default_factory=dict)
    spent: tuple[Name, ...] = ()
    expect: Name
    quorum: Annotated[int, Field(strict=True, ge=1, le=200)] | None = None


def _told_apart(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    distinct(tuple(f"rule {rule.id}" for rule in rules))
    return rules


class Policy(Frozen):
    """One policy file. Without `inputs` any payload is taken.

    Without `rules` the number of raised risk flags decides, and without `risk` a person. `auto`
    lets such a policy approve what raises none. `reversible` says of everything that it asks for
    whether it can be undone.
    """

    policy: Name
    description: Annotated[str, *words(1_000)] | None = None
    reversible: StrictBool | None = None
    inputs: Annotated[dict[InputName, Input], Field(max_length=50)] | None = None
    signals: Annotated[dict[InputName, Signal], Field(max_length=20)] = Field(default_factory=dict)
    risk: Annotated[dict[Name, Question], Field(max_length=30)] = Field(default_factory=dict)
    auto: StrictBool = False
    review: Review
    rules: Annotated[tuple[Rule, ...], Field(max_length=200), AfterValidator(_told_apart)] = ()
    tests: Annotated[tuple[Expectation, ...], Field(max_length=200)] = ()
