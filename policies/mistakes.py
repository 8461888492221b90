"""What a policy file's form does not allow, in plain words: what is wrong and what to write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from policies.document import Document, Mark, Path
from policies.review_form import ChoiceForm, Review, StageForm
from policies.schema import Expectation, Input, Limit, Policy, Question, Rule, Signal
from policies.sla_form import HoursForm, Sla, StepForm
from policies.wording import kind_of, listing, nearest, printable

_KINDS = {
    "model_type": "a group of keys",
    "dict_type": "a group of keys",
    "tuple_type": "a list, as in [a, b]",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
}
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most"}
_MEMBER = re.compile(r"<[^<>]*('[^']*')>")
"""How a member of an enum stands in a list of literals that pydantic gives."""

_PLACES: dict[str, type[BaseModel]] = {
    "": Policy,
    "inputs.*": Input,
    "signals.*": Signal,
    "risk.*": Question,
    "review": Review,
    "review.sla": Sla,
    "review.sla.further.*": StepForm,
    "review.sla.hours": HoursForm,
    "review.stages.*": StageForm,
    "review.choices.*": ChoiceForm,
    "rules.*": Rule,
    "rules.*.limit": Limit,
    "tests.*": Expectation,
}
"""What can be written at each place of a file; a rule's `review` takes what the policy's takes."""

_NAMED = ("inputs", "signals", "risk")
"""Places where the file's author chooses the names of the keys."""


def mistakes(error: ValidationError, read: Document) -> Iterator[tuple[Mark, str]]:
    """Every mistake of a policy file, with the place where it stands."""
    for found in error.errors():
        if found["type"] == "too_short" and found["input"]:
            continue  # its entries are counted without those that are wrong, each told by itself
        path: Path = found["loc"]
        unknown = found["type"] == "extra_forbidden"
        misnamed = not unknown and path[-1:] == ("[key]",)
        if misnamed:
            path = path[:-1]
        message = _message(found["type"], path, found["input"], found)
        yield (read.key_mark(path) if unknown or misnamed else read.mark(path)), message


def _message(kind: str, path: Path, value: object, found: Any) -> str:
    where = f"`{printable(str(path[-1]))}`" if path and isinstance(path[-1], str) else "this"
    match kind:
        case "extra_forbidden":
            return _unknown_key(path)
        case "missing":
            return f"{where} is missing here; write it"
        case "value_error":
            return str(found["ctx"]["error"])
        case "enum" | "literal_error":
            return _unknown_word(where, value, found["ctx"]["expected"])
        case "too_short":
            return f"{where} needs at least one entry"
        case "too_long":
            return f"{where} can have at most {found['ctx']['max_length']} entries"
        case "greater_than_equal" | "greater_than" | "less_than_equal":
            return f"{where} must be {_bound(found['ctx'])}"
        case "finite_number":
            return f"{where} must be a finite number"
        case _ if kind in _KINDS:
            return f"{where} must be {_KINDS[kind]}, not {kind_of(value)}"
        case _:
            return f"{where}: {found['msg']}"


def _bound(limits: dict[str, Any]) -> str:
    ((side, limit),) = limits.items()
    return f"{_BOUNDS[side]} {limit:,.0f}"


def _unknown_key(path: Path) -> str:
    key = str(path[-1])
    known = [field.alias or name for name, field in _place(path[:-1]).model_fields.items()]
    return f"`{printable(key)}` is not known here{nearest(key, known)}; known are {listing(known)}"


def _place(path: Path) -> type[BaseModel]:
    named = path[:1] and path[0] in _NAMED
    steps = [
        "*" if isinstance(part, int) or (named and at == 1) else part
        for at, part in enumerate(path)
    ]
    place = ".".join(map(str, steps))
    return _PLACES[place.replace("rules.*.review", "review")]


def _unknown_word(where: str, value: object, expected: str) -> str:
    word = f'"{printable(value)}"' if isinstance(value, str) else kind_of(value)
    plainly = _MEMBER.sub(r"\1", expected)
    return f"{where} can't be {word}; write {plainly}"
