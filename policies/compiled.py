"""A policy ready to be asked: its conditions compiled, its plans made, and what is wrong with it
beyond its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from policies.asking import misfits
from policies.atoms import is_group
from policies.conditions import Condition, ConditionError, ConditionProblem, Vocabulary
from policies.inputs import SIGNALS, signals_of
from policies.plan import Outcome, ReviewPlan, Route
from policies.plans import changed, plan, strictest, with_two
from policies.review_form import Review
from policies.risk import ONE_PERSON, QUESTIONS
from policies.schema import Input, Limit, Policy, Rule
from policies.wording import listing, nearest

MAX_FAULTS = 100
"""With so many faults the rest of the conditions is not looked at."""

Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """What is wrong at a place of the file: with a whole value, its key, or within a condition."""

    path: Path
    problem: ConditionProblem | str
    of_key: bool = False


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy, the hash and path of its file, its conditions, and the plans that may come of it.

    `conditions` and `plans` are by rule id, `questions` by name. `plan` is what the policy's own
    `review` asks for; `strictest` is for whatever goes wrong.
    """

    policy: Policy
    hash: str
    source: str
    conditions: Mapping[str, Condition]
    questions: Mapping[str, Condition]
    plans: Mapping[str, ReviewPlan]
    plan: ReviewPlan
    strictest: ReviewPlan


class PolicyFaults(ValueError):
    """A policy that has the right form and can't be used, with everything that is wrong."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(_message(fault) for fault in faults))


def compiled(policy: Policy, digest: str = "", source: str = "") -> LoadedPolicy:
    """The policy ready for use. Raises `PolicyFaults`."""
    faults: list[Fault] = [*_misnamed(policy), *_unfit_rules(policy), *_unfit_tests(policy)]
    conditions = _conditions(policy, faults)
    questions = _questions(policy, faults)
    own = plan(policy.review)
    plans = _plans(policy, faults)
    faults += _unfit_review(policy, own)
    if faults:
        raise PolicyFaults(tuple(faults))
    by_flags = [with_two(own)] if may_ask_two(policy) else []
    return LoadedPolicy(
        policy=policy,
        hash=digest,
        source=source,
        conditions=MappingProxyType(conditions),
        questions=MappingProxyType(questions),
        plans=MappingProxyType(plans),
        plan=own,
        strictest=strictest(own, [*map(_for_people, plans.values()), *by_flags]),
    )


def vocabulary(policy: Policy, *, risk: bool) -> Vocabulary:
    """What the conditions of a policy can use; `risk` in its rules alone."""
    inputs, declared = policy.inputs, (policy.inputs or {}).items()
    return Vocabulary(
        None if inputs is None else {name: one.type for name, one in declared},
        {name: one.type for name, one in signals_of(policy).items()},
        secret=frozenset(name for name, one in declared if one.secret),
        reserved=frozenset(name for name, one in declared if one.visible == "reviewers"),
        risk=risk and bool(policy.risk),
    )


def _conditions(policy: Policy, faults: list[Fault]) -> dict[str, Condition]:
    words = vocabulary(policy, risk=True)
    found: dict[str, Condition] = {}
    for position, rule in enumerate(policy.rules):
        if rule.when is not None:
            path: Path = ("rules", position, "when")
            found |= _compiled(words, rule.id, rule.when, path, faults)
    return found


def _questions(policy: Policy, faults: list[Fault]) -> dict[str, Condition]:
    if not policy.risk:
        return {}
    words = vocabulary(policy, risk=False)
    found: dict[str, Condition] = {}
    for name, question in policy.risk.items():
        found |= _compiled(words, name, question.when, ("risk", name, "when"), faults)
    return found


def _compiled(
    words: Vocabulary, name: str, text: str, path: Path, faults: list[Fault]
) -> dict[str, Condition]:
    if len(faults) >= MAX_FAULTS:
        return {}
    try:
        return {name: words.compile(text)}
    except ConditionError as error:
        faults += [Fault(path, problem) for problem in error.problems]
        return {}


def _plans(policy: Policy, faults: list[Fault]) -> dict[str, ReviewPlan]:
    plans: dict[str, ReviewPlan] = {}
    for position, rule in enumerate(policy.rules):
        try:
            review = changed(policy.review, rule.review)
        except ValueError as error:
            faults.append(Fault(("rules", position, "review"), str(error)))
            continue
        if rule.then in (Route.REVIEW, Route.WATCH):
            plans[rule.id] = plan(review, rule)
            faults += _unfit_plan(policy, plans[rule.id], review, rule, position)
    return plans


def _unfit_plan(
    policy: Policy, one: ReviewPlan, review: Review, rule: Rule, position: int
) -> Iterator[Fault]:
    written = set() if rule.review is None else rule.review.model_fields_set
    if "confirm" in written and (message := _untypable(policy, one.confirm)):
        yield Fault(("rules", position, "review", "confirm"), message)
    for key, message in misfits(review):
        if key[0] in written:
            yield Fault(("rules", position, "review", *key), message)
    if rule.review is not None and (message := _uncountable_choice(one)):
        yield Fault(("rules", position, "review"), message)
    if one.watch is not None and one.watch.for_s >= one.expire_s:
        yield Fault(("rules", position, "for"), "a watch has to end before the request expires")


def _unfit_review(policy: Policy, own: ReviewPlan) -> Iterator[Fault]:
    by_flags = may_ask_two(policy)
    if message := _untypable(policy, own.confirm):
        yield Fault(("review", "confirm"), message)
    for key, message in misfits(policy.review):
        yield Fault(("review", *key), message)
    if not own.reviewers:
        nobody = "`review` needs `reviewers`, or `stages` with reviewers of their own"
        yield Fault(("review",), nobody)
    elif by_flags and not _two_can_be_asked(own):
        several = f"past {ONE_PERSON} risk flags two people are asked; name another reviewer"
        yield Fault(("review",), several)
    elif message := _uncountable_choice(with_two(own) if by_flags else own):
        yield Fault(("review", "choices"), message)


def _uncountable_choice(one: ReviewPlan) -> str:
    """Two people who write something of their own have not agreed on anything."""
    free = [each for each in one.choices if each.comment and each.outcome is Outcome.APPROVE]
    if not free or one.people == 1:
        return ""
    return f"{one.people} people have to agree, so `{free[0].id}` can't have a comment"


def _untypable(policy: Policy, name: str | None) -> str:
    """Why nobody can type the value of this input to confirm it, or nothing."""
    inputs = policy.inputs or {}
    if name is None:
        return ""
    if name not in inputs:
        return f"`confirm` needs an input that is declared; {name} is not{nearest(name, inputs)}"
    declared = inputs[name]
    if declared.secret:
        return f"{name} is secret, so nobody can see what to type; name another input"
    if declared.type not in ("string", "number", "integer"):
        return f"`confirm` goes with text and numbers; {name} is of type {declared.type}"
    if not declared.required:
        return f"{name} may be missing, and then nobody could approve; take required: false out"
    return ""


def may_ask_two(policy: Policy) -> bool:
    """Whether the number of flags can come to ask two people, where no rules decide."""
    return len(policy.risk) > ONE_PERSON and not policy.rules


def _two_can_be_asked(own: ReviewPlan) -> bool:
    last = own.stages[-1]
    return own.people > 1 or len(last.reviewers) > 1 or any(map(is_group, last.reviewers))


def _for_people(one: ReviewPlan) -> ReviewPlan:
    """A watching rule's plan once somebody has to look."""
    return one.model_copy(update={"watch": None})


