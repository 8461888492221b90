"""A request: an immutable body, and a small state that changes one version at a time.

Instants are milliseconds since the epoch, by the store's clock.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, JsonValue, field_validator

from policies.plan import Evaluation, Frozen, ReviewPlan, Stage

from .cards import Cards, Place
from .parts import (
    Actor,
    Attempt,
    Away,
    Before,
    Callback,
    Claimed,
    Consumed,
    Decision,
    Edited,
    Held,
    Operator,
    PolicyRef,
    Question,
    Report,
    Result,
    Revises,
    Status,
    Stopped,
    Undoable,
    Vote,
    Words,
)

__all__ = [
    "BY_HAND",
    "Actor",
    "Attempt",
    "Away",
    "Before",
    "Body",
    "Callback",
    "Claimed",
    "Consumed",
    "Decision",
    "Edited",
    "Held",
    "Operator",
    "PolicyRef",
    "Question",
    "Report",
    "Request",
    "Result",
    "Revises",
    "State",
    "Status",
    "Stopped",
    "Undoable",
    "Vote",
    "Words",
]


BY_HAND = "slack"
"""The client as whom people ask by hand; nobody has a key for it."""


class Body(Frozen):
    """What was asked and how it was judged; never changes after opening.

    `digest` binds `{id, nonce, policy, payload}`; `context` is shown and not bound. `signals_by`
    says whose word the signals are: the requester's own, or that of a client that is a monitor.
    `retention_s` is how long a decided request is kept, as the setting was at opening. `revises`
    is what it asks again. `asked_in` is the message in whose thread somebody asked for it by hand.
    `spent` are the rules whose limit had no room, and `over_limit` says that its client had asked
    for too much: what a reviewer makes of it is judged in the same way.
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
    revises: Revises | None = None
    asked_in: Place | None = None
    spent: tuple[str, ...] = ()
    over_limit: bool = False

    @property
    def past_cap(self) -> bool:
        """Whether it is asked again more often than its policy expects."""
        plan = self.evaluation.plan
        cap = None if plan is None else plan.revisions
        return cap is not None and self.revision > cap + 1


