"""What a policy decides about one request: the first rule that holds, or else a person.

Pure: the same policy and facts give the same evaluation. An error never approves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from policies import risk
from policies.compiled import LoadedPolicy
from policies.conditions import Budget, Finding, Given
from policies.inputs import InputProblem, problems_of
from policies.limits import allowance, in_full
from policies.plan import Allowance, Evaluation, Field, FieldType, Flag, ReviewPlan, Route, Step
from policies.plans import with_two
from policies.schema import Input, Policy, Rule
from policies.summary import summarise

__all__ = ["Facts", "InputProblem", "LoadedPolicy", "check_payload", "evaluate", "labelled"]

_ALWAYS = Finding(True, "applies to every request that gets this far")
_OPEN = "and some could not be answered"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a request: its payload, and the signals that came with it.

    `spent` are the rules whose limit has no room for it; `over_limit` says that its client has
    asked for more than it may. `in_hand` says why it is in people's hands already, whatever the
    rules would let through: a reviewer has changed it, or wanted it changed.
    """

    payload: Mapping[str, Any]
    signals: Mapping[str, Any] = field(default_factory=dict)
    spent: frozenset[str] = frozenset()
    over_limit: bool = False
    in_hand: str | None = None


class _Verdict(NamedTuple):
    """What was found, before it is put into words."""

    route: Route
    because: str
    plan: ReviewPlan | None
    rule: str | None = None
    reasons: tuple[str, ...] = ()
    by_flags: bool = False
    error: str | None = None
    allowance: Allowance | None = None


def check_payload(
    policy: LoadedPolicy, payload: Mapping[str, Any], signals: Mapping[str, Any]
) -> tuple[InputProblem, ...]:
    """What keeps a payload and signals from being evaluated; empty when nothing does."""
    return problems_of(policy.policy, payload, signals)


def evaluate(policy: LoadedPolicy, facts: Facts) -> Evaluation:
    """The route of a request whose facts passed `check_payload`, with the reasons for it.

    The first rule that holds decides; when none does a person is asked. Without rules the risk
    flags decide. A rule that can't be evaluated ends it: people are asked under the policy's
    strictest plan, and `error` says why.
    """
    given: Given = {"payload": facts.payload, "signals": facts.signals}
    budget = Budget()
    flags = risk.flags(policy.policy, policy.questions, given, budget)
    steps: list[Step] = []
    if policy.policy.rules:
        verdict = _by_rules(policy, facts, given, flags, steps, budget)
    else:
        verdict = _by_flags(policy, flags)
    if facts.over_limit:  # which may ask more people than being in hand does
        verdict = _over_limit(policy, verdict)
    if facts.in_hand is not None:
        verdict = _in_hand(policy, verdict, facts.in_hand)
    return _evaluation(policy.policy, facts, verdict, flags, steps)


def _by_rules(
    policy: LoadedPolicy,
    facts: Facts,
    given: Given,
    flags: tuple[Flag, ...],
    steps: list[Step],
    budget: Budget,
) -> _Verdict:
    """The first rule that holds and has room in its limit; `steps` takes down what was found."""
    full: list[str] = []
    for rule in policy.policy.rules:
        finding, sure = _finding(policy, rule, given, flags, budget)
        if finding.error is not None:
            steps.append(Step(rule=rule.id, matched=False, phrase=finding.phrase))
            return _failed(policy, rule, finding.error, tuple(full))
        if finding.holds and rule.limit is not None and rule.id in facts.spent:
            note = f"the limit of rule {rule.id} is reached ({in_full(rule.limit)})"
            steps.append(Step(rule=rule.id, matched=False, phrase=f"{finding.phrase}; but {note}"))
            full.append(note[:1].upper() + note[1:])
            continue
        steps.append(Step(rule=rule.id, matched=finding.holds, phrase=finding.phrase))
        if finding.holds:
            return _held(policy, facts, rule, tuple(full), sure)
    because = "No rule decides this, so a person is asked."
    return _Verdict(Route.REVIEW, because, policy.plan, reasons=tuple(full))


def _finding(
    policy: LoadedPolicy, rule: Rule, given: Given, flags: tuple[Flag, ...], budget: Budget
) -> tuple[Finding, bool]:
    """Whether a rule holds, and whether it does whatever the open risk questions come to.

    One without an answer counts as raised, and may not be. A rule that approves has to hold for
    every possible count of flags, any other for one of them: nothing gains from what is not known.
    """
    if rule.when is None:
        return _ALWAYS, True
    condition = policy.conditions[rule.id]
    if "risk" not in condition.sources:
        return condition.test(given, budget), True
    counts = risk.counts(flags)
    found = [condition.test({**given, "risk": {"flags": count}}, budget) for count in counts]
    if failed := next((one for one in found if one.error is not None), None):
        return failed, False
    *fewer, most = found
    sure = all(one.holds for one in found)
    if rule.then is Route.APPROVE and most.holds and not sure:
        phrase = f"{most.phrase}; but not for fewer, {_OPEN}"
        return most._replace(holds=False, phrase=phrase), False
    held = next((one for one in fewer if one.holds), None)
    if rule.then is Route.APPROVE or held is None or most.holds:
        return most, sure
    return held._replace(phrase=f"{held.phrase}; more could be, {_OPEN}"), False


