"""A policy file's form: what may be written, and what each part means.

Durations are written as `1d` and held in seconds; everything else is held as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, model_validator

from policies.calendar import duration_s, in_words
from policies.plan import FieldFormat, FieldType, Frozen, Outcome, Route
from policies.wording import kind_of, listing

MAX_NUMBER = 2**53
"""Numbers stay within plus and minus this: up to here an IEEE double holds every integer."""
NOT_YET = frozenset(
    {
        *("risk", "tests", "review", "watch", "for", "limit", "checklist"),
        *("stages", "backups", "choices", "remind", "escalate", "hours"),
    }
)
"""Keys that belong to the design of a policy file and not to this version of it."""

_MINUTE, _DAY = 60, 86_400
_SHORTEST_S, _LONGEST_S, _USUAL_S = _MINUTE, 90 * _DAY, 7 * _DAY

H = TypeVar("H", bound=Hashable)


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"write text here, not {kind_of(value)}; in quotes anything is text")
    return value


def _fitting(pattern: str, advice: str) -> Callable[[str], str]:
    """A check that the whole text matches, with advice for one that doesn't."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"{text[:80]!r} won't do here: {advice}")
        return text

    return check


def _between(least: int, most: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not least <= len(text.strip()) <= most or len(text) > most:
            raise ValueError(f"write between {least} and {most:,} characters")
        return text

    return check


def _condition(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("write a condition such as payload.amount < 50, or leave `when` out")
    return value


def _sla_s(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError("write a duration such as 30m, 4h or 1d")
    seconds = duration_s(value)
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        limits = f"{in_words(_SHORTEST_S)} and {in_words(_LONGEST_S)}"
        raise ValueError(f"{value[:40]} is out of range; write between {limits}")
    return seconds


def _one(value: object) -> object:
    if value != 1 or isinstance(value, bool):
        raise ValueError("this version asks for exactly one approval; write quorum: 1")
    return value


def _distinct(values: tuple[H, ...]) -> tuple[H, ...]:
    twice = {str(value) for value in values if values.count(value) > 1}
    if twice:
        raise ValueError(f"{listing(sorted(twice))} stands here more than once")
    return values


def _with_approve(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    if Outcome.APPROVE not in outcomes:
        raise ValueError("`outcomes` must contain approve, or nothing could ever go ahead")
    return outcomes


Text = Annotated[str, BeforeValidator(_text)]
Name = Annotated[
    Text,
    AfterValidator(
        _fitting(
            r"[a-z][a-z0-9_-]{0,62}",
            "a name is 1 to 63 lower-case letters, digits, - and _, beginning with a letter",
        )
    ),
]
InputName = Annotated[
    Text,
    AfterValidator(
        _fitting(
            r"[A-Za-z_][A-Za-z0-9_]{0,62}",
            "an input's name is 1 to 63 letters, digits and _, beginning with a letter",
        )
    ),
]
Reviewer = Annotated[
    Text,
    AfterValidator(
        _fitting(
            r"[UWS][A-Z0-9]{6,20}|@[a-z0-9][a-z0-9._-]{0,79}|[^@\s<>,|]{1,64}@[^@\s<>,|]{1,255}",
            "write an e-mail address, a Slack user or group id such as U0123ABCD, "
            'or a user group such as "@finance-approvers"',
        )
    ),
]
Channel = Annotated[
    Text,
    AfterValidator(
        _fitting(
            r"#[^\sA-Z#@<>,.|&]{1,80}|[CG][A-Z0-9]{6,20}",
            'write a channel such as "#approvals", or its id such as C0123ABCD',
        )
    ),
]
Number = Annotated[float, Field(strict=True, ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)]

_FORMATS: Mapping[FieldFormat, tuple[FieldType, ...]] = MappingProxyType(
    {"money": ("number", "integer"), "date": ("string",), "url": ("string",)}
)


class Input(Frozen):
    """One field of the payload: what it may hold and how it is shown.

    Numbers are IEEE doubles, as in JSON: 0.1 + 0.2 is not 0.3, so compare sums of money with a
    threshold (`>= 50`) and not for equality. `max_length` counts characters or list elements.
    """

    type: FieldType
    label: Annotated[Text, AfterValidator(_between(1, 75))] | None = None
    format: FieldFormat = "plain"
    currency: (
        Annotated[Text, AfterValidator(_fitting("[A-Z]{3}", "write a code such as USD"))] | None
    ) = None
    enum: Annotated[tuple[Any, ...], Field(min_length=1, max_length=100)] | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    max_length: Annotated[int, Field(strict=True, ge=1, le=65_536)] | None = None
    required: StrictBool = True

    @model_validator(mode="after")
    def _parts_fit_the_type(self) -> Self:
        for key, types in self._restricted():
            if self.type not in types:
                raise ValueError(f"`{key}` goes with type {listing(types, 'or')}, not {self.type}")
        if self.currency and self.format != "money":
            raise ValueError("`currency` goes with format: money")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("`minimum` is above `maximum`")
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

    def _check_enum(self) -> None:
        right: tuple[type, ...] = (str,) if self.type == "string" else (int, float)
        for value in self.enum or ():
            if isinstance(value, bool) or not isinstance(value, right):
                raise ValueError(f"`enum` lists {kind_of(value)} for type {self.type}")
        _distinct(self.enum or ())


class Sla(Frozen):
    """How long people have: after `expire` the request ends without an approval."""

    expire_s: Annotated[int, BeforeValidator(_sla_s)] = Field(default=_USUAL_S, alias="expire")


class Review(Frozen):
    """Who is asked, where, how many must approve, and what they can answer."""

    channel: Channel | None = None
    reviewers: Annotated[
        tuple[Reviewer, ...], Field(min_length=1, max_length=50), AfterValidator(_distinct)
    ]
    quorum: Annotated[int, BeforeValidator(_one)] = 1
    outcomes: Annotated[
        tuple[Outcome, ...], AfterValidator(_distinct), AfterValidator(_with_approve)
    ] = tuple(Outcome)
    sla: Sla = Sla()


class Rule(Frozen):
    """When its condition holds (always, when it has none), what is done, and why."""

    id: Name
    when: Annotated[str, BeforeValidator(_condition)] | None = None
    then: Route
    because: Annotated[Text, AfterValidator(_between(1, 300))]


def _reachable(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    _distinct(tuple(f"rule {rule.id}" for rule in rules))
    always = next((rule.id for rule in rules[:-1] if rule.when is None), None)
    if always:
        raise ValueError(f"rule {always} has no `when`, so that no rule after it is ever reached")
    return rules


class Policy(Frozen):
    """One policy file. Without `inputs` any payload is taken; without `rules` a person decides."""

    policy: Name
    description: Annotated[Text, AfterValidator(_between(1, 1_000))] | None = None
    inputs: Annotated[dict[InputName, Input], Field(max_length=50)] | None = None
    review: Review
    rules: Annotated[tuple[Rule, ...], Field(max_length=100), AfterValidator(_reachable)] = ()
