"""What a request's state is made of: people's answers, what holds it, and what was sent.

Instants are milliseconds since the epoch, by the store's clock.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import JsonValue

from policies.plan import Evaluation, Frozen

from .cards import Place
from .difference import Change


class Status(StrEnum):
    """Where a request is. Every status but `pending` is final."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVISION_REQUESTED = "revision_requested"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Actor(Frozen):
    """Who did something: a person in Slack, a policy, the end of a deadline, a client.

    `in_place_of` is the user id of an absent reviewer for whom the person stood in.
    """

    kind: Literal["person", "policy", "timeout", "client"]
    id: str
    name: str
    email: str | None = None
    in_place_of: str | None = None


class PolicyRef(Frozen):
    """The policy that judged a request, and the SHA-256 of the file as it was then."""

    name: str
    hash: str


class Operator(Frozen):
    """Who typed something at a command line: the account, and the machine."""

    account: str
    host: str

    @property
    def in_words(self) -> str:
        return f"{self.account}@{self.host}"


class Decision(Frozen):
    """How a request ended: the outcome, in the words of `Status`, by whom, on which digest.

    `break_glass` is who typed it, where it was decided at the command line, without Slack.
    """

    outcome: Status
    by: tuple[Actor, ...]
    at_ms: int
    digest: str
    choice: str | None = None
    comment: str | None = None
    break_glass: Operator | None = None


class Vote(Frozen):
    """One person's answer: in which stage (from 0), of which choice, on which digest."""

    by: Actor
    stage: int
    at_ms: int
    digest: str
    choice: str | None = None
    comment: str | None = None


class Claimed(Frozen):
    """Somebody is on it. That keeps nobody else from deciding, and lapses by itself."""

    by: Actor
    at_ms: int
    until_ms: int


class Away(Frozen):
    """A reviewer who is away, and who decides in their place until then.

    `personal` says that the reviewer was asked by name or chosen, so that the delegate is asked as
    well; out of a group that is asked as a whole the others are left.
    """

    person: str
    delegate: str
    until_ms: int
    personal: bool


class Words(Frozen):
    """What somebody said, and when."""

    by: Actor
    at_ms: int
    text: str


class Question(Frozen):
    """A reviewer's question to the requester; it decides nothing. `number` counts from 1."""

    number: int
    asked: Words
    answer: Words | None = None
    delivered: bool = False


class Report(Frozen):
    """What a monitor said about a request after it was opened."""

    name: str
    value: JsonValue
    by: str
    at_ms: int


class Stopped(Frozen):
    """Who ended a watch before its time, and why. From then on it is a review."""

    by: Actor
    at_ms: int
    reason: str


class Held(Frozen):
    """Why it stands still: everything is paused, or its client asked for more than its limit.

    `until_ms` is when people are asked, None where it goes on once everything does.
    """

    reason: Literal["paused", "limit"]
    since_ms: int
    until_ms: int | None = None


class Attempt(Frozen):
    """One try to deliver a callback: an HTTP status, or what kept it from getting one."""

    at_ms: int
    status: int | None
    error: str | None
    took_ms: int


class Callback(Frozen):
    """The callback's way out. `id` is the webhook-id, the same on every attempt for ever.

    `failures` counts the tries that failed since the schedule last started.
    """

    id: str
    outcome: Literal["waiting", "delivered", "given_up"] = "waiting"
    due_ms: int | None
    failures: int = 0
    attempts: tuple[Attempt, ...] = ()


class Edited(Frozen):
    """A reviewer's changes. From then on this payload is what is decided, and executed.

    `evaluation` is the policy's word on it, by which it is decided; `digest` binds it.
    """

    payload: dict[str, JsonValue]
    digest: str
    evaluation: Evaluation
    by: Actor
    at_ms: int


class Before(Frozen):
    """What an answer replaced, so that it can be put back: fields of the state by their names."""

    votes: tuple[Vote, ...]
    rejections: tuple[Vote, ...]
    stage: int
    assigned: tuple[str, ...]
    overflowed: bool
    away: tuple[Away, ...]
    edited: Edited | None
    expires_ms: int | None
    remind_ms: tuple[int, ...]
    escalate_ms: tuple[int, ...]
    escalated: int


class Undoable(Frozen):
    """A decision that its taker can still take back: it counts from `until_ms` on."""

    decision: Decision
    until_ms: int
    before: Before


class Consumed(Frozen):
    """An approval that its client has used. `key_sha256` is that of the call's idempotency key."""

    at_ms: int
    key_sha256: str | None = None


class Result(Frozen):
    """What came of an approval, in the words of the client that acted on it.

    `number` counts the results that were told, from 1.
    """

    ok: bool
    text: str
    link: str | None = None
    at_ms: int
    number: int = 1


class Revises(Frozen):
    """The request that this one asks again, after somebody asked for changes.

    `changes` is the difference from what was last shown; `comment` is what its reviewer wanted,
    `by` them; `threads` are the cards of the first request of all, by their targets.
    """

    request_id: str
    by: Actor
    comment: str | None
    changes: tuple[Change, ...]
    threads: tuple[tuple[str, Place], ...] = ()
