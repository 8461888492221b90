"""Claims, their release and their lapse, and handing a request to somebody else."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import Claim, HandOver, Release, Wake
from app.domain.due import Lane, due
from app.domain.errors import (
    AlreadyDecided,
    ClaimRefused,
    HandOverRefused,
    NotAReviewer,
    OutcomeNotOffered,
    RequestExpired,
)
from app.domain.request import Request, Status
from app.domain.timing import to_come
from policies.plan import Outcome, ReviewPlan, Route, Stage, Watch
from tests.builders import NOW, after, applied, approval, evaluation, pending, plan
from tests.unit.domain.cast import ANA, BEN, CHLOE, DEV, EVE, FINANCE, GUS, opened_with, somebody

LATER = NOW + 1_000
HALF_AN_HOUR = 1_800_000
TWO = plan(stages=(Stage(reviewers=(FINANCE, ANA, CHLOE), quorum=2),))


def press(request: Request, who: str, **more: Any) -> dict[str, Any]:
    return {"person": somebody(who), "digest": request.body.digest, **more}


def claimed(who: str = ANA, review: ReviewPlan = TWO) -> Request:
    request = opened_with(review)
    return after(request, Claim(**press(request, who)), LATER)


def handed(request: Request, who: str, to: str) -> HandOver:
    return HandOver(**press(request, who), to=somebody(to))


def test_a_claim_is_shown_and_turned_to_until_it_lapses():
    request = claimed()
    assert request.state.claim is not None
    assert request.state.claim.until_ms == LATER + HALF_AN_HOUR
    assert request.addressed == (ANA,)
    assert request.state.cards.face == opened_with(TWO).state.cards.face + 1
    assert (LATER + HALF_AN_HOUR, "claim_lapses") in to_come(request)


def test_a_claim_lapses_by_itself_and_not_before():
    request = claimed()
    assert lifecycle.apply(request, Wake(), LATER + HALF_AN_HOUR - 1) is None
    lapsed = applied(request, Wake(), LATER + HALF_AN_HOUR)
    assert [(one.type.value, one.detail) for one in lapsed.events] == [
        ("claim.lapsed", {"claimed_by": ANA})
    ]
    assert lapsed.request.state.claim is None
    assert lapsed.request.pending


def test_the_plan_says_how_long_a_claim_holds():
    request = claimed(review=plan(claim_s=60))
    assert request.state.claim is not None
    assert request.state.claim.until_ms == LATER + 60_000


def test_claiming_once_more_makes_it_longer():
    request = claimed()
    again = after(request, Claim(**press(request, ANA)), LATER + 5_000)
    assert again.state.claim is not None
    assert again.state.claim.until_ms == LATER + 5_000 + HALF_AN_HOUR


def test_two_are_not_on_it_at_once_and_the_second_reads_who_is():
    request = claimed()
    with pytest.raises(ClaimRefused, match=f"{ANA.title()} is on it already"):
        lifecycle.apply(request, Claim(**press(request, BEN)), LATER)


def test_a_claim_keeps_nobody_else_from_deciding():
    request = claimed()
    waiting = after(request, approval(request, person=somebody(BEN)))
    assert waiting.state.claim == request.state.claim
    rejected = after(waiting, approval(waiting, person=somebody(CHLOE), outcome=Outcome.REJECT))
    assert rejected.state.status is Status.REJECTED
    assert rejected.state.claim is None


@pytest.mark.parametrize("outcome", [Outcome.APPROVE, Outcome.REJECT])
def test_whoever_answered_is_on_it_no_longer(outcome: Outcome):
    request = claimed(review=TWO.model_copy(update={"reject_quorum": 2}))
    waiting = after(request, approval(request, person=somebody(ANA), outcome=outcome))
    assert waiting.pending
    assert waiting.state.claim is None


def test_only_whoever_is_on_it_can_release_it():
    request = claimed()
    with pytest.raises(ClaimRefused, match="You are not on it"):
        lifecycle.apply(request, Release(**press(request, BEN)), LATER)
    free = after(request, Release(**press(request, ANA)), LATER)
    assert free.state.claim is None
    with pytest.raises(ClaimRefused):
        lifecycle.apply(free, Release(**press(free, ANA)), LATER)


@pytest.mark.parametrize("kind", [Claim, Release])
def test_strangers_claim_and_release_nothing(kind: type[Claim | Release]):
    request = claimed()
    refused = applied(request, kind(**press(request, EVE)))
    assert isinstance(refused.refused, NotAReviewer)
    assert refused.request.state.claim == request.state.claim


def test_nobody_is_on_what_goes_ahead_by_itself():
    request = pending(
        evaluation=evaluation(Route.WATCH, plan=plan(watch=Watch(for_s=3_600))),
    )
    for command in (Claim(**press(request, ANA)), handed(request, ANA, BEN)):
        with pytest.raises(OutcomeNotOffered, match="Nobody needs to decide this"):
            lifecycle.apply(request, command, LATER)


def test_nothing_moves_past_the_deadline_or_after_the_end():
    request = claimed()
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    ended = after(request, Wake(), expires_ms)
    for command in (Claim(**press(request, ANA)), handed(request, ANA, BEN)):
        with pytest.raises(RequestExpired):
            lifecycle.apply(request, command, expires_ms)
        with pytest.raises(AlreadyDecided):
            lifecycle.apply(ended, command, expires_ms)


def test_whoever_it_was_handed_to_is_asked_in_person_and_is_told():
    here = Place(channel="C0APPROVAL", ts="1.1")
    request = opened_with(plan(stages=(Stage(reviewers=(FINANCE, ANA)),)))
    transition = applied(request, HandOver(**press(request, ANA, seen=here), to=somebody(BEN)))
    moved = transition.request
    assert (moved.state.assigned, moved.addressed) == ((BEN,), (BEN,))
    assert moved.state.cards.shown_to == (BEN,)
    assert [(one.kind, one.places) for one in moved.state.cards.notices] == [("handover", (here,))]
    assert [one.by for one in moved.state.cards.notices] == [ANA]
    assert due(moved)[Lane.SLACK] == 0
    assert [(one.type.value, one.detail) for one in transition.events] == [
        ("request.handed_over", {"to": BEN})
    ]


def test_nobody_is_handed_what_they_alone_are_asked_for():
    request = opened_with(plan(stages=(Stage(reviewers=(FINANCE, ANA)),)))
    moved = after(request, handed(request, ANA, BEN), LATER)
    with pytest.raises(HandOverRefused, match="is asked already"):
        applied(moved, handed(moved, ANA, BEN), LATER)


def test_both_can_decide_what_was_handed_over():
    for who in (ANA, BEN):
        request = opened_with(plan())
        moved = after(request, handed(request, ANA, BEN))
        assert after(moved, approval(moved, person=somebody(who))).state.status is Status.APPROVED


def test_handing_it_over_ends_ones_own_claim_and_nobody_elses():
    request = claimed()
    assert after(request, handed(request, ANA, BEN)).state.claim is None
    assert after(request, handed(request, BEN, CHLOE)).state.claim == request.state.claim


def test_where_it_takes_two_one_who_was_handed_it_is_not_the_only_one_who_is_called():
    request = opened_with(TWO)
    moved = after(request, handed(request, ANA, BEN))
    assert moved.addressed == (BEN, FINANCE, ANA, CHLOE)
    once = after(moved, approval(moved, person=somebody(CHLOE)))
    assert once.addressed == (BEN,)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (ANA, "That is you"),
        (EVE, "may not decide this"),
        (DEV, "may not decide this"),
        (GUS, "may not decide this"),
    ],
)
def test_it_can_only_be_handed_to_somebody_else_who_may_decide_it(to: str, words: str):
    request = opened_with(TWO)
    with pytest.raises(HandOverRefused, match=words):
        lifecycle.apply(request, handed(request, ANA, to), LATER)


def test_it_is_not_handed_to_somebody_who_has_answered():
    request = opened_with(TWO)
    waiting = after(request, approval(request, person=somebody(BEN)))
    with pytest.raises(HandOverRefused, match="has answered already"):
        lifecycle.apply(waiting, handed(waiting, ANA, BEN), LATER)
