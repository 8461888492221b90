"""Whom a review asks out of those it names, and keys of it that have no meaning by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from policies.atoms import is_group
from policies.plan import Assignment, Outcome
from policies.review_form import Review, StageForm

Key = tuple[str | int, ...]
"""A place within a review."""


def stages_of(review: Review) -> tuple[StageForm, ...]:
    """The stages of a whole review; the flat form is one."""
    if review.stages is not None:
        return review.stages
    reviewers, quorum = review.reviewers or (), review.quorum or 1
    return (StageForm.model_construct(reviewers=reviewers, quorum=quorum),)


def assigned(review: Review, stage: StageForm) -> Assignment:
    """Whom a stage asks: as it says itself, or else as the review does."""
    return stage.assign or review.assign or "everyone"


def misfits(review: Review) -> Iterator[tuple[Key, str]]:
    """Keys of a whole review that need others which are not there, and what to write instead."""
    if review.cap is not None and not _asks_some(review):
        message = "everybody is asked here, whatever they have open"
        yield ("cap",), f"`cap` goes with assign: least_loaded; {message}"
    if review.overflow and review.cap is None:
        message = "`overflow` is asked once all are at their `cap`"
        yield ("overflow",), f"{message}; write one, such as cap: 5"
    if review.reject_quorum and (message := _unrejectable(review, review.reject_quorum)):
        yield ("reject_quorum",), message
    if review.sla is not None and review.sla.further and not review.backups:
        message = "`further` steps come after the `backups` were asked; name those too"
        yield ("sla", "further"), message


def _asks_some(review: Review) -> bool:
    return any(assigned(review, stage) == "least_loaded" for stage in stages_of(review))


def _unrejectable(review: Review, quorum: int) -> str:
    """Why so many can never reject, or nothing."""
    key = "outcomes" if review.choices is None else "choices"
    offered = review.outcomes if review.choices is None else [c.outcome for c in review.choices]
    if offered is not None and Outcome.REJECT not in offered:
        return f"there is no reject among the `{key}`; add one, or take `reject_quorum` out"
    for stage in stages_of(review):
        number = len(stage.reviewers)
        if quorum > number > 0 and not any(map(is_group, stage.reviewers)):
            named = "one person is" if number == 1 else f"{number} people are"
            where = f" in the stage {stage.name}" if stage.name else ""
            return f"{named} named{where}, so {quorum} can never reject"
    return ""
