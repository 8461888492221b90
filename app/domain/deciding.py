"""A person decides: what counts as an answer, and when there are enough of them.

Approvals are counted stage by stage, one a person over all stages. Rejections are counted over all
stages, and one is enough unless the plan wants more. A call for changes ends the request.
"""

from __future__ import annotations

from typing import Any

from policies.plan import Outcome, ReviewPlan

from .commands import Decide
from .confirming import confirmed
from .ending import adopted, ended, last_instant, outdated
from .errors import AlreadyVoted, CommentRequired, OutcomeNotOffered
from .events import EventType, fingerprint
from .notices import noticed
from .pressing import admitted, answerable, too_late
from .request import Actor, Decision, Request, Status, Vote
from .transition import Transition, event
from .undoing import taken

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
Votes = tuple[Vote, ...]


def decide(request: Request, command: Decide, now: int) -> Transition | None:
    """What one press makes of a request; raises or records a refusal."""
    if not request.pending:
        return too_late(request, command.seen)
    answerable(request, now)
    plan, by = offered(request, command), admitted(request, command, now)
    if isinstance(by, Transition):
        return by
    commented(plan, command)
    match command.outcome:
        case Outcome.APPROVE:
            confirmed(request, command.confirmation, request.digest)
            return approve(request, plan, command, counted(request, command, by, now))
        case Outcome.REJECT:
            return _reject(request, plan, command, counted(request, command, by, now))
        case Outcome.REVISE:
            return _decided(request, command, (by,), now)


def offered(request: Request, command: Decide) -> ReviewPlan:
    """The plan. Raises `OutcomeNotOffered` for a button that it does not have, or not yet."""
    plan = request.plan
    if plan is None or not _has_button(plan, command):
        raise OutcomeNotOffered(f"This request does not offer {command.choice or command.outcome}.")
    if request.watched:
        raise OutcomeNotOffered(
            "This goes ahead by itself unless it is stopped.", "To decide it, press Stop first."
        )
    return plan


def _has_button(plan: ReviewPlan, command: Decide) -> bool:
    if not plan.choices:
        return command.choice is None and command.outcome in plan.outcomes
    choice = plan.choice(command.choice)
    return choice is not None and choice.outcome is command.outcome


def commented(plan: ReviewPlan, command: Decide) -> None:
    """Raises `CommentRequired` for an answer without the words that it needs."""
    choice = plan.choice(command.choice)
    needs = command.outcome is Outcome.REVISE or (choice is not None and choice.comment)
    if needs and not (command.comment or "").strip():
        raise CommentRequired(_ASKED_FOR[command.outcome])


def counted(request: Request, command: Decide, by: Actor, now: int) -> Vote:
    """The answer as it is counted, in the stage that is asked now."""
    return Vote(
        by=by,
        stage=request.state.stage,
        at_ms=now,
        digest=command.digest,
        choice=command.choice,
        comment=command.comment,
    )


def approve(request: Request, plan: ReviewPlan, command: Decide, vote: Vote) -> Transition:
    """One more approval; with the last of the last stage the request is approved."""
    _once(request.state.votes, vote, "approval")
    votes = (*_without(request.state.votes, vote), vote)
    answers = {"votes": votes, "rejections": _without(request.state.rejections, vote)}
    agreeing = tuple(v for v in votes if (v.stage, v.choice) == (vote.stage, vote.choice))
    stage = plan.stages[vote.stage]
    if len(agreeing) < stage.quorum:
        return _waits_on(request, command, EventType.APPROVAL_GIVEN, vote, answers)
    if vote.stage + 1 < len(plan.stages):
        return _next_stage(request, command, vote, answers)
    earlier = tuple(v for v in votes if v.stage < vote.stage)
    people = tuple(v.by for v in (*earlier, *agreeing))
    return _decided(request, command, people, vote.at_ms, **answers)


def _reject(request: Request, plan: ReviewPlan, command: Decide, vote: Vote) -> Transition:
    """One more rejection; with enough of them, in whatever stage, the request is rejected."""
    _once(request.state.rejections, vote, "rejection")
    rejections = (*_without(request.state.rejections, vote), vote)
    taken_back = tuple(v for v in request.state.votes if v.stage < vote.stage or _other(v, vote))
    answers = {"votes": taken_back, "rejections": rejections}
    if len(rejections) < plan.reject_quorum:
        return _waits_on(request, command, EventType.REJECTION_GIVEN, vote, answers)
    people = tuple(v.by for v in rejections)
    return _decided(request, command, people, vote.at_ms, **answers)


def _once(earlier: Votes, vote: Vote, what: str) -> None:
    """Raises `AlreadyVoted` for an answer that counts already, also by whoever stood in for them.

    Whoever chose otherwise in this stage may change their mind.
    """
    for one in earlier:
        if _other(one, vote) or (one.stage == vote.stage and one.choice != vote.choice):
            continue
        whose = "Your" if one.by.id == vote.by.id else f"In your place {one.by.name} answered; that"
        raise AlreadyVoted(
            f"{whose} {what} counts already, and now it needs somebody else's.",
            "To take it back, answer otherwise.",
        )


def _other(vote: Vote, mine: Vote) -> bool:
    """Whether it is somebody else's, and was not given in their place."""
    return mine.by.id not in (vote.by.id, vote.by.in_place_of)


def _without(votes: Votes, mine: Vote) -> Votes:
    return tuple(vote for vote in votes if _other(vote, mine))


def _waits_on(
    request: Request, command: Decide, kind: EventType, vote: Vote, answers: dict[str, Votes]
) -> Transition:
    cards = outdated(adopted(request, command.seen))
    after = request.changed(cards=cards, **answers, **_claim_done(request, vote))
    events = (event(after, kind, vote.at_ms, vote.by, **_told(vote)),)
    return Transition(before=request, after=after, events=events, not_after=last_instant(request))


def _next_stage(
    request: Request, command: Decide, vote: Vote, answers: dict[str, Votes]
) -> Transition:
    """The next stage is asked, all of it until somebody is chosen."""
    cards = noticed(request, adopted(request, command.seen), "stage", vote.at_ms)
    stage = vote.stage + 1
    anew: dict[str, Any] = {"assigned": (), "overflowed": False, "away": (), "claim": None}
    after = request.changed(stage=stage, cards=cards, **answers, **anew)
    events = (
        event(after, EventType.APPROVAL_GIVEN, vote.at_ms, vote.by, **_told(vote)),
        event(after, EventType.STAGE_PASSED, vote.at_ms, stage=stage),
    )
    return Transition(before=request, after=after, events=events, not_after=last_instant(request))


def _decided(
    request: Request, command: Decide, people: tuple[Actor, ...], now: int, **answers: Votes
) -> Transition:
    decision = Decision(
        outcome=_STATUS[command.outcome],
        by=people,
        at_ms=now,
        digest=command.digest,
        choice=command.choice,
        comment=command.comment,
    )
    cards, plan = adopted(request, command.seen), request.plan
    if plan is not None and plan.undo_s is not None:
        return taken(request, decision, cards, plan.undo_s, **answers)
    return ended(request, decision, EventType.DECIDED, cards, **answers)


def _claim_done(request: Request, vote: Vote) -> dict[str, None]:
    """Whoever answered is no longer on it."""
    claim = request.state.claim
    return {"claim": None} if claim is not None and claim.by.id == vote.by.id else {}


def _told(vote: Vote) -> dict[str, str | int | None]:
    return {
        "stage": vote.stage,
        "choice": vote.choice,
        "digest": vote.digest,
        "comment_sha256": fingerprint(vote.comment),
        "in_place_of": vote.by.in_place_of,
    }
