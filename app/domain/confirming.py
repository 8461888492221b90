"""Typed confirmation: whoever approves types the value that a slip must not get wrong.

A text that nobody can type as it is drawn (blank, too long, marked) is approved by typing the
beginning of the digest, which stands for exactly what is shown.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from pydantic import JsonValue

from policies.plan import Field, ReviewPlan

from .errors import ConfirmationWrong
from .request import Request
from .seen import is_plain

LONGEST = 2_500
"""The longest text that is shown whole beside the input to type it into, in UTF-16 units."""

DIGEST = 8
"""So many characters of the digest stand for a value that can't be typed."""

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_WRITTEN = re.compile(
    r"(?P<before>[$€£¥])?\s*(?P<number>[-+0-9.,_'\u2019\seE]+?)\s*(?P<after>[A-Z]{3}|[$€£¥])?"
)
_GROUPING = re.compile(r"(?<=[0-9])[,_'\u2019\s](?=([0-9]{2,3}[,_'\u2019\s])*[0-9]{3}(?![0-9]))")
"""Between groups of digits, the last of which are three: `5,00` is no 500."""
_PLAIN = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?", re.ASCII)


def confirmed(request: Request, typed: str | None, digest: str) -> None:
    """Raises `ConfirmationWrong` unless what the plan wants typed was typed.

    `digest` is that of what was shown.
    """
    plan = request.plan
    if plan is None or plan.confirm is None or plan.confirm not in request.payload:
        return
    known, value = field(request, plan), request.payload[plan.confirm]
    if typable(value):
        right, what = matches(value, typed or "", known.currency), f"the {known.label}"
    else:
        right, what = (typed or "").strip() == digest[:DIGEST], "how the digest begins"
    if not right:
        raise ConfirmationWrong(
            f"That is not {what}, so nothing was decided.",
            "To approve it, type what is shown, and nothing else.",
        )


def typable(value: JsonValue) -> bool:
    """Whether somebody who sees this value can type it: all of it is drawn, and fits an input."""
    match value:
        case bool():
            return False
        case int() | float():
            return True
        case str():
            fits = len(value.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST
            return fits and value.strip() != "" and is_plain(value)
        case _:
            return False


def field(request: Request, plan: ReviewPlan) -> Field:
    """The field that has to be typed, as it is drawn."""
    name = plan.confirm or ""
    known = (one for one in request.evaluation.fields if one.name == name)
    return next(known, Field(name=name, label=name, type="string"))


def matches(value: JsonValue, typed: str, currency: str | None = None) -> bool:
    """Whether somebody typed this value: a number however it is grouped, or a text to the letter.

    Of `5000` also `5,000.00` and `5 000`, with its currency or without, but with no other; a text
    without regard to how it is spaced, or to how its accents are put together.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(typed, currency) == Decimal(repr(value))
    return isinstance(value, str) and _spaced(value) == _spaced(typed)


def _spaced(text: str) -> list[str]:
    return unicodedata.normalize("NFC", text).split()


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
