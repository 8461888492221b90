"""What admins are answered: how the deployment stands, and a request without what is in it."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from app.domain.gate import GateState, Pause
from app.domain.message import iso
from app.domain.request import Decision, Request, Status
from app.ports import Figures, LaneFigures

from .answers import CallbackAnswer, HeldAnswer, SlackAnswer
from .examples import OVERSEEN, STATUS
from .shape import Answer, By, Instant, instant


class PausedAnswer(Answer):
    """Who paused everything, when and why."""

    by: str
    since: Instant
    reason: str

    @classmethod
    def of(cls, pause: Pause) -> PausedAnswer:
        return cls(by=pause.by, since=iso(pause.at_ms), reason=pause.reason)


class LaneAnswer(Answer):
    """What one kind of work leaves undone."""

    overdue: int = Field(description="Due for longer than it should take.")
    set_aside: int = Field(description="What failed, and is tried again ever more rarely.")
    set_aside_ids: list[str] = Field(description="The first of those.")

    @classmethod
    def of(cls, lane: LaneFigures) -> LaneAnswer:
        ids = list(lane.aside_ids)
        return cls(overdue=lane.overdue, set_aside=lane.set_aside, set_aside_ids=ids)


class StatusAnswer(Answer):
    """How the deployment stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [STATUS]})

    paused: PausedAnswer | None
    open: int
    held_by_pause: int
    held_by_limit: int
    callbacks_waiting: int
    callbacks_under_way: int = Field(description="Those may still arrive after a pause began.")
    lanes: dict[str, LaneAnswer]

    @classmethod
    def of(cls, gate: GateState, figures: Figures) -> StatusAnswer:
        return cls(
            paused=gate.pause and PausedAnswer.of(gate.pause),
            open=figures.open,
            held_by_pause=gate.held,
            held_by_limit=gate.limited,
            callbacks_waiting=gate.callbacks,
            callbacks_under_way=gate.under_way,
            lanes={lane.value: LaneAnswer.of(one) for lane, one in figures.lanes.items()},
        )


class EndedAnswer(Answer):
    """How a request ended, and by whom."""

    outcome: Status
    by: list[By]
    at: Instant
    digest: str

    @classmethod
    def of(cls, decision: Decision) -> EndedAnswer:
        by = [By.of(actor) for actor in decision.by]
        return cls(outcome=decision.outcome, by=by, at=iso(decision.at_ms), digest=decision.digest)


class OversightAnswer(Answer):
    """Any client's request, as far as running the deployment takes it.

    Never what is in it: no payload, context, signals, metadata, comment, nor the callback's
    address, which may let whoever knows it answer in the place of a person.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [OVERSEEN]})

    id: str
    root_id: str
    revision: int
    client: str
    status: Status
    policy: str
    policy_hash: str
    rule: str | None
    digest: str
    asked: list[str] = Field(description="Who may decide now, as its policy names them.")
    held: HeldAnswer | None
    decision: EndedAnswer | None
    callback: CallbackAnswer | None
    slack: SlackAnswer
    expires_at: Instant | None
    created_at: Instant

    @classmethod
    def of(cls, request: Request) -> OversightAnswer:
        body, state = request.body, request.state
        return cls(
            id=body.id,
            root_id=body.root_id,
            revision=body.revision,
            client=body.client,
            status=state.status,
            policy=body.policy.name,
            policy_hash=body.policy.hash,
            rule=request.evaluation.rule,
            digest=request.digest,
            asked=list(request.asked) if request.pending else [],
            held=state.held and HeldAnswer.of(state.held),
            decision=state.decision and EndedAnswer.of(state.decision),
            callback=state.callback and CallbackAnswer.of(state.callback),
            slack=SlackAnswer.of(state.cards),
            expires_at=instant(state.expires_ms),
            created_at=iso(body.opened_ms),
        )
