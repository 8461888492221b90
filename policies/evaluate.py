"""What a policy decides about one request: the first rule that holds, or else a person.

Pure: the same policy and facts give the same evaluation. An error never approves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.conditions import Condition, ConditionError, ConditionProblem, Finding, Vocabulary
from policies.inputs import SIGNALS, InputProblem, problems_of
from policies.plan import Evaluation, Field, FieldType, ReviewPlan, Route, Stage, Step
from policies.schema import Policy, Rule
from policies.summary import summarise

__all__ = ["Facts", "InputProblem", "LoadedPolicy", "check_payload", "compile_rules", "evaluate"]

_ASKS = "This policy always asks a person."
_ALWAYS = Finding(True, "applies to every request that gets this far")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a request: its payload, and the signals that came with it."""

    payload: Mapping[str, Any]
    signals: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy, the hash and path of its file, and its conditions, compiled, by rule id."""

    policy: Policy
    hash: str
    source: str
    conditions: Mapping[str, Condition]


def compile_rules(
    policy: Policy,
) -> tuple[dict[str, Condition], list[tuple[int, ConditionProblem]]]:
    """The conditions by rule id, and what is wrong with any: (position of the rule, problem)."""
    inputs = policy.inputs
    vocabulary = Vocabulary(
        None if inputs is None else {name: declared.type for name, declared in inputs.items()},
        {name: declared.type for name, declared in SIGNALS.items()},
    )
    conditions: dict[str, Condition] = {}
    problems: list[tuple[int, ConditionProblem]] = []
    for position, rule in enumerate(policy.rules):
        try:
            if rule.when is not None:
                conditions[rule.id] = vocabulary.compile(rule.when)
        except ConditionError as error:
            problems += [(position, problem) for problem in error.problems]
    return conditions, problems


def check_payload(
    policy: Policy | LoadedPolicy, payload: Mapping[str, Any], signals: Mapping[str, Any]
) -> tuple[InputProblem, ...]:
    """What keeps a payload and signals from being evaluated; empty when nothing does."""
    return problems_of(_bare(policy), payload, signals)


def evaluate(policy: Policy | LoadedPolicy, facts: Facts) -> Evaluation:
    """The route of a request whose facts passed `check_payload`, with the reasons for it.

    The first rule that holds decides; when none does a person is asked. A rule that can't be
    evaluated ends it: a person is asked, and `error` says why. A bare Policy is compiled on the
    spot (ConditionError), a LoadedPolicy has been.
    """
    conditions = _conditions(policy)
    bare = _bare(policy)
    steps: list[Step] = []
    for rule in bare.rules:
        finding = _finding(rule, conditions, facts)
        steps.append(Step(rule=rule.id, matched=finding.holds, phrase=finding.phrase))
        if finding.error is not None:
            return _unevaluated(bare, facts, steps, finding.error)
        if finding.holds:
            return _evaluation(bare, facts, steps, rule.then, rule.because, rule=rule.id)
    because = "No rule decides this, so a person is asked." if bare.rules else _ASKS
    return _evaluation(bare, facts, steps, Route.REVIEW, because)


def _bare(policy: Policy | LoadedPolicy) -> Policy:
    return policy.policy if isinstance(policy, LoadedPolicy) else policy


def _conditions(policy: Policy | LoadedPolicy) -> Mapping[str, Condition]:
    if isinstance(policy, LoadedPolicy):
        return policy.conditions
    conditions, problems = compile_rules(policy)
    if problems:
        raise ConditionError(problem for _, problem in problems)
    return conditions


def _finding(rule: Rule, conditions: Mapping[str, Condition], facts: Facts) -> Finding:
    if rule.when is None:
        return _ALWAYS
    return conditions[rule.id].test(facts.payload, facts.signals)


def _unevaluated(policy: Policy, facts: Facts, steps: list[Step], reason: str) -> Evaluation:
    rule = steps[-1].rule
    because = f"The rule {rule} could not be evaluated ({reason}), so a person is asked."
    error = f"rule {rule}: {reason}"
    return _evaluation(policy, facts, steps, Route.REVIEW, because, error=error)


def _evaluation(
    policy: Policy,
    facts: Facts,
    steps: list[Step],
    route: Route,
    because: str,
    rule: str | None = None,
    error: str | None = None,
) -> Evaluation:
    plan = review_plan(policy) if route is Route.REVIEW else None
    return Evaluation(
        route=route,
        rule=rule,
        because=because,
        plan=plan,
        fields=_fields(policy, facts.payload),
        summary=summarise(policy.policy, route, rule, because, plan),
        trace=tuple(steps),
        error=error,
    )


def review_plan(policy: Policy) -> ReviewPlan:
    """The plan of a policy's `review`, complete without the file."""
    review = policy.review
    return ReviewPlan(
        channel=review.channel,
        stages=(Stage(reviewers=review.reviewers, quorum=review.quorum),),
        outcomes=review.outcomes,
        expire_s=review.sla.expire_s,
    )


def _fields(policy: Policy, payload: Mapping[str, Any]) -> tuple[Field, ...]:
    """The payload's fields to be drawn: in the policy's order, or, undeclared, in their own."""
    if policy.inputs is None:
        return tuple(
            # By its key to the letter: two keys that differ must never read the same.
            Field(name=name, label=name, type=_type(value))
            for name, value in payload.items()
        )
    return tuple(
        Field(
            name=name,
            label=declared.label or _label(name),
            type=declared.type,
            format=declared.format,
            currency=declared.currency,
        )
        for name, declared in policy.inputs.items()
        if name in payload
    )


def _label(name: str) -> str:
    """`order_id` is shown as `Order id`."""
    words = " ".join(name.replace("_", " ").split())
    return words[:1].upper() + words[1:] if words else name


def _type(value: object) -> FieldType:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case list() | tuple():
            return "list"
        case dict():
            return "object"
        case _:
            return "string"
