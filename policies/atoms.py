"""The smallest parts of a policy file: names, people, channels, durations; each with its check.

Each gives its own JSON Schema, so that an editor knows what the loader knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from policies.calendar import duration_s, in_words
from policies.wording import kind_of, listing

MAX_NUMBER = 2**53
"""Numbers stay within plus and minus this: up to here an IEEE double holds every integer."""

_MINUTE, _DAY = 60, 86_400
_LONGEST_S = 90 * _DAY
_DURATION = "([0-9]+h)?([0-9]+m)?([0-9]+s)?"

H = TypeVar("H", bound=Hashable)


def distinct(values: tuple[H, ...]) -> tuple[H, ...]:
    """A check that no value stands there twice."""
    twice = {str(value) for value in values if values.count(value) > 1}
    if twice:
        raise ValueError(f"{listing(sorted(twice))} stands here more than once")
    return values


def _told_apart(names: tuple[str, ...]) -> tuple[str, ...]:
    """An address is the same in capitals, and nobody is two of those who are asked."""
    distinct(tuple(name.casefold() for name in names))
    return names


def between(least: int, most: int) -> Callable[[str], str]:
    """A check that a text has so many characters."""

    def check(text: str) -> str:
        if not least <= len(text.strip()) <= most or len(text) > most:
            raise ValueError(f"write between {least} and {most:,} characters")
        return text

    return check


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


def _condition(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(
            "write a condition such as payload.amount < 50; what always holds has none"
        )
    return value


def span(shortest_s: int, longest_s: int, *examples: str) -> tuple[BeforeValidator, WithJsonSchema]:
    """The parts of a duration within these bounds, written as `1d12h` and held in seconds."""

    def check(value: object) -> int:
        if not isinstance(value, str):
            raise ValueError(f"write a duration such as {listing(examples, 'or')}")
        seconds = duration_s(value)
        if not shortest_s <= seconds <= longest_s:
            limits = f"{in_words(shortest_s)} and {in_words(longest_s)}"
            raise ValueError(f"{value[:40]} is out of range; write between {limits}")
        return seconds

    days = "([0-9]+d)?" if longest_s >= _DAY else ""
    pattern = f"^(?=.){days}{_DURATION}$"
    schema = {"type": "string", "pattern": pattern, "examples": list(examples)}
    return BeforeValidator(check, json_schema_input_type=str), WithJsonSchema(schema)


def _matching(pattern: str, advice: str) -> tuple[BeforeValidator, AfterValidator, WithJsonSchema]:
    schema = {"type": "string", "pattern": f"^({pattern})$", "description": advice}
    return BeforeValidator(_text), AfterValidator(_fitting(pattern, advice)), WithJsonSchema(schema)


def words(most: int) -> tuple[BeforeValidator, AfterValidator, WithJsonSchema]:
    """The parts of a text of 1 to `most` characters."""
    schema = {"type": "string", "minLength": 1, "maxLength": most}
    return BeforeValidator(_text), AfterValidator(between(1, most)), WithJsonSchema(schema)


Name = Annotated[
    str,
    *_matching(
        r"[a-z][a-z0-9_-]{0,62}",
        "a name is 1 to 63 lower-case letters, digits, - and _, beginning with a letter",
    ),
]
InputName = Annotated[
    str,
    *_matching(
        r"[A-Za-z_][A-Za-z0-9_]{0,62}",
        "an input's name is 1 to 63 letters, digits and _, beginning with a letter",
    ),
]
Reviewer = Annotated[
    str,
    *_matching(
        r"[UWS][A-Z0-9]{6,20}|@[a-z0-9][a-z0-9._-]{0,79}|[^@\s<>,|]{1,64}@[^@\s<>,|]{1,255}",
        "write an e-mail address, a Slack user or group id such as U0123ABCD, "
        'or a user group such as "@finance-approvers"',
    ),
]
Reviewers = Annotated[
    tuple[Reviewer, ...], Field(min_length=1, max_length=50), AfterValidator(_told_apart)
]
Channel = Annotated[
    str,
    *_matching(
        r"#[^\sA-Z#@<>,.|&]{1,80}|[CG][A-Z0-9]{6,20}",
        'write a channel such as "#approvals", or its id such as C0123ABCD',
    ),
]
Currency = Annotated[str, *_matching("[A-Z]{3}", "write a code such as USD")]
PayloadField = Annotated[
    str,
    *_matching(r"payload\.[A-Za-z_][A-Za-z0-9_]{0,62}", "write one input, such as payload.amount"),
]
Because = Annotated[str, *words(300)]
Condition = Annotated[
    str, BeforeValidator(_condition), WithJsonSchema({"type": "string", "minLength": 1})
]
Duration = Annotated[int, *span(_MINUTE, _LONGEST_S, "30m", "4h", "1d")]
"""Of people's time: a minute to 90 days."""

Validity = Annotated[int, *span(1, _LONGEST_S, "90s", "15m", "1d")]
"""Of a program's time: a second to 90 days."""

Number = Annotated[float, Field(strict=True, ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)]


def is_group(ref: str) -> bool:
    """Whether a reviewer is a user group: `@handle`, or its id."""
    return ref.startswith("@") or (ref.startswith("S") and "@" not in ref)
