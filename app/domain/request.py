"""A request: an immutable body, and a small state that changes one version at a time.

Instants are milliseconds since the epoch, by the store's clock.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, JsonValue, field_validator

from policies.plan import Evaluation, Frozen, Stage


class Status(StrEnum):
    """Where a request is. Every status but `pending` is final."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVISION_REQUESTED = "revision_requested"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Actor(Frozen):
    """Who did something: a person in Slack, a policy, the end of a deadline, a client."""

    kind: Literal["person", "policy", "timeout", "client"]
    id: str
    name: str
    email: str | None = None


class PolicyRef(Frozen):
    """The policy that judged a request, and the SHA-256 of the file as it was then."""

    name: str
    hash: str


class Body(Frozen):
    """What was asked and how it was judged; never changes after opening.

    `digest` binds `{id, nonce, policy, payload}`; `context` is shown and not bound. `signals_by`
    says whose word the signals are: the requester's own, or that of a client that is a monitor.
    `retention_s` is how long a decided request is kept, as the setting was at opening.
    """

    id: str
    root_id: str
    revision: int
    client: str
    title: str
    payload: dict[str, JsonValue]
    context: JsonValue = None
    signals: dict[str, JsonValue] = Field(default_factory=dict)
    signals_by: Literal["requester", "monitor"] = "requester"
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    on_behalf_of: str | None = None
    callback_url: str | None = None
    callback_on: Literal["always", "human"] = "always"
    idempotency_key: str | None = None
    policy: PolicyRef
    evaluation: Evaluation
    nonce: str
    digest: str
    links: dict[str, str]
    opened_ms: int
    retention_s: int


class Decision(Frozen):
    """How a request ended: the outcome, in the words of `Status`, by whom, on which digest."""

    outcome: Status
    by: tuple[Actor, ...]
    at_ms: int
    digest: str
    choice: str | None = None
    comment: str | None = None


class Vote(Frozen):
    """One person's approval: in which stage (from 0), of which choice, on which digest."""

    by: Actor
    stage: int
    at_ms: int
    digest: str
    choice: str | None = None
    comment: str | None = None


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


class Place(Frozen):
    """Where a message is in Slack."""

    channel: str
    ts: str


NoticeKind = Literal["reminder", "escalation", "stage"]


class Notice(Frozen):
    """A word in the thread of each of these cards that is still to be said."""

    kind: NoticeKind
    at_ms: int
    places: tuple[Place, ...]


class Copy(Frozen):
    """One posted card: for which target, where it is in Slack, and the face that it shows.

    `items` are the ids of all requests that share the message, none for a card of its own.
    """

    target: str
    place: Place
    face: int
    items: tuple[str, ...] = ()


class Cards(Frozen):
    """What Slack shows of the request.

    `face` counts the changes that a reader could see; a copy with a lower one is out of date.
    `targets` are the conversations to post into, `looked_up` the names that some of them come from.
    `shown_to` are the ids of people who asked for a card of their own.
    `notices` are still to be said. `unsure` are targets where a post may have landed although Slack
    gave no answer. `lost` are the names and conversations that Slack will never
    accept, with its reason; `problem` is what it failed with last, None once something worked.
    """

    face: int = 1
    targets: tuple[str, ...] | None = None
    looked_up: tuple[str, ...] = ()
    shown_to: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()
    notices: tuple[Notice, ...] = ()
    unsure: tuple[str, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    requester_told: bool = False
    problem: str | None = None
    failures: int = 0
    retry_ms: int = 0


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


class State(Frozen):
    """Everything about a request that changes.

    `stage` is the one that is asked now, from 0; `votes` are the approvals of all stages.
    `goes_ahead_ms` ends a watch, None until a card could be seen. `remind_ms` and `escalate_ms` are
    still to come; `reminded` and `escalated` count those that came.
    """

    version: int
    status: Status
    expires_ms: int | None
    stage: int = 0
    votes: tuple[Vote, ...] = ()
    goes_ahead_ms: int | None = None
    remind_ms: tuple[int, ...] = ()
    reminded: int = 0
    escalate_ms: tuple[int, ...] = ()
    escalated: int = 0
    stopped: Stopped | None = None
    reports: tuple[Report, ...] = ()
    decision: Decision | None = None
    cards: Cards = Cards()
    callback: Callback | None = None
    refusals: dict[str, int] = Field(default_factory=dict)

    @field_validator("escalate_ms", mode="before")
    @classmethod
    def _one_escalation(cls, stored: object) -> object:
        """What the version before stored: one instant, or None."""
        if stored is None:
            return ()
        return (stored,) if isinstance(stored, int) else stored


class Request(Frozen):
    """A request as it stands."""

    body: Body
    state: State

    @property
    def id(self) -> str:
        return self.body.id

    @property
    def pending(self) -> bool:
        return self.state.status is Status.PENDING

    @property
    def watched(self) -> bool:
        """Whether it goes ahead by itself unless somebody stops it."""
        plan = self.body.evaluation.plan
        watch = None if plan is None else plan.watch
        return self.pending and watch is not None and self.state.stopped is None

    @property
    def stage(self) -> Stage | None:
        """The stage that is asked now; None where nobody ever was."""
        plan = self.body.evaluation.plan
        return None if plan is None else plan.stages[self.state.stage]

    @property
    def asked(self) -> tuple[str, ...]:
        """Who may decide now, as the plan names them: the stage's reviewers, later the backups."""
        stage = self.stage
        return () if stage is None else tuple(dict.fromkeys((*stage.reviewers, *self.backups)))

    @property
    def backups(self) -> tuple[str, ...]:
        """The backups who are asked by now, as the plan names them."""
        plan = self.body.evaluation.plan
        steps = () if plan is None else plan.escalations[: self.state.escalated]
        return tuple(dict.fromkeys(ref for step in steps for ref in step.ask))

    @property
    def awaited(self) -> tuple[str, ...]:
        """Those who are asked now but for the people who approved already."""
        names = [name for vote in self.state.votes for name in (vote.by.id, vote.by.email or "")]
        voted = {name.casefold() for name in names}
        return tuple(ref for ref in self.asked if ref.casefold() not in voted)

    def approvals(self, choice: str | None = None) -> tuple[Vote, ...]:
        """The approvals of the stage that is asked now, of one choice."""
        now = self.state.stage
        return tuple(v for v in self.state.votes if v.stage == now and v.choice == choice)

    def changed(self, **changes: Any) -> Request:
        """The same request one version later, with these fields of its state replaced."""
        version = self.state.version + 1
        state = self.state.model_copy(update={"version": version, **changes})
        return self.model_copy(update={"state": state})
