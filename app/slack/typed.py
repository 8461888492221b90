"""What stands in the inputs of a form, as values of a payload. Pure.

The judge has the last word on them; here is refused what is no value of the input's type at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn

from pydantic import JsonValue

from app.domain.errors import InputsRefused
from app.domain.seen import clean
from policies.inputs import unsound
from policies.schema import Input

from . import form_ids
from .blocks.text import cut
from .submission import Typed, Values

WHAT: Mapping[str, Input] = MappingProxyType(
    {"what": Input(type="string", label="What should be done?", max_length=3_000)}
)
"""What is asked for where a policy declares no inputs of its own."""

NOT_SAID = "-"
"""The value of the option that leaves an input out."""

_PROBLEM = 500
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


class _Problem(Exception):
    """What is wrong with one input."""


def shown_as(declared: Input) -> Input:
    """The input as a form may show it: a secret one reveals neither its choices nor its limits."""
    if not declared.secret:
        return declared
    unknown = {"enum": None, "minimum": None, "maximum": None, "max_length": None}
    return declared.model_copy(update=unknown)


def choices(declared: Input) -> Sequence[JsonValue]:
    """What is chosen from, where nothing is written."""
    return (True, False) if declared.type == "boolean" else shown_as(declared).enum or ()


def payload_of(inputs: Mapping[str, Input], values: Values) -> dict[str, JsonValue]:
    """What was filled in, without what was left empty. Raises `InputsRefused`."""
    payload: dict[str, JsonValue] = {}
    problems: list[tuple[str, str]] = []
    for name, declared in inputs.items():
        typed = values.typed(form_ids.input_block(name), _action(declared))
        try:
            payload.update((name, value) for value in _values(declared, typed))
        except _Problem as problem:
            problems.append((f"payload.{name}", str(problem)))
    if problems:
        raise InputsRefused(tuple(problems))
    return payload


def edited(
    inputs: Mapping[str, Input], present: Mapping[str, JsonValue], values: Values
) -> dict[str, JsonValue]:
    """What was changed of the `present` values, in the inputs that the form has.

    Raises `InputsRefused`, also for a value that was taken away.
    """
    asked = {
        name: one for name, one in inputs.items() if form_ids.input_block(name) in values.values
    }
    given = payload_of(asked, values)
    taken = [name for name in asked if name not in given and present.get(name) not in (None, "")]
    if taken:
        why = "can't be taken away here"
        raise InputsRefused(tuple((f"payload.{name}", why) for name in taken))
    return {name: value for name, value in given.items() if not _same(present.get(name), value)}


def beside(refusal: InputsRefused, values: Values, otherwise: str) -> dict[str, str]:
    """Each complaint by the block of its input; what no input is for stands at `otherwise`."""
    found: dict[str, str] = {}
    for field, message in refusal.problems:
        block = form_ids.input_block(field.removeprefix("payload."))
        words = f"{message[:1].upper()}{message[1:]}." if block in values.values else ""
        block, words = (block, words) if words else (otherwise, f"{field} {message}.")
        found[block] = f"{found[block]} {words}" if block in found else words
    return {block: cut(clean(words), _PROBLEM, "not shown") for block, words in found.items()}


def _action(declared: Input) -> str:
    return form_ids.CHOSEN if choices(declared) else form_ids.TEXT


def _values(declared: Input, typed: Typed) -> Sequence[JsonValue]:
    """The one value that stands there, or none. Raises `_Problem`."""
    if choices(declared):
        return _chosen(declared, typed)
    text = (typed.selected_date or typed.value or "").replace("\r\n", "\n")
    if not text:
        return ()
    value = _read(declared, text)
    if message := unsound(value):
        raise _Problem(message)
    return () if value == [] else (value,)


def _chosen(declared: Input, typed: Typed) -> Sequence[JsonValue]:
    option = typed.selected_option
    if option is None or option.value == NOT_SAID:
        return ()
    found = [one for one in choices(declared) if form_ids.option(one) == option.value]
    if not found:
        raise _Problem("is not to be chosen any more; open the form again")
    return found


def _read(declared: Input, text: str) -> JsonValue:
    match declared.type:
        case "number" | "integer":
            return _number(text.strip(), whole=declared.type == "integer")
        case "list":
            return [line for line in text.split("\n") if line.strip()]
        case "object":
            return _object(text)
        case _:
            return text


def _number(text: str, *, whole: bool) -> int | float:
    """Digits stay whole, and 0.1 stays 0.1; 20.0 is whole too, as the policies have it."""
    if not _NUMBER.fullmatch(text):
        raise _Problem("must be a number")
    if text.lstrip("-").isdigit():
        return int(text)
    number = float(text)
    return int(number) if whole and number.is_integer() else number


def _object(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(
            text, object_pairs_hook=_distinct, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _Problem(f"is not JSON: {where} can't be read") from None
    except RecursionError:
        raise _Problem("is nested too deep") from None
    if not isinstance(value, dict):
        raise _Problem('must be an object, such as {"key": "value"}')
    return value


def _distinct(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Problem("has a key that is there twice")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise _Problem("holds a number that JSON does not have")


def _same(before: JsonValue, after: JsonValue) -> bool:
    """True is no 1 here. A form turns the line breaks of Windows into plain ones."""
    if isinstance(before, str):
        before = before.replace("\r\n", "\n")
    return before == after and isinstance(before, bool) == isinstance(after, bool)
