"""Typed confirmation: whoever approves types the value that a slip must not get wrong."""

from __future__ import annotations

import re
from decimal import Decimal

from pydantic import JsonValue

from policies.plan import Field, ReviewPlan

from .errors import ConfirmationWrong
from .request import Request

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_WRITTEN = re.compile(
    r"(?P<before>[$€£¥])?\s*(?P<number>[-+0-9.,_'\u2019\seE]+?)\s*(?P<after>[A-Z]{3}|[$€£¥])?"
)
_GROUPING = re.compile(r"(?<=[0-9])[,_'\u2019\s](?=([0-9]{2,3}[,_'\u2019\s])*[0-9]{3}(?![0-9]))")
"""Between groups of digits, the last of which are three: `5,00` is no 500."""
_PLAIN = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?", re.ASCII)


def confirmed(request: Request, typed: str | None) -> None:
    """Raises `ConfirmationWrong` unless what the plan wants typed was typed."""
    plan = request.plan
    if plan is None or plan.confirm is None or plan.confirm not in request.payload:
        return
    known = field(request, plan)
    if not matches(request.payload[plan.confirm], typed or "", known.currency):
        raise ConfirmationWrong(
            f"That is not the {known.label}, so nothing was decided.",
            "To approve it, type what is shown, and nothing else.",
        )


def field(request: Request, plan: ReviewPlan) -> Field:
    """The field that has to be typed, as it is drawn."""
    name = plan.confirm or ""
    known = (one for one in request.evaluation.fields if one.name == name)
    return next(known, Field(name=name, label=name, type="string"))


def matches(value: JsonValue, typed: str, currency: str | None = None) -> bool:
    """Whether somebody typed this value: a number however it is grouped, or a text to the letter.

    Of `5000` also `5,000.00` and `5 000`, with its currency or without, but with no other; a text
    without regard to how it is spaced.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(typed, currency) == Decimal(repr(value))
    return isinstance(value, str) and value.split() == typed.split()


def _number(typed: str, currency: str | None) -> Decimal | None:
    """The number in `5,000.00 USD`, None where there is none or more than one way to read it."""
    found = _WRITTEN.fullmatch(" ".join(typed.split()))
    if found is None:
        return None
    units = {_SIGNS.get(unit, unit) for unit in found.group("before", "after") if unit}
    if units - {currency}:
        return None
    digits = _GROUPING.sub("", found["number"])
    return Decimal(digits) if _PLAIN.fullmatch(digits) else None
