"""What happened to a request, or to the policies, as the audit trail keeps it.

Events carry ids and digests, never a payload, a name or a comment, so that personal data can be
erased without touching the trail.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Literal

from pydantic import Field, JsonValue

from policies.plan import Frozen


class EventType(StrEnum):
    """Everything that a commit can record."""

    OPENED = "request.opened"
    EVALUATION_FAILED = "policy.failed"
    APPROVAL_GIVEN = "approval.given"
    STAGE_PASSED = "stage.passed"
    REMINDED = "request.reminded"
    ESCALATED = "request.escalated"
    NOTICE_SAID = "notice.said"
    WATCH_STOPPED = "watch.stopped"
    SIGNAL_REPORTED = "signal.reported"
    DECIDED = "request.decided"
    CANCELLED = "request.cancelled"
    EXPIRED = "request.expired"
    ERASED = "request.erased"
    DECISION_REFUSED = "decision.refused"
    CARD_ASKED_FOR = "card.asked_for"
    CARD_POSTED = "card.posted"
    CARD_LOST = "card.lost"
    REQUESTER_TOLD = "requester.told"
    CALLBACK_ATTEMPTED = "callback.attempted"
    CALLBACK_GIVEN_UP = "callback.given_up"
    CALLBACK_REDELIVERED = "callback.redelivered"


class Event(Frozen):
    """One entry of the trail; `version` is the version of the state that it led to."""

    type: EventType
    request: str
    version: int
    at_ms: int
    actor_kind: Literal["person", "policy", "timeout", "client", "system"]
    actor: str
    detail: dict[str, JsonValue] = Field(default_factory=dict)


class PolicyEventType(StrEnum):
    """What is recorded about the policies themselves."""

    LOADED = "policy.loaded"
    REFUSED = "policy.refused"


class PolicyEvent(Frozen):
    """One entry of the trail that is about the policies in force, and about no one request.

    `actor` is `startup`, `SIGHUP` or `operator NAME`. `detail` has the hashes of what was `added`,
    `changed` and `removed`, by name; of a refused folder it has the number of its problems.
    """

    type: PolicyEventType
    at_ms: int
    actor_kind: Literal["system"] = "system"
    actor: str
    detail: dict[str, JsonValue] = Field(default_factory=dict)


def fingerprint(text: str | None) -> str | None:
    """A comment as the trail keeps it: enough to prove it, nothing to read."""
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()
