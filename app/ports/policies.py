"""The policies in force, asked by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from policies.explain import Explanation
from policies.plan import Evaluation
from policies.schema import Input


@dataclass(frozen=True)
class Judgement:
    """What the policy said, and which file said it."""

    policy: str
    policy_hash: str
    evaluation: Evaluation


@dataclass(frozen=True)
class Explained:
    """What the policy, or a draft of it, would do with a request, with all its reasons."""

    policy: str
    policy_hash: str
    explanation: Explanation


class Judge(Protocol):
    """The policies in force."""

    def names(self) -> Mapping[str, str | None]:
        """Each of them by its name, in order, with what it says it is for."""

    def inputs(self, policy: str) -> Mapping[str, Input] | None:
        """What a payload under this policy holds; None where it takes any.

        Raises `PolicyNotFound`.
        """

    def judge(
        self,
        policy: str,
        payload: dict[str, object],
        signals: dict[str, object],
        spent: frozenset[str] = frozenset(),
        *,
        over_limit: bool = False,
    ) -> Judgement:
        """What a policy says; the rules in `spent` have no room left in their limit.

        Of what its client asked past its limit (`over_limit`) nothing goes ahead without a person.
        Raises `PolicyNotFound`, or `InputsRefused` with every problem of the payload.
        """

    def explain(
        self,
        policy: str,
        payload: dict[str, object],
        signals: dict[str, object],
        spent: frozenset[str] = frozenset(),
        draft: str | None = None,
    ) -> Explained:
        """The same with all its reasons, by the policy in force or by the text of a draft of it.

        Raises `PolicyNotFound`, `InputsRefused`, `DraftRefused`.
        """

    def check_signals(self, policy: str, signals: dict[str, object]) -> None:
        """Raises `InputsRefused` for signals that this policy can't use.

        Of a policy that is gone only the signals that every request can bring are known.
        """
