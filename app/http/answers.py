"""What clients get: a request as it stands, pages of them, trails. Every key is always there."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from app.domain.cards import Cards
from app.domain.consuming import lapses_ms
from app.domain.events import Event
from app.domain.message import iso
from app.domain.request import Callback, Decision, Held, Operator, Request, Status
from app.ports import Page
from policies.plan import Evaluation, Flag, Route

from .asked import ReportAnswer, ReviewAnswer
from .examples import DECIDED, SIGNALLED, TRAIL
from .later import ConsumedAnswer, EditedAnswer, ResultAnswer, RevisesAnswer, UndoableAnswer
from .shape import Answer, By, Instant, instant


class OperatorAnswer(Answer):
    """Who typed it at a command line: the account, and the machine."""

    account: str
    host: str

    @classmethod
    def of(cls, operator: Operator) -> OperatorAnswer:
        return cls(account=operator.account, host=operator.host)


class DecisionAnswer(Answer):
    """How the request ended, on exactly which payload."""

    outcome: Status
    choice: str | None
    comment: str | None
    by: list[By]
    at: Instant
    payload: dict[str, Any]
    digest: str
    policy: str
    valid_until: Instant | None = Field(
        description="Until when an approval can be used; null where there is no such time, and for "
        "other outcomes."
    )
    break_glass: OperatorAnswer | None = Field(
        description="Null unless it was decided at the command line, without Slack."
    )

    @classmethod
    def of(cls, request: Request, decision: Decision) -> DecisionAnswer:
        return cls(
            outcome=decision.outcome,
            choice=decision.choice,
            comment=decision.comment,
            by=[By.of(actor) for actor in decision.by],
            at=iso(decision.at_ms),
            payload=request.payload,
            digest=decision.digest,
            policy=request.body.policy.name,
            valid_until=instant(lapses_ms(request)),
            break_glass=decision.break_glass and OperatorAnswer.of(decision.break_glass),
        )


class TracedRule(Answer):
    """One rule of the policy as it was evaluated."""

    rule: str
    matched: bool
    phrase: str


class FlagAnswer(Answer):
    """A risk question of the policy. `raised` is null where it could not be answered; then it
    counts as raised wherever that asks for more care."""

    question: str
    raised: bool | None
    because: str
    phrase: str

    @classmethod
    def of(cls, flag: Flag) -> FlagAnswer:
        return cls(
            question=flag.question, raised=flag.raised, because=flag.because, phrase=flag.phrase
        )


class EvaluationAnswer(Answer):
    """What the policy said, and why. `error` is set where an error made it a review."""

    route: Route
    rule: str | None
    because: str
    error: str | None
    trace: list[TracedRule]
    flags: list[FlagAnswer]

    @classmethod
    def of(cls, evaluation: Evaluation) -> EvaluationAnswer:
        return cls(
            route=evaluation.route,
            rule=evaluation.rule,
            because=evaluation.because,
            error=evaluation.error,
            trace=[
                TracedRule(rule=one.rule, matched=one.matched, phrase=one.phrase)
                for one in evaluation.trace
            ],
            flags=[FlagAnswer.of(flag) for flag in evaluation.flags],
        )


class AttemptAnswer(Answer):
    """One try to deliver the callback: an HTTP status, or what kept it from getting one."""

    at: Instant
    status: int | None
    error: str | None
    took_ms: int


class HeldAnswer(Answer):
    """Why it stands still: everything is paused, or its client asked for more than its limit."""

    reason: Literal["paused", "limit"]
    since: Instant
    until: Instant | None = Field(
        description="When people are asked; null during a pause, which ends when somebody resumes."
    )

    @classmethod
    def of(cls, held: Held) -> HeldAnswer:
        return cls(reason=held.reason, since=iso(held.since_ms), until=instant(held.until_ms))


class CallbackAnswer(Answer):
    """The callback's way out. `id` is its webhook-id on every attempt."""

    id: str
    outcome: Literal["waiting", "delivered", "given_up"]
    next_attempt_at: Instant | None
    attempts: list[AttemptAnswer] = Field(description="The last 20, oldest first.")

    @classmethod
    def of(cls, callback: Callback) -> CallbackAnswer:
        attempts = [
            AttemptAnswer(at=iso(a.at_ms), status=a.status, error=a.error, took_ms=a.took_ms)
            for a in callback.attempts
        ]
        return cls(
            id=callback.id,
            outcome=callback.outcome,
            next_attempt_at=instant(callback.due_ms),
            attempts=attempts,
        )


class SlackAnswer(Answer):
    """What Slack shows of the request: posted cards, and what keeps it from showing more."""

    posted: int
    problem: str | None

    @classmethod
    def of(cls, cards: Cards) -> SlackAnswer:
        problems = [f"{name}: {problem}" for name, problem in cards.lost]
        if cards.problem:
            problems.append(f"it is tried again after: {cards.problem}")
        return cls(posted=len(cards.copies), problem="; ".join(problems) or None)


