"""A policy's own tests, tried: what was expected, what came, and why."""

from __future__ import annotations

from policies.compiled import LoadedPolicy
from policies.evaluate import Facts, check_payload, evaluate
from policies.plan import Evaluation, Frozen
from policies.schema import Expectation
from policies.wording import listing


class Trial(Frozen):
    """One test: passed when nothing is in `failures`.

    `evaluation` is None where the payload or the signals do not fit the policy; then `got` is
    empty and `failures` says what does not fit. `number` counts from 1.
    """

    number: int
    name: str
    expected: str
    got: str
    failures: tuple[str, ...]
    evaluation: Evaluation | None

    @property
    def passed(self) -> bool:
        """Whether all came as expected."""
        return not self.failures


def trials(loaded: LoadedPolicy) -> tuple[Trial, ...]:
    """Every test of the policy, in its order."""
    return tuple(_tried(loaded, at, test) for at, test in enumerate(loaded.policy.tests, start=1))


def _tried(loaded: LoadedPolicy, number: int, test: Expectation) -> Trial:
    unfit = check_payload(loaded, test.payload, test.signals)
    facts = Facts(test.payload, test.signals, frozenset(test.spent))
    evaluation = None if unfit else evaluate(loaded, facts)
    if evaluation is None:
        failures = tuple(f"{problem.field} {problem.message}" for problem in unfit)
    else:
        failures = tuple(_failures(test, evaluation))
    return Trial(
        number=number,
        name=test.name or f"test {number}",
        expected=_expected(test),
        got="" if evaluation is None else _got(test, evaluation),
        failures=failures,
        evaluation=evaluation,
    )


def _failures(test: Expectation, evaluation: Evaluation) -> list[str]:
    failures = []
    decided = evaluation.rule or evaluation.route.value
    if decided != test.expect:
        failures.append(
            f"expected {test.expect}, got {_decided(evaluation)}{_advice(test, evaluation)}"
        )
    people = 0 if evaluation.plan is None else evaluation.plan.people
    if test.quorum is not None and people != test.quorum:
        failures.append(f"expected {_people(test.quorum)}, got {_people(people)}")
    return failures


def _advice(test: Expectation, evaluation: Evaluation) -> str:
    """A test names the rule that decides; the route is right where no rule does."""
    if evaluation.rule is not None and test.expect == evaluation.route:
        return f"; write expect: {evaluation.rule}"
    return ""


def _expected(test: Expectation) -> str:
    parts = [test.expect, *([] if test.quorum is None else [_people(test.quorum)])]
    return listing(parts)


def _got(test: Expectation, evaluation: Evaluation) -> str:
    people = 0 if evaluation.plan is None else evaluation.plan.people
    return listing([_decided(evaluation), *([] if test.quorum is None else [_people(people)])])


def _decided(evaluation: Evaluation) -> str:
    if evaluation.rule is not None:
        return f"{evaluation.rule} ({evaluation.route.value})"
    return f"{evaluation.route.value} by no rule" if evaluation.trace else evaluation.route.value


def _people(number: int) -> str:
    if number == 0:
        return "nobody asked"
    return "one person" if number == 1 else f"{number} people"
