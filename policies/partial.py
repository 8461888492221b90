"""What can be said of the conditions in a file whose form is wrong elsewhere.

So that its author reads of every mistake at once, and not of one kind after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from policies.compiled import MAX_FAULTS, Fault, Path, vocabulary
from policies.conditions import ConditionError, Vocabulary
from policies.schema import Policy

_STAND_IN = {"policy": "stand-in", "review": {"reviewers": ["@anybody"]}}


def condition_faults(data: Any) -> list[Fault]:
    """The faults of the conditions that can be read; none where what they speak of can't be."""
    if not isinstance(data, Mapping) or (policy := _vocabulary_alone(data)) is None:
        return []
    faults: list[Fault] = []
    for risk, conditions in ((True, _of_rules(data)), (False, _of_questions(data))):
        words = vocabulary(policy, risk=risk)
        for path, text in conditions:
            if len(faults) < MAX_FAULTS:
                faults += _faults(words, path, text)
    return faults


def _vocabulary_alone(data: Mapping[str, Any]) -> Policy | None:
    """A policy with the inputs, signals and risk of this file, and nothing else of it."""
    parts = {key: data[key] for key in ("inputs", "signals") if key in data}
    risk = {"risk": {"ambiguity": "true"}} if data.get("risk") else {}
    try:
        return Policy.model_validate({**_STAND_IN, **parts, **risk})
    except ValidationError:
        return None


def _of_rules(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    rules = data.get("rules")
    for position, rule in enumerate(rules if isinstance(rules, list) else []):
        text = rule.get("when") if isinstance(rule, Mapping) else None
        if isinstance(text, str) and text.strip():
            yield ("rules", position, "when"), text


def _of_questions(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    risk = data.get("risk")
    for name, question in (risk if isinstance(risk, Mapping) else {}).items():
        text = question.get("when") if isinstance(question, Mapping) else question
        if isinstance(text, str) and text.strip():
            yield ("risk", name, "when"), text


def _faults(words: Vocabulary, path: Path, text: str) -> list[Fault]:
    try:
        words.compile(text)
    except ConditionError as error:
        return [Fault(path, problem) for problem in error.problems]
    return []
