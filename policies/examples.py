"""A request that a policy takes, made up or from its tests: to read, to send, to begin with."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterator
from typing import Any

from policies.compiled import LoadedPolicy
from policies.evaluate import Facts, check_payload, evaluate
from policies.inputs import InputProblem
from policies.plan import Frozen, Route
from policies.schema import Input, Signal

_TEXTS = ("Example", "E")
_ADDRESSES = ("https://example.com/4711", "https://example.com", "http://a")
_DATE = "2026-03-31"
_AMOUNTS = (120.0, 10.0, 1.0, 0.5)


class Example(Frozen):
    """What can be sent to POST /v1/requests as it is."""

    title: str
    policy: str
    payload: dict[str, Any]
    signals: dict[str, Any]


class NoExampleError(ValueError):
    """No value was found that the inputs allow; `problems` says of which."""

    def __init__(self, problems: tuple[InputProblem, ...]) -> None:
        super().__init__("; ".join(f"{one.field} {one.message}" for one in problems))
        self.problems = problems


def example(loaded: LoadedPolicy) -> Example:
    """A request that passes the policy's inputs. Raises `NoExampleError`.

    One of the policy's own tests, where there are any: if possible one that people are asked about.
    """
    policy = loaded.policy
    payload, signals = next(_tested(loaded), None) or _made_up(loaded)
    payload = _without_secrets(loaded, payload, signals)
    if problems := check_payload(loaded, payload, signals):
        raise NoExampleError(problems)
    return Example(
        title=f"Example for {policy.policy}",
        policy=policy.policy,
        payload=payload,
        signals=signals,
    )


def curl(one: Example) -> str:
    """The command that sends it, for a shell with COUNTERSIGN_URL and COUNTERSIGN_KEY."""
    body = json.dumps(one.model_dump(), ensure_ascii=False, indent=2)
    return (
        'curl "$COUNTERSIGN_URL/v1/requests" \\\n'
        '  -H "Authorization: Bearer $COUNTERSIGN_KEY" -H "Content-Type: application/json" \\\n'
        f"  -d {shlex.quote(body)}"
    )


def _tested(loaded: LoadedPolicy) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The policy's own tests that fit: those that ask people first, and of them the plainest."""
    fitting = [
        (test.payload, test.signals)
        for test in loaded.policy.tests
        if not check_payload(loaded, test.payload, test.signals)
    ]
    routes = [evaluate(loaded, Facts(*each)).route for each in fitting]
    asked = [each for each, route in zip(fitting, routes, strict=True) if route is Route.REVIEW]
    yield from (*sorted(asked, key=lambda each: len(each[1])), *fitting)


def _without_secrets(
    loaded: LoadedPolicy, payload: dict[str, Any], signals: dict[str, Any]
) -> dict[str, Any]:
    """With made-up secrets in place of those that somebody wrote into a test, where these fit."""
    declared = (loaded.policy.inputs or {}).items()
    made_up = {name: _value(one) for name, one in declared if one.secret and name in payload}
    other = {**payload, **made_up}
    return payload if check_payload(loaded, other, signals) else other


def _made_up(loaded: LoadedPolicy) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every input with a value; an optional one that no value is found for is left out."""
    inputs, own = loaded.policy.inputs, loaded.policy.signals
    payload = {name: _value(declared) for name, declared in (inputs or {}).items()}
    signals = {name: _value(declared) for name, declared in own.items() if declared.required}
    for problem in check_payload(loaded, payload, signals):
        name = problem.field.removeprefix("payload.")
        if inputs is not None and name in inputs and not inputs[name].required:
            del payload[name]
    return payload, signals


def _value(declared: Input | Signal) -> Any:
    """The first value within the input's bounds, or the last that there is to try."""
    tried = None
    for tried in _candidates(declared):
        if _within(declared, tried):
            return tried
    return tried


def _within(declared: Input, value: Any) -> bool:
    if declared.max_length is not None and len(value) > declared.max_length:
        return False
    if declared.type not in ("number", "integer"):
        return True
    whole = declared.type == "number" or value == int(value)
    low = declared.minimum is None or value >= declared.minimum
    return whole and low and (declared.maximum is None or value <= declared.maximum)


def _candidates(declared: Input) -> Iterator[Any]:
    match declared.type:
        case _ if declared.enum is not None:
            yield from declared.enum
        case "boolean":
            yield True
        case "list":
            yield ["Example"]
        case "object":
            yield {"example": "Example"}
        case "string":
            yield from _texts(declared)
        case _:
            yield from map(_plain, _numbers(declared))


def _texts(declared: Input) -> Iterator[str]:
    if declared.format == "date":
        yield _DATE
    elif declared.format == "url":
        yield from _ADDRESSES
    else:
        yield from _TEXTS


def _numbers(declared: Input) -> Iterator[float]:
    """Usual ones, the bounds themselves, and for whole numbers the first inside them."""
    yield from _AMOUNTS
    for bound in (declared.minimum, declared.maximum):
        if bound is not None:
            yield from (bound, float(math.ceil(bound)), float(math.floor(bound)))


def _plain(number: float) -> float:
    """120 and not 120.0, as a person would write it."""
    return int(number) if number.is_integer() else number
