"""The risk questions of a policy, answered for one request: flags, each with a phrase."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from policies.conditions import Budget, Condition, Finding, Given
from policies.plan import Flag
from policies.schema import Policy
from policies.wording import listing, sentence

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "latency_tolerance": "It can wait for a person.",
        "ambiguity": "It is not clear what is right here.",
        "impact_radius": "It reaches far: many people, or much money.",
        "rework_cost": "A mistake would be costly to put right.",
        "frequency": "It happens seldom, so a look costs little.",
        "learning_potential": "A person's answer would teach something.",
    }
)
"""The six questions of risk, with what is said when one is raised and the policy says nothing."""

SIGNAL_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "confidence": "The requester is not sure enough.",
        "reversible": "It can't simply be undone.",
        "affected": "It affects many.",
        "anomaly": "Something about it is unusual.",
    }
)
"""The same for the signals that every request can bring."""

ONE_PERSON = 3
"""Up to so many raised flags one person is asked where no rules say otherwise, past it two."""


def flags(
    policy: Policy, questions: Mapping[str, Condition], given: Given, budget: Budget
) -> tuple[Flag, ...]:
    """Every question of the policy, in its order, with its answer."""
    return tuple(
        _flag(policy, name, condition.test(given, budget)) for name, condition in questions.items()
    )


def _flag(policy: Policy, name: str, finding: Finding) -> Flag:
    return Flag(
        question=name,
        raised=None if finding.error is not None else finding.holds,
        because=because(policy, name),
        phrase=finding.phrase,
    )


def because(policy: Policy, name: str) -> str:
    """What is said when this question is raised: the policy's words, or else ours."""
    own = policy.risk[name].because
    return own or QUESTIONS.get(name) or SIGNAL_FLAGS.get(name) or f"It raises {name}."


def counts(found: tuple[Flag, ...]) -> range:
    """How many flags there may be: each question without an answer could be one, or none."""
    sure = sum(flag.raised is True for flag in found)
    return range(sure, sure + sum(flag.raised is None for flag in found) + 1)


def told(found: tuple[Flag, ...], *, counted: bool) -> str:
    """The raised flags in a sentence or two; empty when there are none.

    Questions without an answer are told where the number of flags `counted`.
    """
    raised = [flag for flag in found if flag.raised]
    unknown = [flag.question for flag in found if flag.raised is None] if counted else []
    parts = []
    if raised:
        said = " ".join(sentence(flag.because) for flag in raised)
        parts.append(f"Risk flags raised ({len(raised)}): {said}")
    if unknown:
        parts.append(f"Could not be answered, so it counts as raised: {listing(unknown)}.")
    return " ".join(parts)
