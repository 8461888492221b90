"""Can the people whom a plan names ever be enough? Without the requester, and stage after stage.

Nobody approves what was asked on their own behalf, and a person approves once over all stages.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.atoms import is_group
from policies.compiled import LoadedPolicy, Path, may_ask_two
from policies.plan import ReviewPlan, Stage
from policies.plans import with_two
from policies.wording import listing


def unmet(loaded: LoadedPolicy) -> Iterator[tuple[Path, str]]:
    """The places where a quorum may turn out to be out of reach, and what to write instead."""
    policy = loaded.policy
    asked = with_two(loaded.plan) if may_ask_two(policy) else loaded.plan
    yield from _unmet(asked, ("review",))
    for position, rule in enumerate(policy.rules):
        plan = loaded.plans.get(rule.id)
        own = rule.review.model_fields_set if rule.review is not None else set()
        if plan is not None and own & {"reviewers", "quorum", "stages", "reject_quorum"}:
            yield from _unmet(plan, ("rules", position, "review"))


def _unmet(plan: ReviewPlan, path: Path) -> Iterator[tuple[Path, str]]:
    for position, stage in enumerate(plan.stages):
        if any(map(is_group, stage.reviewers)):
            continue  # who is in a group is known at the moment of deciding alone
        at = (*path, "stages", position) if len(plan.stages) > 1 else path
        used = _used_up(plan.stages[:position], stage)
        if len(stage.reviewers) - used < stage.quorum:
            yield (*at, "reviewers"), _shared(plan.stages[:position], stage)
        elif len(stage.reviewers) == stage.quorum:
            yield (*at, "reviewers"), _everybody(stage)
        if plan.reject_quorum > 1 and (message := _tied(plan, stage)):
            yield (*path, "reject_quorum"), message


def _everybody(stage: Stage) -> str:
    if stage.quorum == 1:
        whose = "only this person can approve, so what is asked on their behalf never is"
    else:
        whose = f"all {stage.quorum} must approve, so what is asked on behalf of one never is"
    return f"{whose}; name one person more, or a group"


def _tied(plan: ReviewPlan, stage: Stage) -> str:
    """Where all can have answered and neither the approvals nor the rejections are enough."""
    asked = (*stage.reviewers, *plan.backups)
    people = {ref.casefold() for ref in asked}
    if any(map(is_group, asked)) or len(people) > stage.quorum + plan.reject_quorum - 2:
        return ""
    approve, reject = stage.quorum - 1, len(people) - stage.quorum + 1
    return (
        f"{approve} can approve and {reject} reject, and nobody is left to decide; "
        "then it waits for a change of mind, or expires: name one person more, or a group"
    )


def _shared(before: tuple[Stage, ...], stage: Stage) -> str:
    earlier = {ref for one in before for ref in one.reviewers}
    names = listing([ref for ref in stage.reviewers if ref in earlier])
    return (
        f"{names} may have approved in an earlier stage, and a person approves once; "
        "then this stage waits until it expires: name other people, or a group"
    )


def _used_up(before: tuple[Stage, ...], stage: Stage) -> int:
    """How many of a stage's people can at most have approved already, by Kuhn's matching."""
    seats = [one for one in before for _ in range(one.quorum)]
    taken: dict[str, int] = {}
    return sum(_seated(number, seats, stage, taken, set()) for number in range(len(seats)))


def _seated(
    number: int, seats: list[Stage], stage: Stage, taken: dict[str, int], tried: set[str]
) -> bool:
    """Whether somebody of `stage` can take this seat too; others move to other seats for it."""
    for ref in stage.reviewers:
        if ref in tried or ref not in seats[number].reviewers:
            continue
        tried.add(ref)
        if ref not in taken or _seated(taken[ref], seats, stage, taken, tried):
            taken[ref] = number
            return True
    return False
