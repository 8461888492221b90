"""Choosing entries by date, policy and person. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.events import EventType
from app.domain.message import iso

from .lines import Chosen, Linked


@dataclass(frozen=True)
class Choice:
    """Entries of the stream from `since_ms` on and before `until_ms`, about one policy, one person.

    A person has several `names`: a user id, and the pseudonym of an e-mail address; the first is
    the one by which they are called.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    policy: str | None = None
    names: tuple[str, ...] = ()

    @property
    def in_words(self) -> Chosen:
        """As the header of an export has it."""
        return Chosen(
            since=None if self.since_ms is None else iso(self.since_ms),
            until=None if self.until_ms is None else iso(self.until_ms),
            policy=self.policy,
            person=self.names[0] if self.names else None,
        )


class Choosing:
    """Looks at entry after entry, since a request's policy is told when it is opened.

    `over` says that nothing that comes can be chosen any more.
    """

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._policies: dict[str, str] = {}
        self.over = False

    def takes(self, linked: Linked) -> bool:
        """Whether it is one of those."""
        choice, event = self._choice, linked.event or {}
        policy = self._policy(event)
        at_ms = int(linked.entry.id.partition("-")[0])
        if choice.until_ms is not None and at_ms >= choice.until_ms:
            self.over = True
            return False
        if choice.since_ms is not None and at_ms < choice.since_ms:
            return False
        if choice.policy is not None and choice.policy != policy:
            return self._is_about_the_policy(event)
        return not choice.names or self.is_named(event)

    def is_named(self, value: Any) -> bool:
        """Whether the person did it, or is in its details in whatever part."""
        match value:
            case str():
                return value in self._choice.names
            case dict():
                return any(map(self.is_named, value.values()))
            case list():
                return any(map(self.is_named, value))
        return False

    def policy_of(self, linked: Linked) -> str | None:
        """The policy of an entry that was looked at, None where it is about no request."""
        return self._policies.get(str((linked.event or {}).get("request")))

    def _policy(self, event: dict[str, Any]) -> str | None:
        request, detail = event.get("request"), event.get("detail")
        if not isinstance(request, str):
            return None
        if event.get("type") == EventType.OPENED and isinstance(detail, dict):
            self._policies[request] = str(detail.get("policy"))
        return self._policies.get(request)

    def _is_about_the_policy(self, event: dict[str, Any]) -> bool:
        """That a policy came, changed or went stands under its name."""
        detail = event.get("detail")
        if event.get("request") is not None or not isinstance(detail, dict):
            return False
        named = any(
            self._choice.policy in (detail.get(kind) or {})
            for kind in ("added", "changed", "removed")
        )
        return named and (not self._choice.names or self.is_named(event))
