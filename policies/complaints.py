"""What CEL reports, in our words. It reports as text alone; the tests pin every form read here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from policies.wording import listing, nearest, printable, shown

FUNCTIONS = (
    *("size", "has", "contains", "startsWith", "endsWith", "matches"),
    *("all", "exists", "exists_one", "filter"),
)

_COMPLAINT = re.compile(r"^(?:INVALID_ARGUMENT: )?ERROR: <input>:(-?\d+):(-?\d+): (.*)$", re.M)
_UNKNOWN = re.compile(r"undeclared reference to '([^']*)'")
_NO_OVERLOAD = re.compile(
    r"[Nn]o matching overloads? (?:for|found :) '?([^\s']+)'?(?: applied to '|)\s*\((.*?)\)'?"
    r"(?: \[|$)"
)
_NO_LOGIC = re.compile(r"No matching overloads found : (?:!_|_&&_|_\|\|_|<jump_condition>)")
_NO_VALUE = re.compile(r'No value with name "(?:has\.)?([^"]*)"')
_NO_KEY = re.compile(r'Key not found in map : "(.*)"')
_NO_ELEMENT = re.compile(r"Index error: index=(-?\d+) size=(\d+)")
_REWRITTEN = MappingProxyType({"_%_": "/", "_[_]": "[ ]"})
_OPERATOR = re.compile(r"[@_]*([^_@\s]+)[_\]]*")
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "bool": "true or false",
        "double": "a number",
        "int": "a number",
        "int64": "a number",
        "string": "text",
        "null": "null",
        "null_type": "null",
        "list": "a list",
        "map": "an object",
    }
)


class Complaint(NamedTuple):
    """One thing that is wrong: at a line and column of the CEL text, from 1, or (-1, -1)."""

    line: int
    column: int
    message: str
    unknown: str = ""


def kind(cel_type: str) -> str:
    """A CEL type in plain words; `list(dyn)` is `a list`."""
    return _KINDS.get(cel_type.partition("(")[0].partition("<")[0].lower(), "a value")


def complaints(report: str, known: tuple[str, ...]) -> Iterator[Complaint]:
    """A compiler's report; of what only follows from an earlier error, nothing."""
    for line, column, text in _COMPLAINT.findall(report):
        if "*error*" in text or "number of ERROR issues" in text:
            continue
        unknown = _UNKNOWN.match(text)
        name = unknown[1].removeprefix("has.") if unknown else ""
        message = _unknown(name, known) if unknown else _misuse(text)
        yield Complaint(int(line), int(column), message, name)
        if "Syntax error" in text:
            return


def _unknown(name: str, known: tuple[str, ...]) -> str:
    """For a name that is not declared: what it may have been meant to be."""
    source, _, rest = name.partition(".")
    fields = [field for whose, _, field in (n.partition(".") for n in known) if whose == source]
    if source == "risk" and not fields:
        return "there are no risk flags here; they are counted in rules, from the policy's `risk`"
    if source not in ("payload", "signals", "risk"):
        return (
            f"{printable(name)} is not known here{nearest(name, FUNCTIONS)}; write payload.… or "
            f"signals.…, text in quotes, or one of the functions {listing(FUNCTIONS)}"
        )
    if not fields:
        return "this policy takes no inputs, so that payload has no fields"
    if not rest:
        return f"write {source} with a field, such as {source}.{fields[0]}"
    field = rest.split(".")[0]
    return f"{source} has no {printable(field)}{nearest(field, fields)}; it has {listing(fields)}"


def _misuse(text: str) -> str:
    if mismatch := _NO_OVERLOAD.search(text):
        return _mismatch(*mismatch.groups())
    if "Syntax error" in text:
        found = re.search(r"(?:input|at:) '(.*?)'(?: expecting|$)", text)
        where = "ends too early" if found is None or found[1] == "<EOF>" else _stuck(found[1])
        return f"the condition {where}; write && for and, || for or, ! for not, == for equal"
    if "must be a field selection" in text:
        return "has() asks for a field, as in has(payload.reason) or has(signals.confidence)"
    if "operand of a select" in text:
        return "only objects have fields; this is something else"
    if "recursion depth" in text:
        return "the condition is too deeply nested; split it into several rules"
    return text


def _stuck(at: str) -> str:
    return f"can't be read from {shown(at)} on"


def _mismatch(operator: str, types: str) -> str:
    symbol = _REWRITTEN.get(operator) or _OPERATOR.sub(r"\1", operator)
    kinds = [kind(part) for part in re.split(r", (?![^(]*\))", types) if part]
    advice = "; ask has(…) for what may be missing" if "null" in kinds else ""
    return f"`{symbol}` does not go with {listing(kinds)}{advice}"


def failure(report: str, *, secret: bool = False) -> str:
    """An evaluator's report, as the end of `the condition could not be evaluated: …`.

    With `secret` it repeats no value of the payload: a key may be one.
    """
    if missing := _NO_VALUE.search(report):
        return f"{missing[1]} was not given"
    if missing := _NO_KEY.search(report):
        return f"the key {'asked for' if secret else shown(missing[1])} was not given"
    if short := _NO_ELEMENT.search(report):
        if secret:
            return "an element was wanted that the list does not have"
        return f"element {short[1]} was wanted of a list of {short[2]}, counted from 0"
    if "Index error" in report:
        return "an element of a list is asked for by a whole number"
    if mismatch := _NO_OVERLOAD.search(report):
        return _mismatch(*mismatch.groups())
    if _NO_LOGIC.search(report):
        return "something is neither true nor false where it has to be"
    if "non-message type" in report:
        return "a field was wanted of something that is not an object"
    if "budget" in report:
        return "it takes too many steps"
    if secret:
        return "it does not go with what was given"
    return report.partition(": ")[2].partition(" [")[0] or report
