"""How far a review with several stages or approvals has come, and what it still needs."""

from __future__ import annotations

from collections import Counter

from app.domain.request import Request, Vote
from policies.plan import ReviewPlan, Stage

from .buttons import labelled
from .kit import section
from .people import listed, who
from .space import Space
from .text import Block, cut, escaped, one_line

_NAME = 80


def shown(request: Request, plan: ReviewPlan, space: Space) -> list[Block]:
    """The stage that is asked now and its approvals; nothing where one approval is enough."""
    parts = (_stages, _approvals, _rejections)
    lines = [line for part in parts for line in part(request, plan, space.names)]
    return [section("\n".join(lines))] if lines else []


def in_brief(request: Request) -> str:
    """The same for the headline: ` (stage 2 of 3, 0 of 2 approvals)`, or nothing."""
    plan, stage = request.plan, request.stage
    if plan is None or stage is None:
        return ""
    number, stages = request.state.stage + 1, len(plan.stages)
    parts = [f"stage {number} of {stages}"] if stages > 1 else []
    parts += [f"{_agreed(request)} of {stage.quorum} approvals"] if stage.quorum > 1 else []
    return f" ({', '.join(parts)})" if parts else ""


def missing(request: Request, choice: str | None) -> int:
    """How many more people have to approve, of this choice, before it goes on."""
    plan, stage = request.plan, request.stage
    if plan is None or stage is None:
        return 0
    later = sum(each.quorum for each in plan.stages[request.state.stage + 1 :])
    return stage.quorum - len(request.approvals(choice)) + later


def _stages(request: Request, plan: ReviewPlan, most: int) -> list[str]:
    now = request.state.stage
    if len(plan.stages) == 1:
        return []
    name = _name(plan.stages[now])
    lines = [f"*Stage {now + 1} of {len(plan.stages)}{name and f': {name}'}*"]
    earlier = [
        f"{who(vote.by)} ({_name(plan.stages[vote.stage]) or f'stage {vote.stage + 1}'})"
        for vote in request.state.votes
        if vote.stage < now
    ]
    return [*lines, f"Approved before: {listed(earlier, most)}"] if earlier else lines


def _approvals(request: Request, plan: ReviewPlan, most: int) -> list[str]:
    stage = request.stage
    if stage is None or stage.quorum == 1:
        return []
    votes = [_vote(plan, vote) for vote in _votes(request)]
    same = " of the same choice" if plan.choices else ""
    by = f" · {listed(votes, most)}" if votes else ""
    return [f"Approvals{same}: {_agreed(request)} of {stage.quorum}{by}"]


def _rejections(request: Request, plan: ReviewPlan, most: int) -> list[str]:
    """Those that are not enough yet."""
    votes = request.state.rejections
    if not votes:
        return []
    by = listed([who(vote.by) for vote in votes], most)
    return [f"Rejections: {len(votes)} of {plan.reject_quorum} · {by}"]


def _vote(plan: ReviewPlan, vote: Vote) -> str:
    choice = plan.choice(vote.choice)
    return f"{who(vote.by)} ({escaped(labelled(choice))})" if choice else who(vote.by)


def _votes(request: Request) -> list[Vote]:
    return [vote for vote in request.state.votes if vote.stage == request.state.stage]


def _agreed(request: Request) -> int:
    return max(Counter(vote.choice for vote in _votes(request)).values(), default=0)


def _name(stage: Stage) -> str:
    return escaped(cut(one_line(stage.name or ""), _NAME, "in the policy"))
