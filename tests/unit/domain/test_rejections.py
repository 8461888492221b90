"""Rejections where one is not enough."""

from __future__ import annotations

import pytest

from app.domain.commands import Wake
from app.domain.errors import AlreadyVoted
from app.domain.request import Request, Status
from policies.plan import Outcome, Stage
from tests.builders import after, applied, approval, plan
from tests.unit.domain.cast import ANA, BEN, CHLOE, EVE, FINANCE, opened_with, somebody

STAGE = Stage(reviewers=(FINANCE, ANA, CHLOE), quorum=2)
TWO_AGAINST = plan(stages=(STAGE, Stage(reviewers=(FINANCE, EVE))), reject_quorum=2)


def says(request: Request, who: str, outcome: Outcome = Outcome.REJECT) -> Request:
    return after(request, approval(request, person=somebody(who), outcome=outcome))


def approves(request: Request, who: str) -> Request:
    return says(request, who, Outcome.APPROVE)


def test_the_first_of_two_rejections_is_on_record_and_leaves_it_open():
    request = opened_with(TWO_AGAINST)
    first = applied(request, approval(request, person=somebody(ANA), outcome=Outcome.REJECT))
    assert first.request.pending
    assert [vote.by.id for vote in first.request.state.rejections] == [ANA]
    assert [(one.type.value, one.actor) for one in first.events] == [("rejection.given", ANA)]
    assert first.request.state.cards.face == request.state.cards.face + 1
    assert first.message is None


def test_the_second_rejects_it_and_both_are_named():
    decided = says(says(opened_with(TWO_AGAINST), ANA), BEN)
    assert decided.state.status is Status.REJECTED
    assert decided.state.decision is not None
    assert [actor.id for actor in decided.state.decision.by] == [ANA, BEN]


def test_the_same_person_twice_is_one_rejection():
    request = says(opened_with(TWO_AGAINST), ANA)
    with pytest.raises(AlreadyVoted, match="Your rejection counts already"):
        says(request, ANA)


def test_rejections_are_counted_over_all_stages():
    request = says(opened_with(TWO_AGAINST), CHLOE)
    for who in (ANA, BEN):
        request = approves(request, who)
    assert (request.state.stage, request.pending) == (1, True)
    assert says(request, EVE).state.status is Status.REJECTED


def test_whoever_rejects_takes_back_their_approval_of_this_stage():
    request = says(approves(opened_with(TWO_AGAINST), ANA), ANA)
    assert request.approvals() == ()
    assert approves(request, BEN).state.stage == 0


def test_whoever_approves_takes_back_their_rejection():
    request = approves(says(opened_with(TWO_AGAINST), ANA), ANA)
    assert request.state.rejections == ()
    assert says(request, BEN).pending


def test_what_an_earlier_stage_approved_stays_approved():
    request = opened_with(TWO_AGAINST)
    for who in (ANA, BEN):
        request = approves(request, who)
    assert len(says(request, BEN).state.votes) == 2


def test_a_call_for_changes_ends_it_all_the_same():
    request = says(opened_with(TWO_AGAINST), ANA)
    revision = approval(request, person=somebody(BEN), outcome=Outcome.REVISE, comment="Split it")
    assert after(request, revision).state.status is Status.REVISION_REQUESTED


def test_what_one_rejected_and_nobody_decided_expires():
    request = says(opened_with(TWO_AGAINST), ANA)
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    assert after(request, Wake(), expires_ms).state.status is Status.EXPIRED