def _failed(policy: LoadedPolicy, rule: Rule, reason: str, full: tuple[str, ...]) -> _Verdict:
    because = f"The rule {rule.id} could not be evaluated ({reason}), so a person is asked."
    error = f"rule {rule.id}: {reason}"
    return _Verdict(Route.REVIEW, because, policy.strictest, reasons=full, error=error)


def _held(
    policy: LoadedPolicy, facts: Facts, rule: Rule, full: tuple[str, ...], sure: bool
) -> _Verdict:
    by_flags = rule.when is not None and "risk" in policy.conditions[rule.id].sources
    plan = policy.plans.get(rule.id)
    why = _no_watch(policy.policy, facts, sure)
    if rule.then is Route.WATCH and plan is not None and why:
        asked = plan.model_copy(update={"watch": None})
        reasons = (*full, f"It would go ahead unless stopped, but {why}")
        return _Verdict(Route.REVIEW, rule.because, asked, rule.id, reasons, by_flags)
    uses = allowance(policy.policy.policy, rule, facts.payload)
    return _Verdict(rule.then, rule.because, plan, rule.id, full, by_flags, allowance=uses)


def _no_watch(policy: Policy, facts: Facts, sure: bool) -> str:
    """Why this may not go ahead by itself; empty where it may.

    That it can be undone has to be said, by the policy or with the request, and denied by neither;
    and its rule has to hold for `sure`.
    """
    said = [policy.reversible, facts.signals.get("reversible")]
    if False in said:
        return "it can't be undone"
    if True not in said:
        return "nothing says that it can be undone"
    if not sure:
        return "some risk questions could not be answered"
    return "an anomaly is reported" if facts.signals.get("anomaly") is True else ""


def _by_flags(policy: LoadedPolicy, flags: tuple[Flag, ...]) -> _Verdict:
    """Without rules: none raised may pass, up to three ask one person, more ask two."""
    if not flags:
        return _Verdict(Route.REVIEW, "This policy always asks a person.", policy.plan)
    raised = risk.counts(flags)[-1]
    told = f"{raised} of {len(flags)} risk flags {'is' if raised == 1 else 'are'} raised"
    if raised == 0 and policy.policy.auto:
        return _Verdict(Route.APPROVE, "No risk flag is raised.", None, by_flags=True)
    if raised > risk.ONE_PERSON:
        plan = with_two(policy.plan)
        because = f"{told}, so {plan.people} people are asked."
        return _Verdict(Route.REVIEW, because, plan, by_flags=True)
    return _Verdict(Route.REVIEW, f"{told}, and a person is asked.", policy.plan, by_flags=True)


def _in_hand(policy: LoadedPolicy, verdict: _Verdict, why: str) -> _Verdict:
    """What people have begun to decide they decide to the end; only a refusal stays one."""
    if verdict.route is Route.REJECT:
        return verdict
    if verdict.route is Route.REVIEW:
        return verdict._replace(reasons=(why, *verdict.reasons))
    asked = (verdict.plan or policy.plan).model_copy(update={"watch": None})
    reasons = (f"Without that it would go ahead: {verdict.because}", *verdict.reasons)
    return verdict._replace(
        route=Route.REVIEW, because=why, plan=asked, reasons=reasons, allowance=None
    )


def _over_limit(policy: LoadedPolicy, verdict: _Verdict) -> _Verdict:
    """Nothing goes ahead by itself of what a client asks past its limit; a refusal stays one."""
    if verdict.route is Route.REJECT:
        return verdict
    if verdict.route is Route.REVIEW:
        waited = "The client asked for more than its limit, so this was held for a while."
        return verdict._replace(reasons=(*verdict.reasons, waited))
    people = "one person" if policy.strictest.people == 1 else f"{policy.strictest.people} people"
    because = (
        "The client asked for more than its limit, so nothing goes ahead by itself and "
        f"{people} must approve, as where this policy asks most."
    )
    reasons = (f"Within it this would have held: {verdict.because}", *verdict.reasons)
    return verdict._replace(
        route=Route.REVIEW,
        because=because,
        plan=policy.strictest,
        reasons=reasons,
        allowance=None,
    )


def _evaluation(
    policy: Policy, facts: Facts, verdict: _Verdict, flags: tuple[Flag, ...], steps: list[Step]
) -> Evaluation:
    reasons = [verdict.because, *verdict.reasons]
    raised = risk.told(flags, counted=verdict.by_flags) if verdict.plan is not None else ""
    return Evaluation(
        route=verdict.route,
        rule=verdict.rule,
        because=verdict.because,
        plan=verdict.plan,
        fields=_fields(policy, facts.payload),
        summary=summarise(
            policy.policy,
            verdict.route,
            verdict.rule,
            reasons,
            verdict.plan,
            raised,
            policy.valid,
        ),
        trace=tuple(steps),
        error=verdict.error,
        flags=flags,
        allowance=verdict.allowance,
        valid_s=policy.valid,
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
            label=labelled(name, declared),
            type=declared.type,
            format=declared.format,
            currency=declared.currency,
            secret=declared.secret,
            editable=declared.editable,
            visible=declared.visible,
        )
        for name, declared in policy.inputs.items()
        if name in payload
    )


def labelled(name: str, declared: Input) -> str:
    """The label of an input; without one `order_id` is shown as `Order id`."""
    if declared.label is not None:
        return declared.label
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
