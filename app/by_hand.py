"""What people ask for by hand, without a workflow. What `slack` calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import JsonValue

from policies.schema import Input

from .ask import Ask
from .domain.cards import Place
from .domain.errors import FormRefused, IdempotencyKeyReused, PolicyNotFound
from .domain.request import BY_HAND, Request
from .domain.reviewers import distrust
from .ports import Client, ClientLimit, Directory, Judge
from .service import Service

LIMIT = ClientLimit(count=120, window_s=3_600)
"""Of all people together. What comes past it waits its turn and is decided by people, so that
nobody floods the reviewers, or uses up what a rule lets through by itself."""

_CLIENT = Client(id=BY_HAND, limit=LIMIT)
"""It may use every policy that can be asked by hand, and has no key."""


@dataclass(frozen=True)
class Wish:
    """What somebody fills in; `form` is the same however often it is sent, where it has a name."""

    form: str
    policy: str
    title: str
    payload: dict[str, JsonValue]
    context: dict[str, JsonValue]
    asked_in: Place | None = None


@dataclass(frozen=True)
class ByHand:
    """Asking by hand: under which policies, with what, and the request itself."""

    service: Service
    judge: Judge
    directory: Directory

    def policies(self) -> Mapping[str, str | None]:
        """Each policy by its name, in order, with what it says it is for."""
        return self.judge.names()

    def known(self, policy: str, *, everything: bool) -> None:
        """Raises `PolicyNotFound` for a name that is no policy, or none that everybody knows of.

        What can be asked by hand they do; with `everything` the others are known too.
        """
        if everything:
            self.judge.inputs(policy)
        else:
            self._check(policy, "of which you may see anything")

    def inputs(self, policy: str) -> Mapping[str, Input] | None:
        """What is to be filled in; None where a policy takes anything. Raises `PolicyNotFound`."""
        self._check(policy)
        _, inputs = self.judge.inputs(policy)
        return inputs

    def ask(self, user_id: str, wish: Wish) -> Request:
        """Open what somebody (a user id) wishes, on their own behalf; once for each form.

        Raises `PersonNotTrusted`, `FormRefused`, `PolicyNotFound`, `InputsRefused`.
        """
        person = self.directory.person(user_id, (), None)
        if (distrusted := distrust(person, "ask")) is not None:
            raise distrusted
        self._check(wish.policy)
        if not wish.title:
            raise FormRefused("Say in a few words what you ask for.")
        ask = Ask(
            title=wish.title,
            payload=wish.payload,
            policy=wish.policy,
            context=wish.context or None,
            on_behalf_of=user_id,
            idempotency_key=f"{user_id}:{wish.form}" if wish.form else None,
            asked_in=wish.asked_in,
        )
        try:
            return self.service.open(_CLIENT, ask).request
        except IdempotencyKeyReused as reused:
            raise FormRefused(
                "This form was sent before, and what it said then is asked for already.",
                "Close it, and ask anew for anything else.",
            ) from reused

    def _check(self, policy: str, what: str = "to ask by hand") -> None:
        """Raises `PolicyNotFound`, also for one that is there and not asked by hand."""
        names = self.policies()
        if policy in names:
            return
        near = get_close_matches(policy, names, n=1)
        known = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names) or 'none'}."
        raise PolicyNotFound(f"There is no policy {policy!r} {what}.", known)
