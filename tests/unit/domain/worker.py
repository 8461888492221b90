"""What a worker records of a step in Slack, done, failed for now, or refused for good."""

from __future__ import annotations

from app.domain.cards import Place
from app.domain.commands import (
    AbsentInformed,
    AskedInTold,
    CardDrawn,
    Command,
    NoticeSaid,
    QuestionDelivered,
    RequesterTold,
    SlackFailed,
    TargetLost,
    TargetsFound,
)
from app.domain.request import Request
from app.domain.slack_steps import (
    BringQuestion,
    FindTargets,
    InformAbsent,
    PostCard,
    RedrawCard,
    SayNotice,
    SlackStep,
    TellAskedIn,
    TellRequester,
)


def outcome_of(step: SlackStep, seen: Request, fate: str) -> Command:
    """What a worker would record of this step."""
    problem = None if fate == "done" else "gone"
    if fate == "failed":
        return SlackFailed(problem="internal_error", target=getattr(step, "target", None))
    match step:
        case FindTargets(refs=refs):
            lost = tuple((ref, "gone") for ref in refs) if problem else ()
            targets = () if problem else tuple(f"D{ref}" for ref in refs)
            return TargetsFound(refs=refs, targets=targets, lost=lost)
        case PostCard(target=to) if problem is None:
            return CardDrawn(target=to, place=Place(channel=to, ts="1"), face=seen.state.cards.face)
        case PostCard(target=to):
            return TargetLost(target=to, problem="gone")
        case RedrawCard(copy_of=copy) if problem is None:
            face = seen.state.cards.face
            return CardDrawn(target=copy.target, place=copy.place, face=face)
        case RedrawCard(copy_of=copy):
            return TargetLost(target=copy.target, problem="gone")
        case SayNotice(kind=kind, at_ms=at_ms, place=place, number=number):
            return NoticeSaid(kind=kind, at_ms=at_ms, place=place, number=number, problem=problem)
        case BringQuestion(number=number):
            return QuestionDelivered(number=number, problem=problem)
        case InformAbsent(person=absent):
            return AbsentInformed(person=absent, problem=problem)
        case TellRequester():
            return RequesterTold(problem=problem)
        case TellAskedIn():
            return AskedInTold(problem=problem)
