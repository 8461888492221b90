"""Why a policy would do what it would do: every rule, every condition, the people, the timeline.

Pure, like the evaluation that it explains; the command line and the HTTP door print the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from policies.calendar import in_words as duration
from policies.compiled import LoadedPolicy, vocabulary
from policies.conditions import Budget, ConditionError, Given, Vocabulary
from policies.evaluate import Facts, evaluate
from policies.hours import in_words
from policies.limits import in_full
from policies.operands import operands
from policies.plan import (
    Assignment,
    Evaluation,
    Flag,
    Frozen,
    Hours,
    Outcome,
    ReviewPlan,
    Route,
    Summary,
)
from policies.risk import counts
from policies.schema import Rule
from policies.summary import EFFECTS
from policies.timeline import Moment, timeline


class Part(Frozen):
    """One operand of a rule's condition. `holds` is None where it could not be evaluated."""

    text: str
    holds: bool | None
    phrase: str


class ExplainedRule(Frozen):
    """A rule of the policy as it was met, or was not reached. `parts` are its condition's."""

    rule: str
    then: Route
    because: str
    reached: bool
    matched: bool
    phrase: str
    joined_by: Literal["&&", "||"] | None
    parts: tuple[Part, ...]
    limit: str | None


class Button(Frozen):
    """What a reviewer can press, and what it does."""

    label: str
    outcome: Outcome
    effect: str


class Asked(Frozen):
    """One stage: who is named, whether all of them are asked, and how many must approve."""

    name: str | None
    reviewers: tuple[str, ...]
    quorum: int
    assign: Assignment


class People(Frozen):
    """Who would be asked, where, what they could answer, and who may look.

    `secret` is shown to nobody, `reserved` to those alone who may come to decide.
    """

    channel: str | None
    stages: tuple[Asked, ...]
    reject_quorum: int
    buttons: tuple[Button, ...]
    checklist: tuple[str, ...]
    editable: tuple[str, ...]
    secret: tuple[str, ...]
    reserved: tuple[str, ...]
    confirm: str | None
    undo: str | None
    viewers: tuple[str, ...]
    hours: str | None


class Explanation(Frozen):
    """The whole answer. `people` is None where nobody would be asked.

    `valid` is how long an approval can be used, in words; None as long as the request is kept.
    """

    route: Route
    rule: str | None
    because: str
    error: str | None
    summary: Summary
    rules: tuple[ExplainedRule, ...]
    flags: tuple[Flag, ...]
    people: People | None
    valid: str | None
    timeline: tuple[Moment, ...]


def explain(policy: LoadedPolicy, facts: Facts, at: datetime | None = None) -> Explanation:
    """What would come of a request whose facts passed `check_payload`, and every reason for it.

    Were it opened `at` some time, which without a zone is one on the clocks of the plan's hours,
    the timeline says when each thing happens.
    """
    evaluation = evaluate(policy, facts)
    return Explanation(
        route=evaluation.route,
        rule=evaluation.rule,
        because=evaluation.because,
        error=evaluation.error,
        summary=evaluation.summary,
        rules=_rules(policy, facts, evaluation),
        flags=evaluation.flags,
        people=None if evaluation.plan is None else _people(evaluation, evaluation.plan),
        valid=None if evaluation.valid_s is None else duration(evaluation.valid_s),
        timeline=timeline(evaluation.route, evaluation.plan, at),
    )


def _rules(policy: LoadedPolicy, facts: Facts, evaluation: Evaluation) -> tuple[ExplainedRule, ...]:
    steps = {step.rule: step for step in evaluation.trace}
    given: Given = {
        "payload": facts.payload,
        "signals": facts.signals,
        "risk": {"flags": counts(evaluation.flags)[-1]},
    }
    words, budget = vocabulary(policy.policy, risk=True), Budget()
    explained = []
    for rule in policy.policy.rules:
        step = steps.get(rule.id)
        joined_by, parts = _parts(words, rule, given, budget) if step is not None else (None, ())
        explained.append(
            ExplainedRule(
                rule=rule.id,
                then=rule.then,
                because=rule.because,
                reached=step is not None,
                matched=step is not None and step.matched,
                phrase="not reached" if step is None else step.phrase,
                joined_by=joined_by,
                parts=parts,
                limit=None if rule.limit is None else in_full(rule.limit),
            )
        )
    return tuple(explained)


def _parts(
    words: Vocabulary, rule: Rule, given: Given, budget: Budget
) -> tuple[Literal["&&", "||"] | None, tuple[Part, ...]]:
    """The operands of a condition, each by itself; none where it is a single one."""
    if rule.when is None:
        return None, ()
    operator, texts = operands(rule.when)
    if operator is None:
        return None, ()
    try:
        tested = [(text, words.compile(text).test(given, budget)) for text in texts]
    except ConditionError:  # an operand that has a meaning only among the others
        return None, ()
    return operator, tuple(
        Part(text=text, holds=None if found.error else found.holds, phrase=found.phrase)
        for text, found in tested
    )


def _people(evaluation: Evaluation, plan: ReviewPlan) -> People:
    return People(
        channel=plan.channel,
        stages=tuple(
            Asked(name=one.name, reviewers=one.reviewers, quorum=one.quorum, assign=one.assign)
            for one in plan.stages
        ),
        reject_quorum=plan.reject_quorum,
        buttons=_buttons(plan),
        checklist=plan.checklist,
        editable=tuple(field.label for field in evaluation.fields if field.editable),
        secret=tuple(field.label for field in evaluation.fields if field.secret),
        reserved=tuple(field.label for field in evaluation.fields if field.visible == "reviewers"),
        confirm=plan.confirm,
        undo=None if plan.undo_s is None else duration(plan.undo_s),
        viewers=plan.viewers,
        hours=None if plan.hours is None else _hours(plan.hours),
    )


def _hours(hours: Hours) -> str:
    number = len(hours.holidays)
    closed = f", but for {number} {'holiday' if number == 1 else 'holidays'}" if number else ""
    return f"{in_words(hours)}{closed}"


def _buttons(plan: ReviewPlan) -> tuple[Button, ...]:
    if plan.choices:
        return tuple(
            Button(label=one.label, outcome=one.outcome, effect=one.effect) for one in plan.choices
        )
    return tuple(
        Button(label=outcome.value.capitalize(), outcome=outcome, effect=EFFECTS[outcome])
        for outcome in plan.outcomes
    )
