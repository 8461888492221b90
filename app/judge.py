"""`Judge`: the policies that this process loaded, asked by name."""

from __future__ import annotations

import difflib
import logging
from dataclasses import dataclass
from typing import Any

from policies.evaluate import Facts, check_payload, evaluate
from policies.loader import Policies

from .domain.errors import InputsRefused, PolicyNotFound
from .ports import Judgement

_log = logging.getLogger("countersign.policies")


@dataclass(frozen=True)
class PolicyJudge:
    """A folder of policies as it was when the process started."""

    policies: Policies

    def judge(self, policy: str, payload: dict[str, Any], signals: dict[str, Any]) -> Judgement:
        loaded = self.policies.get(policy)
        if loaded is None:
            raise PolicyNotFound(f"There is no policy {policy!r}.", self._did_you_mean(policy))
        problems = check_payload(loaded.policy, payload, signals)
        if problems:
            raise InputsRefused(tuple((one.field, one.message) for one in problems))
        evaluation = evaluate(loaded, Facts(payload=payload, signals=signals))
        if evaluation.error is not None:
            _log.warning("policy %s asks a person for an error: %s", policy, evaluation.error)
        return Judgement(loaded.policy.policy, loaded.hash, evaluation)

    def _did_you_mean(self, policy: str) -> str:
        near = difflib.get_close_matches(policy, self.policies, n=1)
        names = ", ".join(sorted(self.policies))
        return f"Did you mean {near[0]}?" if near else f"These are loaded: {names}."
