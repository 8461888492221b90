"""Who is asked about a request, what they said so far, and what monitors reported."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from app.domain.message import iso
from app.domain.request import Away, Claimed, Question, Report, Request, State, Stopped, Vote, Words
from app.domain.timing import Coming, to_come
from policies.plan import Choice, Outcome, Stage, Watch

from .shape import Answer, By, Instant, instant


class ApprovalAnswer(Answer):
    """One person's answer."""

    by: By
    at: Instant
    choice: str | None
    comment: str | None

    @classmethod
    def of(cls, vote: Vote) -> ApprovalAnswer:
        return cls(by=By.of(vote.by), at=iso(vote.at_ms), choice=vote.choice, comment=vote.comment)


class StageAnswer(Answer):
    """Reviewers as the policy names them, how many must approve, and who has."""

    name: str | None
    reviewers: list[str]
    quorum: int
    approvals: list[ApprovalAnswer]

    @classmethod
    def of(cls, stage: Stage, votes: list[Vote]) -> StageAnswer:
        return cls(
            name=stage.name,
            reviewers=list(stage.reviewers),
            quorum=stage.quorum,
            approvals=[ApprovalAnswer.of(vote) for vote in votes],
        )


class ChoiceAnswer(Answer):
    """A button of the policy's own; its id is the `choice` of a decision."""

    id: str
    label: str
    outcome: Outcome

    @classmethod
    def of(cls, choice: Choice) -> ChoiceAnswer:
        return cls(id=choice.id, label=choice.label, outcome=choice.outcome)


class WatchAnswer(Answer):
    """It goes ahead unless somebody stops it; `stop` is what stopping makes of it."""

    goes_ahead_at: Instant | None = Field(description="Null until people can see it.")
    stop: Literal["review", "reject"]

    @classmethod
    def of(cls, watch: Watch, state: State) -> WatchAnswer:
        return cls(goes_ahead_at=instant(state.goes_ahead_ms), stop=watch.stop.value)


class StoppedAnswer(Answer):
    """Who ended a watch before its time, and why."""

    by: By
    at: Instant
    reason: str

    @classmethod
    def of(cls, stopped: Stopped) -> StoppedAnswer:
        return cls(by=By.of(stopped.by), at=iso(stopped.at_ms), reason=stopped.reason)


class ClaimAnswer(Answer):
    """Somebody is on it until then. It keeps nobody else from deciding."""

    by: By
    at: Instant
    until: Instant

    @classmethod
    def of(cls, claim: Claimed) -> ClaimAnswer:
        return cls(by=By.of(claim.by), at=iso(claim.at_ms), until=iso(claim.until_ms))


class AwayAnswer(Answer):
    """A reviewer who is away, and who decides in their place until then. Slack user ids."""

    person: str
    delegate: str
    until: Instant

    @classmethod
    def of(cls, away: Away) -> AwayAnswer:
        return cls(person=away.person, delegate=away.delegate, until=iso(away.until_ms))


class WordsAnswer(Answer):
    """What somebody said."""

    by: By
    at: Instant
    text: str

    @classmethod
    def of(cls, words: Words) -> WordsAnswer:
        return cls(by=By.of(words.by), at=iso(words.at_ms), text=words.text)


class QuestionAnswer(Answer):
    """A question to the requester; it decides nothing."""

    asked: WordsAnswer
    answer: WordsAnswer | None

    @classmethod
    def of(cls, question: Question) -> QuestionAnswer:
        said = question.answer
        return cls(
            asked=WordsAnswer.of(question.asked),
            answer=None if said is None else WordsAnswer.of(said),
        )


class NextAnswer(Answer):
    """What time does to it next while nobody answers."""

    at: Instant
    what: Coming


class ReviewAnswer(Answer):
    """Who is asked, how far it has got, and what comes next."""

    stage: int = Field(description="The stage that is asked, or was asked last, from 1.")
    stages: list[StageAnswer]
    choices: list[ChoiceAnswer] = Field(
        description="The policy's own buttons; without any they are approve, revise and reject."
    )
    watch: WatchAnswer | None = Field(
        description="Null where people decide: from the start, or since it was stopped; and at the "
        "end."
    )
    stopped: StoppedAnswer | None
    rejections: list[ApprovalAnswer] = Field(
        description="Those that are not enough yet; the policy says how many it takes."
    )
    reject_quorum: int
    assigned: list[str] = Field(
        description="The Slack user ids of those who were chosen; empty where all are asked."
    )
    overflow: list[str] = Field(
        description="Who is asked as well, since those who could be chosen have enough open."
    )
    away: list[AwayAnswer]
    claim: ClaimAnswer | None
    questions: list[QuestionAnswer]
    next: list[NextAnswer] = Field(
        description="What time brings while nobody answers, soonest first; empty once decided."
    )
    reminders: int = Field(description="How often those who are asked were reminded.")
    backups: list[str]
    escalated: bool = Field(description="Whether backups may decide as well by now.")

    @classmethod
    def of(cls, request: Request) -> ReviewAnswer | None:
        """Null where nobody is asked."""
        plan, state = request.plan, request.state
        if plan is None:
            return None
        return cls(
            stage=state.stage + 1,
            stages=[
                StageAnswer.of(stage, [vote for vote in state.votes if vote.stage == number])
                for number, stage in enumerate(plan.stages)
            ],
            choices=[ChoiceAnswer.of(choice) for choice in plan.choices],
            watch=WatchAnswer.of(plan.watch, state) if plan.watch and request.watched else None,
            stopped=state.stopped and StoppedAnswer.of(state.stopped),
            rejections=[ApprovalAnswer.of(vote) for vote in state.rejections],
            reject_quorum=plan.reject_quorum,
            assigned=list(state.assigned),
            overflow=list(request.overflow),
            away=[AwayAnswer.of(away) for away in state.away],
            claim=state.claim and ClaimAnswer.of(state.claim),
            questions=[QuestionAnswer.of(question) for question in state.questions],
            next=[NextAnswer(at=iso(at), what=what) for at, what in to_come(request)],
            reminders=state.reminded,
            backups=list(plan.backups),
            escalated=state.escalated > 0,
        )


class ReportAnswer(Answer):
    """A signal that a monitor reported after the request was opened; `by` is its client."""

    name: str
    value: Any
    by: str
    at: Instant

    @classmethod
    def of(cls, report: Report) -> ReportAnswer:
        return cls(name=report.name, value=report.value, by=report.by, at=iso(report.at_ms))
