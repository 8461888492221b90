"""A person decides: who may, what counts as an approval, and when there are enough of them.

Approvals are counted stage by stage, one a person over all stages. One rejection, or one call for
changes, ends the request.
"""

from __future__ import annotations

from policies.plan import Outcome, ReviewPlan

from .commands import Decide, Person
from .ending import adopted, already_decided, ended, in_time, knows, last_instant, outdated
from .errors import (
    AlreadyVoted,
    CommentRequired,
    CountersignError,
    DigestMismatch,
    OutcomeNotOffered,
    RequestHeld,
)
from .events import EventType, fingerprint
from .message import iso
from .notices import noticed
from .request import Cards, Decision, Place, Request, Status, Vote
from .reviewers import refusal
from .transition import Transition, event

REFUSALS_RECORDED = 5
"""Refused attempts that the trail keeps per person and request; more are refused unrecorded."""

_ASKED_FOR = {
    Outcome.APPROVE: "Write your answer; it is what the workflow goes on with.",
    Outcome.REVISE: "Say what should change, so that it can be asked again.",
    Outcome.REJECT: "Say why not.",
}
_STATUS = {
    Outcome.APPROVE: Status.APPROVED,
    Outcome.REVISE: Status.REVISION_REQUESTED,
    Outcome.REJECT: Status.REJECTED,
}


def decide(request: Request, command: Decide, now: int) -> Transition | None:
    """What one press makes of a request; raises or records a refusal."""
    if not request.pending:
        return too_late(request, command.seen)
    in_time(request, now)
    _asked(request)
    _offered(request, command)
    requester = request.body.on_behalf_of
    refused = why_not(request, command.person, command.digest, request.asked, requester)
    if refused is not None:
        return refuse(request, command.person, command.digest, refused, now)
    if _needs_comment(request, command) and not (command.comment or "").strip():
        raise CommentRequired(_ASKED_FOR[command.outcome])
    if command.outcome is Outcome.APPROVE:
        return _approve(request, command, now)
    decision = Decision(
        outcome=_STATUS[command.outcome],
        by=(command.person.as_actor(),),
        at_ms=now,
        digest=command.digest,
        choice=command.choice,
        comment=command.comment,
    )
    return ended(request, decision, EventType.DECIDED, adopted(request, command.seen))


def why_not(
    request: Request, person: Person, digest: str, asked: tuple[str, ...], requester: str | None
) -> CountersignError | None:
    """Why this person may not act on what they were shown, None when they may.

    `requester` is somebody who may not; None where it makes no difference who asked.
    """
    refused = refusal(asked, requester, person)
    if refused is not None:
        return refused
    if digest != request.body.digest:
        return DigestMismatch(
            "What you were shown is not what this request holds.",
            "Open the newest card of this request and look again.",
        )
    return None


def refuse(
    request: Request, person: Person, digest: str, refused: CountersignError, now: int
) -> Transition:
    """The refusal on record, to be raised once it is committed; past the cap at once."""
    counts = request.state.refusals
    if counts.get(person.id, 0) >= REFUSALS_RECORDED:
        raise refused
    after = request.changed(refusals={**counts, person.id: counts.get(person.id, 0) + 1})
    recorded = event(
        after,
        EventType.DECISION_REFUSED,
        now,
        person.as_actor(),
        code=refused.code,
        digest=digest,
    )
    return Transition(before=request, after=after, events=(recorded,), refused=refused)


def too_late(request: Request, seen: Place | None) -> Transition:
    """The request is decided: say by whom, and bring the card that was pressed up to date."""
    refused = already_decided(request)
    if knows(request, seen):
        raise refused
    after = request.changed(cards=adopted(request, seen))
    return Transition(before=request, after=after, refused=refused)


def _asked(request: Request) -> None:
    """Raises `RequestHeld` while nobody is."""
    held = request.state.held
    if held is None or request.watched:
        return
    if held.until_ms is None:
        raise RequestHeld("Nobody is asked about this: it is approved when the pause ends.")
    raise RequestHeld(
        f"Nobody is asked about this before {iso(held.until_ms)}.",
        "Its client asked for more than its limit. The card comes when it is time.",
    )


