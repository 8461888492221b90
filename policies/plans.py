"""From a policy's `review`, and what a rule changes of it, to the plan that is frozen in."""

from __future__ import annotations

from collections.abc import Iterable

from policies.asking import assigned, misfits, stages_of
from policies.plan import Choice, Escalation, Outcome, ReviewPlan, Route, Stage, Watch
from policies.review_form import ChoiceForm, Review, can_be_met, people
from policies.schema import Rule
from policies.sla_form import Sla
from policies.summary import EFFECTS

_INSTEAD = {
    "stages": ("reviewers", "quorum"),
    "reviewers": ("stages",),
    "quorum": ("stages",),
    "choices": ("outcomes",),
    "outcomes": ("choices",),
}
"""Keys that stand in place of others: where a rule writes one, the policy's others don't count."""

_OF_ITS_OWN = {"cap", "overflow", "reject_quorum"}


def changed(base: Review, change: Review | None) -> Review:
    """A policy's review with a rule's own keys in place of the policy's. ValueError."""
    if change is None:
        return base
    written = change.model_fields_set
    dropped = {other for name in written for other in _INSTEAD.get(name, ())}
    kept = {name: getattr(base, name) for name in base.model_fields_set - dropped}
    new = {name: getattr(change, name) for name in written}
    merged = Review.model_construct(**(kept | new))
    if merged.stages is None:
        if merged.reviewers is None:
            raise ValueError("`quorum` here needs `reviewers` too: the policy's own are in stages")
        can_be_met(merged.reviewers, merged.quorum or 1)
    elif len(merged.stages) > 1 and merged.choices:
        raise ValueError("`choices` go with one stage; write `reviewers` or `outcomes` here")
    return _without_idle(merged, written)


def _without_idle(merged: Review, written: set[str]) -> Review:
    """Without what the policy says of its own reviewers and buttons and has no meaning here."""
    while idle := _OF_ITS_OWN.intersection(at[0] for at, _ in misfits(merged)) - written:
        kept = merged.model_fields_set - idle
        merged = Review.model_construct(**{name: getattr(merged, name) for name in kept})
    return merged


def plan(review: Review, rule: Rule | None = None) -> ReviewPlan:
    """The plan of a review, complete without the file; of a watching rule, with its window."""
    sla = review.sla or Sla()
    return ReviewPlan(
        channel=review.channel,
        stages=_stages(review),
        outcomes=_outcomes(review),
        expire_s=sla.expire_s,
        choices=tuple(_choice(one) for one in review.choices or ()),
        checklist=review.checklist or (),
        viewers=review.viewers or (),
        watch=None if rule is None else _watch(rule),
        remind_s=sla.remind,
        escalations=_escalations(review, sla),
        hours=None if sla.hours is None else sla.hours.planned,
        reject_quorum=review.reject_quorum or 1,
        cap=review.cap,
        overflow=review.overflow or (),
        claim_s=sla.claim_s,
        confirm=review.confirm,
        undo_s=review.undo,
        revisions=review.revisions,
        result_s=sla.result_s,
        shared_channels=review.shared_channels or False,
    )


def strictest(own: ReviewPlan, others: Iterable[ReviewPlan]) -> ReviewPlan:
    """Of a policy's own plan and those of its rules the one that asks most people.

    Of equals one that asks others than the policy does otherwise: whoever can bring about an error
    must not get away with the usual reviewers where a rule would have asked its own. Of those that
    are equal in this, too, one that wants a value typed.
    """

    def strictness(one: ReviewPlan) -> tuple[int, bool, bool]:
        return one.people, one.stages != own.stages, one.confirm is not None

    return max([own, *others], key=strictness)


def with_two(one: ReviewPlan) -> ReviewPlan:
    """The plan with two people where it asks one: its last stage needs another."""
    if one.people > 1:
        return one
    *before, last = one.stages
    return one.model_copy(update={"stages": (*before, last.model_copy(update={"quorum": 2}))})


def _escalations(review: Review, sla: Sla) -> tuple[Escalation, ...]:
    if sla.escalate is None or not review.backups:
        return ()
    further = (Escalation(after_s=step.after_s, ask=step.ask) for step in sla.further or ())
    return (Escalation(after_s=sla.escalate, ask=review.backups), *further)


def _stages(review: Review) -> tuple[Stage, ...]:
    return tuple(
        Stage(
            reviewers=one.reviewers,
            quorum=people(one.reviewers, one.quorum),
            name=one.name,
            assign=assigned(review, one),
        )
        for one in stages_of(review)
    )


def _outcomes(review: Review) -> tuple[Outcome, ...]:
    if review.choices is not None:
        return tuple(dict.fromkeys(one.outcome for one in review.choices))
    return review.outcomes or tuple(Outcome)


def _choice(form: ChoiceForm) -> Choice:
    return Choice(
        id=form.id,
        label=form.label,
        outcome=form.outcome,
        effect=form.effect or EFFECTS[form.outcome],
        comment=form.comment or form.outcome is Outcome.REVISE,
    )


def _watch(rule: Rule) -> Watch | None:
    return None if rule.for_s is None else Watch(for_s=rule.for_s, stop=rule.stop or Route.REVIEW)