class State(Frozen):
    """Everything about a request that changes.

    `stage` is the one that is asked now, from 0; `votes` are the approvals of all stages, and
    `rejections` those that are not enough yet. `assigned` are the user ids of those who were chosen
    out of the stage, none where all of it is asked; `overflowed` says that the overflow is too.
    `goes_ahead_ms` ends a watch, None until a card could be seen. `remind_ms` and `escalate_ms` are
    still to come; `reminded` and `escalated` count those that came. `edited` is what a reviewer
    made of the payload. `undoable` is a decision that does not count yet and can be taken back.
    `consumed` says that the client has used the approval.
    `unused_ms` is when an approval without a `result` is flagged, `unused` that it was.
    """

    version: int
    status: Status
    expires_ms: int | None
    stage: int = 0
    votes: tuple[Vote, ...] = ()
    rejections: tuple[Vote, ...] = ()
    assigned: tuple[str, ...] = ()
    overflowed: bool = False
    away: tuple[Away, ...] = ()
    claim: Claimed | None = None
    questions: tuple[Question, ...] = ()
    goes_ahead_ms: int | None = None
    remind_ms: tuple[int, ...] = ()
    reminded: int = 0
    escalate_ms: tuple[int, ...] = ()
    escalated: int = 0
    stopped: Stopped | None = None
    held: Held | None = None
    reports: tuple[Report, ...] = ()
    edited: Edited | None = None
    undoable: Undoable | None = None
    decision: Decision | None = None
    consumed: Consumed | None = None
    unused_ms: int | None = None
    unused: bool = False
    result: Result | None = None
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
    def by_hand(self) -> bool:
        """Whether a person asked for it in Slack, and hears there how it ends, in any case."""
        return self.body.client == BY_HAND

    @property
    def may_be_shared(self) -> bool:
        """Whether it may be shown where people of another organisation read along."""
        plan = self.plan
        return plan is not None and plan.shared_channels

    @property
    def pending(self) -> bool:
        return self.state.status is Status.PENDING

    @property
    def payload(self) -> dict[str, JsonValue]:
        """What is decided and executed: what was asked, or what a reviewer made of it."""
        edited = self.state.edited
        return self.body.payload if edited is None else edited.payload

    @property
    def digest(self) -> str:
        """What binds an answer to the payload as it stands."""
        edited = self.state.edited
        return self.body.digest if edited is None else edited.digest

    @property
    def evaluation(self) -> Evaluation:
        """What the policy says about the payload as it stands."""
        edited = self.state.edited
        return self.body.evaluation if edited is None else edited.evaluation

    @property
    def plan(self) -> ReviewPlan | None:
        """Who is asked and how; None where nobody ever was."""
        return self.evaluation.plan

    def thread(self, place: Place) -> str:
        """The message under which to speak of a card: that of the first request, or the card."""
        target = next((one.target for one in self.state.cards.copies if one.place == place), "")
        return self.root_thread(target) or place.ts

    def root_thread(self, target: str) -> str | None:
        """The message under which its card belongs there: that of the request it asks again."""
        threads = dict(() if self.body.revises is None else self.body.revises.threads)
        return threads[target].ts if target in threads else None

    @property
    def watched(self) -> bool:
        """Whether it goes ahead by itself unless somebody stops it."""
        plan = self.plan
        watch = None if plan is None else plan.watch
        return self.pending and watch is not None and self.state.stopped is None

    @property
    def stage(self) -> Stage | None:
        """The stage that is asked now; None where nobody ever was."""
        plan = self.plan
        return None if plan is None else plan.stages[self.state.stage]

    @property
    def asked(self) -> tuple[str, ...]:
        """Who may decide now, as the plan names them: the stage's reviewers, later others too."""
        stage = self.stage
        if stage is None:
            return ()
        return tuple(dict.fromkeys((*stage.reviewers, *self.overflow, *self.backups)))

    @property
    def overflow(self) -> tuple[str, ...]:
        """Who is asked as well, since those who could be chosen have enough open."""
        plan = self.plan
        return plan.overflow if plan is not None and self.state.overflowed else ()

    @property
    def backups(self) -> tuple[str, ...]:
        """The backups who are asked by now, as the plan names them."""
        plan = self.plan
        steps = () if plan is None else plan.escalations[: self.state.escalated]
        return tuple(dict.fromkeys(ref for step in steps for ref in step.ask))

    @property
    def addressed(self) -> tuple[str, ...]:
        """Whom to turn to: whoever is on it, or else all who are asked and did not answer yet."""
        if self.state.claim is not None:
            return (self.state.claim.by.id,)
        answers = (*self.state.votes, *self.state.rejections)
        names = [name for one in answers for name in (one.by.id, one.by.email or "")]
        answered = {name.casefold() for name in names}
        refs = dict.fromkeys((*self.chosen, *self.backups))
        return tuple(ref for ref in refs if ref.casefold() not in answered)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Who is asked of the stage: those who were chosen out of it, or all, and stand-ins.

        One who was handed it is not enough where it takes two.
        """
        state, stage = self.state, self.stage
        if stage is None:
            return ()
        agreed = sum(vote.stage == state.stage for vote in state.votes)
        answered = {vote.by.id for vote in (*state.votes, *state.rejections)}
        waiting = [one for one in state.assigned if one not in answered]
        enough = state.assigned and len(waiting) + agreed >= stage.quorum
        rest = self.overflow or (() if enough else stage.reviewers)
        return tuple(dict.fromkeys((*state.assigned, *rest, *self.stand_ins)))

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """The delegates of those who were asked by name and are away."""
        return tuple(dict.fromkeys(one.delegate for one in self.state.away if one.personal))

    @property
    def at_it(self) -> frozenset[str]:
        """The user ids of those who were chosen for it, or are on it, while it waits."""
        if not self.pending:
            return frozenset()
        claimed = () if self.state.claim is None else (self.state.claim.by.id,)
        return frozenset((*self.state.assigned, *claimed))

    def approvals(self, choice: str | None = None) -> tuple[Vote, ...]:
        """The approvals of the stage that is asked now, of one choice."""
        now = self.state.stage
        return tuple(v for v in self.state.votes if v.stage == now and v.choice == choice)

    def changed(self, **changes: Any) -> Request:
        """The same request one version later, with these fields of its state replaced."""
        version = self.state.version + 1
        state = self.state.model_copy(update={"version": version, **changes})
        return self.model_copy(update={"state": state})
