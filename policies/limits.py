"""Limits on autonomy: what an approval without a person uses up of its rule's limit.

Counting is the store's, in the commit of the approval itself; here is what to count.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from policies.calendar import in_words
from policies.plan import Allowance
from policies.schema import Limit, Rule
from policies.wording import shown

_MILLION = 10**6
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks by category that show nothing all the same (Unicode: Default_Ignorable)."""


def allowance(policy: str, rule: Rule, payload: Mapping[str, Any]) -> Allowance | None:
    """What approving this payload by this rule uses up, or None for a rule without a limit."""
    limit = rule.limit
    if limit is None:
        return None
    return Allowance(
        rule=rule.id,
        key=":".join((policy, rule.id, *_counted_for(limit, payload))),
        window_s=limit.window,
        count=limit.count,
        most=None if limit.most is None else _millionths(limit.most, ROUND_FLOOR),
        cost=0 if limit.sum is None else _millionths(payload[_input(limit.sum)], ROUND_CEILING),
    )


def in_full(limit: Limit) -> str:
    """`20 requests and amount of 1000 in all in 1 day for each customer` for people."""
    parts = []
    if limit.count is not None:
        parts.append("1 request" if limit.count == 1 else f"{limit.count:,} requests")
    if limit.sum is not None:
        parts.append(f"{_input(limit.sum)} of {shown(limit.most)} in all")
    each = "" if limit.per is None else f" for each {_input(limit.per)}"
    return f"{' and '.join(parts)} in {in_words(limit.window)}{each}"


def _counted_for(limit: Limit, payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The value that is counted by itself, hashed: it may be personal, and as long as it likes.

    Case, width, spaces and what can't be seen make no difference, or `ACME ` would have a limit
    beside `Acme`.
    """
    if limit.per is None:
        return ()
    text = _written(payload[_input(limit.per)])
    visible = "".join(char for char in _BLANK.sub("", text) if _is_seen(char))
    folded = " ".join(unicodedata.normalize("NFKC", visible).casefold().split())
    return (hashlib.sha256(folded.encode()).hexdigest()[:32],)


def _is_seen(char: str) -> bool:
    """Whether a character is drawn, or is a space such as a tab."""
    return char.isspace() or unicodedata.category(char) not in ("Cc", "Cf")


def _written(value: object) -> str:
    """A value as text, the same for numbers that are equal: 20 and 20.0, 0 and -0.0."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(float(value) + 0.0)
    return value if isinstance(value, str) else shown(value)


def _millionths(number: float, rounding: str) -> int:
    return int((Decimal(repr(number)) * _MILLION).to_integral_value(rounding))


def _input(field: str) -> str:
    return field.removeprefix("payload.")