def _offered(request: Request, command: Decide) -> None:
    """Raises `OutcomeNotOffered` for a button that this plan does not have, or not yet."""
    plan = request.body.evaluation.plan
    if plan is None or not _has_button(plan, command):
        raise OutcomeNotOffered(f"This request does not offer {command.choice or command.outcome}.")
    if request.watched:
        raise OutcomeNotOffered(
            "This goes ahead by itself unless it is stopped.", "To decide it, press Stop first."
        )


def _has_button(plan: ReviewPlan, command: Decide) -> bool:
    if not plan.choices:
        return command.choice is None and command.outcome in plan.outcomes
    choice = plan.choice(command.choice)
    return choice is not None and choice.outcome is command.outcome


def _needs_comment(request: Request, command: Decide) -> bool:
    plan = request.body.evaluation.plan
    choice = None if plan is None else plan.choice(command.choice)
    return command.outcome is Outcome.REVISE or (choice is not None and choice.comment)


def _approve(request: Request, command: Decide, now: int) -> Transition:
    """One more approval; with the last of the last stage the request is approved."""
    plan, stage = request.body.evaluation.plan, request.stage
    if plan is None or stage is None:
        raise TypeError("only what has a plan is approved by people")
    votes = _votes(request, command, now)
    counted = request.state.model_copy(update={"votes": votes})
    agreeing = request.model_copy(update={"state": counted}).approvals(command.choice)
    cards = adopted(request, command.seen)
    if len(agreeing) < stage.quorum:
        return _waits_on(request, votes, outdated(cards), now)
    if request.state.stage + 1 < len(plan.stages):
        return _next_stage(request, votes, noticed(request, cards, "stage", now), now)
    earlier = tuple(vote for vote in votes if vote.stage < request.state.stage)
    decision = Decision(
        outcome=Status.APPROVED,
        by=tuple(vote.by for vote in (*earlier, *agreeing)),
        at_ms=now,
        digest=command.digest,
        choice=command.choice,
        comment=command.comment,
    )
    return ended(request, decision, EventType.DECIDED, cards, votes=votes)


def _votes(request: Request, command: Decide, now: int) -> tuple[Vote, ...]:
    """The votes with this one; whoever chose otherwise before has changed their mind."""
    stage, person = request.state.stage, command.person
    mine = next((vote for vote in request.state.votes if vote.by.id == person.id), None)
    if mine is not None and (mine.stage < stage or mine.choice == command.choice):
        raise AlreadyVoted(
            "Your approval counts already; now it needs somebody else's.",
            "To take it back, reject it or ask for changes.",
        )
    vote = Vote(
        by=person.as_actor(),
        stage=stage,
        at_ms=now,
        digest=command.digest,
        choice=command.choice,
        comment=command.comment,
    )
    return (*(one for one in request.state.votes if one.by.id != person.id), vote)


def _waits_on(request: Request, votes: tuple[Vote, ...], cards: Cards, now: int) -> Transition:
    after = request.changed(votes=votes, cards=cards)
    events = (event(after, EventType.APPROVAL_GIVEN, now, votes[-1].by, **_told(votes[-1])),)
    return Transition(before=request, after=after, events=events, not_after=last_instant(request))


def _next_stage(request: Request, votes: tuple[Vote, ...], cards: Cards, now: int) -> Transition:
    """The next stage is asked."""
    stage = request.state.stage + 1
    after = request.changed(votes=votes, stage=stage, cards=cards)
    events = (
        event(after, EventType.APPROVAL_GIVEN, now, votes[-1].by, **_told(votes[-1])),
        event(after, EventType.STAGE_PASSED, now, stage=stage),
    )
    return Transition(before=request, after=after, events=events, not_after=last_instant(request))


def _told(vote: Vote) -> dict[str, str | int | None]:
    return {
        "stage": vote.stage,
        "choice": vote.choice,
        "digest": vote.digest,
        "comment_sha256": fingerprint(vote.comment),
    }
