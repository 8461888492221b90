"""What happened to a request, to the policies or to everything, as the audit trail keeps it.

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
    REJECTION_GIVEN = "rejection.given"
    STAGE_PASSED = "stage.passed"
    PEOPLE_FOUND = "people.found"
    CLAIMED = "request.claimed"
    CLAIM_RELEASED = "claim.released"
    CLAIM_LAPSED = "claim.lapsed"
    HANDED_OVER = "request.handed_over"
    QUESTION_ASKED = "question.asked"
    QUESTION_DELIVERED = "question.delivered"
    QUESTION_ANSWERED = "question.answered"
    REMINDED = "request.reminded"
    ESCALATED = "request.escalated"
    NOTICE_SAID = "notice.said"
    WATCH_STOPPED = "watch.stopped"
    HELD = "request.held"
    RELEASED = "request.released"
    REVISED = "request.revised"
    EDITED = "request.edited"
    DECISION_TAKEN = "decision.taken"
    DECISION_UNDONE = "decision.undone"
    CONSUMED = "decision.consumed"
    RESULT_REPORTED = "result.reported"
    UNUSED = "approval.unused"
    SIGNAL_REPORTED = "signal.reported"
    DECIDED = "request.decided"
    OVERRIDDEN = "request.overridden"
    CANCELLED = "request.cancelled"
    EXPIRED = "request.expired"
    ERASED = "request.erased"
    DECISION_REFUSED = "decision.refused"
    CARD_ASKED_FOR = "card.asked_for"
    CARD_POSTED = "card.posted"
    CARD_LOST = "card.lost"
    REQUESTER_TOLD = "requester.told"
    ASKED_IN_TOLD = "asked_in.told"
    ABSENT_INFORMED = "absent.informed"
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


class AbsenceEventType(StrEnum):
    """What is recorded about people."""

    AWAY = "person.away"
    BACK = "person.back"


class GateEventType(StrEnum):
    """What is recorded about everything at once."""

    PAUSED = "gate.paused"
    RESUMED = "gate.resumed"


class ClientEventType(StrEnum):
    """What is recorded about who may ask."""

    CREATED = "client.created"
    CHANGED = "client.changed"
    DELETED = "client.deleted"
    KEY_MADE = "key.made"
    KEY_REVOKED = "key.revoked"


class SystemEvent(Frozen):
    """One entry of the trail that is about no one request.

    `actor` is `startup`, `SIGHUP` or `operator NAME`.
    """

    at_ms: int
    actor_kind: Literal["system"] = "system"
    actor: str
    detail: dict[str, JsonValue] = Field(default_factory=dict)


class PolicyEvent(SystemEvent):
    """About the policies in force.

    `detail` has the hashes of what was `added`, `changed` and `removed`, by name; of a refused
    folder it has the number of its problems.
    """

    type: PolicyEventType


class ClientEvent(SystemEvent):
    """About a client and its keys.

    `detail` has its name (`client`), the id of the key (`key`), or the names of the `fields` that
    changed and, where it is about them, the `policies` that it may use from then on.
    """

    type: ClientEventType


class AbsenceEvent(SystemEvent):
    """About somebody who is away, or back: `detail` has their user id, and that of the delegate.

    `actor` is the user id of whoever said so, or `operator NAME`.
    """

    type: AbsenceEventType


class GateEvent(SystemEvent):
    """About the pause of everything.

    `detail` has the SHA-256 of the reason of whoever paused, and at the end how long it took
    (`paused_ms`).
    """

    type: GateEventType


def pseudonym(ref: str) -> str:
    """A person as the trail names them: by their user id, and by the SHA-256 of an e-mail address.

    What is no e-mail address, such as a group or a channel, stays as it is.
    """
    if "@" not in ref.lstrip("@#"):
        return ref
    return f"sha256:{hashlib.sha256(ref.strip().casefold().encode()).hexdigest()}"


def fingerprint(text: str | None) -> str | None:
    """A comment as the trail keeps it: enough to prove it, nothing to read."""
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()
