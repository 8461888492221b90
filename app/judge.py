"""`Judge`: the policies in force in this process, asked by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from policies.evaluate import Facts, LoadedPolicy, check_payload, evaluate
from policies.explain import explain
from policies.inputs import SIGNALS, InputProblem, signal_problems, signals_of
from policies.loader import Policies, PolicyErrors, load_text
from policies.schema import Input

from .domain.errors import DraftRefused, InputsRefused, PolicyNotFound
from .ports import Explained, Judgement


class PolicyJudge:
    """A folder of policies, as it was when it was loaded last.

    `policies` is replaced as a whole, so that an evaluation sees the old folder or the new one.
    """

    def __init__(self, policies: Policies) -> None:
        self.policies = policies

    def names(self) -> Mapping[str, str | None]:
        found = ((name, loaded.policy) for name, loaded in sorted(self.policies.items()))
        return {name: policy.description for name, policy in found if policy.by_hand}

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
        loaded = self._named(policy)
        _refuse(check_payload(loaded, payload, signals))
        evaluation = evaluate(loaded, Facts(payload, signals, spent, over_limit, in_hand))
        return Judgement(loaded.policy.policy, loaded.hash, evaluation)

    def explain(
        self,
        policy: str,
        payload: dict[str, Any],
        signals: dict[str, Any],
        spent: frozenset[str] = frozenset(),
        draft: str | None = None,
    ) -> Explained:
        loaded = self._named(policy) if draft is None else _drafted(draft)
        _refuse(check_payload(loaded, payload, signals))
        explanation = explain(loaded, Facts(payload, signals, spent), datetime.now(UTC))
        return Explained(loaded.policy.policy, loaded.hash, explanation)

    def inputs(self, policy: str) -> tuple[str, Mapping[str, Input] | None]:
        loaded = self._named(policy)
        return loaded.hash, loaded.policy.inputs

    def check_signals(self, policy: str, signals: dict[str, Any]) -> None:
        loaded = self.policies.get(policy)
        # A policy that is gone by now still has requests open, and a monitor may well object.
        _refuse(signal_problems(SIGNALS if loaded is None else signals_of(loaded.policy), signals))

    def _named(self, policy: str) -> LoadedPolicy:
        loaded = self.policies.get(policy)
        if loaded is None:
            raise PolicyNotFound(f"There is no policy {policy!r}.", self._did_you_mean(policy))
        return loaded

    def _did_you_mean(self, policy: str) -> str:
        near = difflib.get_close_matches(policy, self.policies, n=1)
        names = ", ".join(sorted(self.policies))
        return f"Did you mean {near[0]}?" if near else f"These are loaded: {names}."


def _drafted(text: str) -> LoadedPolicy:
    try:
        return load_text(text.encode("utf-8", "surrogatepass"), "draft")
    except PolicyErrors as error:
        found = [(f"line {one.line}, column {one.column}", one.message) for one in error.problems]
        raise DraftRefused(tuple(found)) from error


def _refuse(problems: tuple[InputProblem, ...]) -> None:
    if problems:
        raise InputsRefused(tuple((one.field, one.message) for one in problems))
