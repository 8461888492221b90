"""What a review says of people and nothing, or only half, comes of; each says what to write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from policies.asking import Key, assigned, stages_of
from policies.atoms import is_group
from policies.calendar import in_words
from policies.compiled import Path
from policies.plans import changed
from policies.review_form import Review, people
from policies.schema import Policy
from policies.sla_form import Sla


class LooseEnd(NamedTuple):
    """What is loose, at a key of the review; `about` are the keys that it comes of."""

    about: frozenset[str]
    at: Key
    message: str


def loose_ends(policy: Policy) -> Iterator[tuple[Path, str]]:
    """All of a policy's, each at its place; in a rule only what comes of the rule's own keys."""
    for one in _of(policy.review):
        yield ("review", *one.at), one.message
    for position, rule in enumerate(policy.rules):
        if rule.review is not None:
            written = rule.review.model_fields_set
            for one in _of(changed(policy.review, rule.review)):
                if one.about & written:
                    yield ("rules", position, "review", *one.at), one.message


def _of(review: Review) -> Iterator[LooseEnd]:
    sla = review.sla or Sla()
    yield from _half_escalated(review, sla)
    yield from _nobody_new(review, sla)
    yield from _all_asked(review)
    yield from _full(review)
    yield from _asked_for_ever(review, sla)
    if "claim_s" in sla.model_fields_set and sla.claim_s >= sla.expire_s:
        message = f"a claim lapses after {in_words(sla.claim_s)}, and by then the request expired"
        yield LooseEnd(frozenset({"sla"}), ("sla", "claim"), f"{message}; write a shorter one")


def _half_escalated(review: Review, sla: Sla) -> Iterator[LooseEnd]:
    """Backups whom nobody ever asks, and an escalation to nobody."""
    about = frozenset({"backups", "sla"})
    if review.backups and sla.escalate is None:
        message = "`backups` are never asked; write when, such as sla: {escalate: 4h}"
        yield LooseEnd(about, (), message)
    if sla.escalate is not None and not review.backups:
        message = "`escalate` asks nobody; name the `backups` who may decide from then on"
        yield LooseEnd(about, (), message)


def _nobody_new(review: Review, sla: Sla) -> Iterator[LooseEnd]:
    """Steps that ask nobody but those who were asked before."""
    about = frozenset({"reviewers", "stages", "backups", "overflow", "sla"})
    reviewers = {_folded(ref) for stage in stages_of(review) for ref in stage.reviewers}
    asked = set(reviewers)
    steps: list[tuple[Key, tuple[str, ...]]] = [(("backups",), review.backups or ())]
    steps += [(("sla", "further"), step.ask) for step in sla.further or ()]
    for at, refs in steps:
        if refs and asked.issuperset(map(_folded, refs)):
            yield LooseEnd(about, at, "this step asks nobody who was not asked before; name others")
        asked |= set(map(_folded, refs))
    if review.overflow and reviewers.issuperset(map(_folded, review.overflow)):
        message = "all whom `overflow` names are reviewers, at their cap by then; name others"
        yield LooseEnd(about, ("overflow",), message)


def _all_asked(review: Review) -> Iterator[LooseEnd]:
    """Stages that ask the least loaded of as many as have to approve."""
    about = frozenset({"assign", "reviewers", "quorum", "stages"})
    for position, stage in enumerate(stages_of(review)):
        named = stage.reviewers
        if assigned(review, stage) == "everyone" or any(map(is_group, named)):
            continue
        if people(named, stage.quorum) == len(named):
            at: Key = ("assign",) if review.stages is None else ("stages", position)
            who = "the one who is named has" if len(named) == 1 else f"all {len(named)} have"
            yield LooseEnd(about, at, f"{who} to approve, so all are asked; name more people")


def _full(review: Review) -> Iterator[LooseEnd]:
    if review.cap is not None and not review.overflow:
        message = "once all are at their cap, everybody is asked"
        advice = "name the `overflow` who is asked then"
        yield LooseEnd(frozenset({"cap", "overflow"}), ("cap",), f"{message}; {advice}")


def _asked_for_ever(review: Review, sla: Sla) -> Iterator[LooseEnd]:
    """A cap on asking again that nothing comes of."""
    if review.revisions is not None and not (review.backups and sla.escalate):
        message = "past these `revisions` the backups are asked at once, and here are none"
        advice = "name `backups`, and write when they are asked otherwise: sla: {escalate: 4h}"
        about = frozenset({"revisions", "backups", "sla"})
        yield LooseEnd(about, ("revisions",), f"{message}; {advice}")


def _folded(ref: str) -> str:
    return ref.casefold()
