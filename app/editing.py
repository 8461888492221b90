"""Approve with edits: what may be changed of a request, and the approval of what it became."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from policies.schema import Input

from .domain.commands import ApproveEdited
from .domain.digest import digest
from .domain.errors import EditRefused, PolicyNotFound
from .domain.pressing import not_what_was_shown
from .domain.request import Request
from .ports import Judge
from .reviewing import At, Reviewing

_IN_HAND = "A reviewer changed it while approving it."


@dataclass(frozen=True)
class Editing:
    """What a reviewer may change, by the policy in force; that has to be the one that judged it."""

    reviewing: Reviewing
    judge: Judge

    def editable(self, request_id: str) -> tuple[Request, Mapping[str, Input]]:
        """A request that waits, and the inputs of its policy, of which some can be changed.

        Raises `EditRefused`, and what `Reviewing.to_answer` raises.
        """
        request = self.reviewing.to_answer(request_id)
        return request, self._inputs(request)

    def approve(
        self,
        at: At,
        values: Mapping[str, JsonValue],
        choice: str | None = None,
        comment: str | None = None,
        confirmation: str | None = None,
    ) -> Request:
        """Approve the payload with these values in place of its own, the digest being `at`'s.

        The rest of the payload stays as it is. The policy is asked again, so that an edit is
        decided by whoever decides such a request. Raises `EditRefused`, `InputsRefused`,
        `DigestMismatch`, and what `Reviewing.decide` raises.
        """
        request, inputs = self.editable(at.request_id)
        if request.digest != at.digest:
            raise not_what_was_shown()
        _only_editable(values, inputs)
        payload = {**request.payload, **values}
        body = request.body
        judged = self.judge.judge(
            body.policy.name,
            payload,
            body.signals,
            frozenset(body.spent),
            over_limit=body.over_limit,
            in_hand=_IN_HAND,
        )
        _check_same(request, judged.policy_hash)
        plan = judged.evaluation.plan
        return self.reviewing.change(
            at,
            lambda press: ApproveEdited(
                **press,
                choice=choice,
                comment=comment,
                confirmation=confirmation,
                payload=payload,
                edited_digest=digest(body.id, body.nonce, body.policy.hash, payload),
                evaluation=judged.evaluation,
            ),
            () if plan is None else plan.named,
        )

    def _inputs(self, request: Request) -> Mapping[str, Input]:
        """Raises `EditRefused` where nothing of it can be changed by now."""
        name = request.body.policy.name
        try:
            hash_now, inputs = self.judge.inputs(name)
        except PolicyNotFound:
            hash_now, inputs = "", None
        _check_same(request, hash_now)
        if inputs is None or not any(one.editable for one in inputs.values()):
            raise EditRefused(f"The policy {name} has nothing that may be changed.")
        return inputs


def _check_same(request: Request, hash_now: str) -> None:
    """Raises `EditRefused` where another file is in force than the one that judged it."""
    policy = request.body.policy
    if hash_now != policy.hash:
        raise EditRefused(
            f"The policy {policy.name} has changed since this was asked, so it can't be "
            "changed here.",
            "Approve it as it is, or ask for changes.",
        )


def _only_editable(values: Mapping[str, JsonValue], inputs: Mapping[str, Input]) -> None:
    for name in values:
        if name not in inputs or not inputs[name].editable:
            raise EditRefused(f"The policy does not let anybody change {name}.")
