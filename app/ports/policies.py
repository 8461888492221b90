"""The policies in force, asked by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

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

    def judge(
        self,
        policy: str,
        payload: dict[str, Any],
        signals: dict[str, Any],
        spent: frozenset[str] = frozenset(),
        *,
        over_limit: bool = False,
        in_hand: str | None = None,
    ) -> Judgement:
        """What a policy says; the rules in `spent` have no room left in their limit.

        Of what its client asked past its limit (`over_limit`) nothing goes ahead without a person,
        nor of what is in people's hands already (`in_hand` says why).
        Raises `PolicyNotFound`, or `InputsRefused` with every problem of the payload.
        """

    def explain(
        self,
        policy: str,
        payload: dict[str, Any],
        signals: dict[str, Any],
        spent: frozenset[str] = frozenset(),
        draft: str | None = None,
    ) -> Explained:
        """The same with all its reasons, by the policy in force or by the text of a draft of it.

        Raises `PolicyNotFound`, `InputsRefused`, `DraftRefused`.
        """

    def inputs(self, policy: str) -> tuple[str, Mapping[str, Input] | None]:
        """The hash of a policy's file, and its inputs by name; None where it takes any payload.

        Raises `PolicyNotFound`.
        """

    def check_signals(self, policy: str, signals: dict[str, Any]) -> None:
        """Raises `InputsRefused` for signals that this policy can't use.

        Of a policy that is gone only the signals that every request can bring are known.
        """
