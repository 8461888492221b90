"""A policy file's form: what may be written, and what each part means.

Durations are written as `1d` and held in seconds; everything else is held as it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator

from policies.atoms import (
    Because,
    Condition,
    Currency,
    Duration,
    InputName,
    Name,
    Number,
    PayloadField,
    Validity,
    distinct,
    words,
)
from policies.plan import FieldFormat, FieldType, Frozen, Route, Visible
from policies.review_form import Review
from policies.wording import kind_of, listing

MAX_COUNT = 1_000_000
MAX_SUM = 1_000_000_000
"""In millionths this still leaves a double room for the sum of all that fits into a limit."""


_FORMATS: Mapping[FieldFormat, tuple[FieldType, ...]] = MappingProxyType(
    {"money": ("number", "integer"), "date": ("string",), "url": ("string",)}
)


class Input(Frozen):
    """One field of the payload: what it may hold and how it is shown.

    Numbers are IEEE doubles, as in JSON: 0.1 + 0.2 is not 0.3, so compare sums of money with a
    threshold (`>= 50`) and not for equality. `max_length` counts characters or list elements. A
    `secret` input is executed and never shown; an `editable` one may be changed while approving;
    `visible` says who is shown one that is not secret.
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
    visible: Visible = "everyone"

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
        if self.secret and self.visible == "reviewers":
            raise ValueError(
                "a `secret` input is shown to nobody, reviewers included; take `secret` out, or "
                "`visible`"
            )
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
        if self.secret or self.editable or self.visible != "everyone":
            raise ValueError(
                "`secret`, `editable` and `visible` go with inputs; a signal is always shown"
            )
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
    whether it can be undone. `by_hand` lets people ask for it in Slack. `valid` is how long after
    the decision an approval can be used.
    """

    policy: Name
    description: Annotated[str, *words(1_000)] | None = None
    reversible: StrictBool | None = None
    by_hand: StrictBool = True
    valid: Validity | None = None
    inputs: Annotated[dict[InputName, Input], Field(max_length=50)] | None = None
    signals: Annotated[dict[InputName, Signal], Field(max_length=20)] = Field(default_factory=dict)
    risk: Annotated[dict[Name, Question], Field(max_length=30)] = Field(default_factory=dict)
    auto: StrictBool = False
    review: Review
    rules: Annotated[tuple[Rule, ...], Field(max_length=200), AfterValidator(_told_apart)] = ()
    tests: Annotated[tuple[Expectation, ...], Field(max_length=200)] = ()
