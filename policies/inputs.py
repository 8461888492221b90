"""Does a payload fit a policy's inputs? Everything that is wrong with it, field by field."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from policies.atoms import MAX_NUMBER
from policies.plan import FieldFormat
from policies.schema import Input, Policy, Signal
from policies.wording import kind_of, listing, nearest, printable, shown

SIGNALS: Mapping[str, Signal] = MappingProxyType(
    {
        "confidence": Signal(type="number", minimum=0, maximum=1),
        "reversible": Signal(type="boolean"),
        "affected": Signal(type="integer", minimum=0),
        "anomaly": Signal(type="boolean"),
    }
)
"""What may be said about any request beside its payload; a policy can declare more."""

MAX_DEPTH = 32
MAX_PROBLEMS = 20

_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = MappingProxyType(
    {
        "string": ((str,), "text"),
        "number": ((int, float), "a number"),
        "integer": ((int, float), "a whole number"),
        "boolean": ((bool,), "true or false"),
        "list": ((list, tuple), "a list"),
        "object": ((dict,), "an object"),
    }
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?")


class InputProblem(NamedTuple):
    """A field such as `payload.amount`, and what is wrong with it."""

    field: str
    message: str


def problems_of(
    policy: Policy, payload: Mapping[str, Any], signals: Mapping[str, Any]
) -> tuple[InputProblem, ...]:
    """Everything that keeps this payload and these signals from being evaluated; at most 20."""
    found = [*_payload(policy, payload), *_declared("signals", signals_of(policy), signals)]
    return tuple(found[:MAX_PROBLEMS])


def signals_of(policy: Policy) -> dict[str, Signal]:
    """Every signal that a request under this policy can bring."""
    return {**SIGNALS, **policy.signals}


def signal_problems(
    known: Mapping[str, Signal], signals: Mapping[str, Any]
) -> tuple[InputProblem, ...]:
    """What is wrong with signals that are reported on their own; none of them is missing."""
    reported = {name: known[name] for name in signals if name in known}
    return tuple(_declared("signals", reported, signals, known))[:MAX_PROBLEMS]


def _payload(policy: Policy, payload: Mapping[str, Any]) -> Iterator[InputProblem]:
    if policy.inputs is not None:
        yield from _declared("payload", policy.inputs, payload)
        return
    for name, value in payload.items():
        if message := _unsound_key(name) or unsound(value):
            yield InputProblem(f"payload.{printable(str(name))}", message)


def _declared(
    where: str,
    inputs: Mapping[str, Input],
    values: Mapping[str, Any],
    known: Mapping[str, Input] | None = None,
) -> Iterator[InputProblem]:
    """Values that are not among the `inputs`, those that don't fit, and those that are missing."""
    for name in [name for name in values if name not in inputs][:MAX_PROBLEMS]:
        message = _unknown(str(name), inputs if known is None else known)
        yield InputProblem(f"{where}.{printable(str(name))}", message)
    for name, declared in inputs.items():
        if name in values:
            message = _unfit(declared, values[name])
        else:
            message = "is required" if declared.required else ""
        if message:
            yield InputProblem(f"{where}.{name}", message)


def _unknown(name: str, inputs: Mapping[str, Input]) -> str:
    if not inputs:
        return "is not known here: this policy takes no inputs"
    return f"is not known here{nearest(name, inputs)}; known are {listing(inputs)}"


def _unfit(declared: Input, value: object) -> str:
    """What is wrong with a value of a declared input; empty when nothing is."""
    types, wanted = _KINDS[declared.type]
    boolean = isinstance(value, bool)
    if not isinstance(value, types) or (boolean and declared.type != "boolean"):
        absent = "; leave it out instead" if value is None and not declared.required else ""
        return f"must be {wanted}, not {kind_of(value)}{absent}"
    if message := unsound(value):
        return message
    if declared.secret:
        return _unfit_secret(declared, value)
    if declared.enum is not None and value not in declared.enum:
        return f"must be {listing(map(shown, declared.enum), 'or')}, not {shown(value)}"
    return _out_of_bounds(declared, value) or _misformatted(declared.format, value)


def _unfit_secret(declared: Input, value: Any) -> str:
    """That it does not fit, without a word of what it is or could be."""
    allowed = declared.enum is None or value in declared.enum
    unfit = _out_of_bounds(declared, value) or _misformatted(declared.format, value)
    if allowed and not unfit:
        return ""
    return "does not fit what the policy says of it; it is secret, so it is not repeated here"


def _out_of_bounds(declared: Input, value: Any) -> str:
    """What the type's own limits say; 20.0 is a whole number, since JSON has one kind of number."""
    if declared.type == "integer" and value != int(value):
        return f"must be a whole number, not {shown(value)}"
    if declared.minimum is not None and value < declared.minimum:
        return f"must be at least {shown(declared.minimum)}, not {shown(value)}"
    if declared.maximum is not None and value > declared.maximum:
        return f"must be at most {shown(declared.maximum)}, not {shown(value)}"
    if declared.max_length is not None and len(value) > declared.max_length:
        unit = "elements" if declared.type == "list" else "characters"
        return f"must have at most {declared.max_length:,} {unit}, not {len(value):,}"
    return ""


def _misformatted(format_: FieldFormat, value: Any) -> str:
    if format_ == "date" and not _is_date(value):
        return f"must be a date such as 2026-03-31 or 2026-03-31T17:00:00Z, not {shown(value)}"
    if format_ == "url" and not _is_url(value):
        return f"must be an address such as https://example.com/page, not {shown(value)}"
    return ""


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_url(text: str) -> bool:
    try:
        address = urlsplit(text)
        plain = text.isprintable() and not any(char in ' <>"|' for char in text)
        return plain and address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:
        return False


def _unsound_key(key: object) -> str:
    return unsound(key) if isinstance(key, str) else "has a key that is not text"


def unsound(value: object, depth: int = 0) -> str:
    """What no payload may hold: numbers that a double can't, deep nesting, what is not JSON."""
    if depth > MAX_DEPTH:
        return f"is nested more than {MAX_DEPTH} levels deep"
    match value:
        case None | bool():
            return ""
        case str():
            return "" if _encodes(value) else "holds text that is not valid Unicode"
        case int() | float():
            return _unsound_number(value)
        case list() | tuple():
            return next(filter(None, (unsound(item, depth + 1) for item in value)), "")
        case dict():
            parts = (_unsound_key(k) or unsound(v, depth + 1) for k, v in value.items())
            return next(filter(None, parts), "")
        case _:
            return f"holds {kind_of(value)}, which is not JSON"


def _encodes(text: str) -> bool:
    """Lone surrogates come out of JSON's \\ud800 and go into no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unsound_number(number: float) -> str:
    if isinstance(number, float) and not math.isfinite(number):
        return "must be a finite number"
    if abs(number) > MAX_NUMBER:
        return f"must lie within ±{MAX_NUMBER:,}; send larger numbers as text"
    return ""