class RequestAnswer(Answer):
    """A request as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [DECIDED]})

    id: str
    root_id: str
    revision: int
    title: str
    status: Status
    policy: str
    policy_hash: str
    payload: dict[str, Any]
    context: Any
    signals: dict[str, Any]
    signals_by: Literal["requester", "monitor"] = Field(
        description="Whose word the signals are: the requester's own, or that of a client that "
        "is a monitor."
    )
    reports: list[ReportAnswer] = Field(description="What monitors said after it was opened.")
    metadata: dict[str, Any]
    on_behalf_of: str | None
    callback_url: str | None
    callback_on: Literal["always", "human"]
    digest: str = Field(
        description="SHA-256 over the RFC 8785 form of {id, nonce, policy, payload}"
        ", where policy is the policy_hash; in hexadecimal."
    )
    nonce: str
    evaluation: EvaluationAnswer
    review: ReviewAnswer | None = Field(description="Null where nobody is asked.")
    held: HeldAnswer | None = Field(description="Null unless it stands still for now.")
    revises: RevisesAnswer | None = Field(description="Null unless it asks another one again.")
    edited: EditedAnswer | None = Field(
        description="Null unless a reviewer changed it; then `payload` and `digest` are what it "
        "became."
    )
    undoable: UndoableAnswer | None = Field(
        description="A decision that can still be taken back; `status` is pending until it counts."
    )
    decision: DecisionAnswer | None
    consumed: ConsumedAnswer | None = Field(description="Null until the client uses an approval.")
    result: ResultAnswer | None = Field(description="What the client told of an approval.")
    unused: bool = Field(description="Approved, and no result was told in time.")
    expires_at: Instant | None
    created_at: Instant
    callback: CallbackAnswer | None
    slack: SlackAnswer
    links: dict[str, str]

    @classmethod
    def of(cls, request: Request) -> RequestAnswer:
        body, state = request.body, request.state
        return cls(
            id=body.id,
            root_id=body.root_id,
            revision=body.revision,
            title=body.title,
            status=state.status,
            policy=body.policy.name,
            policy_hash=body.policy.hash,
            payload=request.payload,
            context=body.context,
            signals=body.signals,
            signals_by=body.signals_by,
            reports=[ReportAnswer.of(report) for report in state.reports],
            metadata=body.metadata,
            on_behalf_of=body.on_behalf_of,
            callback_url=body.callback_url,
            callback_on=body.callback_on,
            digest=request.digest,
            nonce=body.nonce,
            evaluation=EvaluationAnswer.of(request.evaluation),
            review=ReviewAnswer.of(request),
            held=state.held and HeldAnswer.of(state.held),
            revises=body.revises and RevisesAnswer.of(body, body.revises),
            edited=state.edited and EditedAnswer.of(body, state.edited),
            undoable=state.undoable and UndoableAnswer.of(state.undoable),
            decision=state.decision and DecisionAnswer.of(request, state.decision),
            consumed=state.consumed and ConsumedAnswer.of(state.consumed),
            result=state.result and ResultAnswer.of(state.result),
            unused=state.unused,
            expires_at=instant(state.expires_ms),
            created_at=iso(body.opened_ms),
            callback=state.callback and CallbackAnswer.of(state.callback),
            slack=SlackAnswer.of(state.cards),
            links=body.links,
        )


class PageAnswer(Answer):
    """Requests of this client, newest first; `cursor` leads to the next page, null at the end."""

    requests: list[RequestAnswer]
    cursor: str | None

    @classmethod
    def of(cls, page: Page) -> PageAnswer:
        return cls(requests=[RequestAnswer.of(each) for each in page.requests], cursor=page.cursor)


class SignalsAnswer(Answer):
    """What a monitor may know of a request that it reported on: never what is in it.

    `watched` says whether it still goes ahead by itself unless it is stopped.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [SIGNALLED]})

    id: str
    status: Status
    watched: bool
    reports: list[ReportAnswer] = Field(description="What this monitor has reported so far.")

    @classmethod
    def of(cls, request: Request, monitor: str) -> SignalsAnswer:
        return cls(
            id=request.id,
            status=request.state.status,
            watched=request.watched,
            reports=[ReportAnswer.of(one) for one in request.state.reports if one.by == monitor],
        )


class EventAnswer(Answer):
    """One entry of the trail; `version` counts the states of the request."""

    type: str
    version: int
    at: Instant
    actor_kind: Literal["person", "policy", "timeout", "client", "system"]
    actor: str
    detail: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> EventAnswer:
        return cls(
            type=event.type,
            version=event.version,
            at=iso(event.at_ms),
            actor_kind=event.actor_kind,
            actor=event.actor,
            detail=event.detail,
        )


class TrailAnswer(Answer):
    """The audit trail of one request, oldest first: ids and digests, never a payload."""

    model_config = ConfigDict(json_schema_extra={"examples": [TRAIL]})

    events: list[EventAnswer]
    cursor: str | None = Field(description="Leads to the next page; null at the end.")