def _misnamed(policy: Policy) -> Iterator[Fault]:
    known = [*QUESTIONS, *signals_of(policy)]
    for name in policy.risk:
        if name not in known:
            message = f"`{name}` is no risk question{nearest(name, known)}; known are"
            yield Fault(("risk", name), f"{message} {listing(known)}", of_key=True)
    for name in policy.signals:
        if name in SIGNALS:
            taken = f"`{name}` is there already; take it out"
            yield Fault(("signals", name), taken, of_key=True)


def _unfit_rules(policy: Policy) -> Iterator[Fault]:
    if policy.auto and (policy.rules or not policy.risk):
        yield Fault(("auto",), "`auto` goes with `risk` and no `rules`; write a rule instead")
    for position, rule in enumerate(policy.rules):
        if rule.then is Route.WATCH and policy.reversible is False:
            message = "what can't be undone is not left to a watch; write then: review"
            yield Fault(("rules", position, "then"), message)
        if rule.limit is not None:
            yield from _unfit_limit(policy, rule.limit, ("rules", position, "limit"))


def _unfit_limit(policy: Policy, limit: Limit, path: Path) -> Iterator[Fault]:
    for key, field in (("sum", limit.sum), ("per", limit.per)):
        if field is not None and (message := _uncountable(policy, key, field)):
            yield Fault((*path, key), message)


def _uncountable(policy: Policy, key: str, field: str) -> str:
    name = field.removeprefix("payload.")
    inputs = policy.inputs or {}
    if name not in inputs:
        return f"`{key}` needs an input that is declared; {name} is not{nearest(name, inputs)}"
    return _uncounted(key, name, inputs[name])


def _uncounted(key: str, name: str, declared: Input) -> str:
    if not declared.required:
        return f"{name} may be missing, and would then not be counted; take required: false out"
    if key == "sum" and declared.type not in ("number", "integer"):
        return f"`sum` adds up numbers; {name} is of type {declared.type}"
    if key == "sum" and (declared.minimum is None or declared.minimum < 0):
        return f"a negative {name} would make room in the limit; give the input minimum: 0"
    if key == "per" and declared.type in ("list", "object"):
        return f"`per` goes with one value; {name} is of type {declared.type}"
    if declared.secret:
        return f"{name} is secret, and a limit would tell of it by and by; write `count` alone"
    return ""


def _unfit_tests(policy: Policy) -> Iterator[Fault]:
    ids = [rule.id for rule in policy.rules]
    limited = [rule.id for rule in policy.rules if rule.limit is not None]
    routes = [route.value for route in Route]
    for position, test in enumerate(policy.tests):
        if test.expect not in (*ids, *routes):
            known = f"it has {listing(ids)}" if ids else f"write {listing(routes, 'or')}"
            message = f"there is no rule {test.expect}{nearest(test.expect, ids)}; {known}"
            yield Fault(("tests", position, "expect"), message)
        for name in test.spent:
            if name not in limited:
                yield Fault(("tests", position, "spent"), f"the rule {name} has no limit")


def _message(fault: Fault) -> str:
    return fault.problem if isinstance(fault.problem, str) else fault.problem.message
