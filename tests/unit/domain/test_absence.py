"""Absences, and who decides in whose place."""

from __future__ import annotations

import pytest

from app.domain import lifecycle
from app.domain.absence import LONGEST_S, Absence, check, left_behind
from app.domain.commands import AbsentInformed, Cancel, Decide, RequesterTold, Staffed, Wake
from app.domain.errors import (
    AbsenceRefused,
    AlreadyVoted,
    NotAReviewer,
    PersonNotTrusted,
    RequesterCannotDecide,
)
from app.domain.request import Actor, Away, Request, Status
from app.domain.slack_steps import InformAbsent, next_step
from policies.plan import Outcome, ReviewPlan, Stage
from tests.builders import NOW, after, applied, approval, plan
from tests.unit.domain.cast import ANA, BEN, DEV, EVE, FAY, FINANCE, GUS, opened_with, somebody

DAY = 86_400_000
UNTIL = NOW + DAY // 2
CLIENT = Actor(kind="client", id="billing", name="billing")
TWO = plan(stages=(Stage(reviewers=(FINANCE, ANA), quorum=2),), reject_quorum=2)


def absence(person: str = ANA, delegate: str = FAY, begins: int = 0, ends: int = DAY) -> Absence:
    return Absence(
        person=person,
        person_name=person.title(),
        delegate=delegate,
        delegate_name=delegate.title(),
        from_ms=NOW + begins,
        until_ms=NOW + ends,
    )


def test_an_absence_holds_from_its_first_instant_until_its_last():
    away = absence(begins=10, ends=20)
    assert [away.holds(NOW + at) for at in (9, 10, 19, 20)] == [False, True, True, False]
    assert [away.next_ms(NOW + at) for at in (9, 10, 19, 20)] == [
        NOW + 10,
        NOW + 20,
        NOW + 20,
        None,
    ]


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (absence(begins=20, ends=20), "ends before it begins"),
        (absence(begins=-DAY, ends=0), "has ended"),
        (absence(ends=LONGEST_S * 1000 + 1), "more than a year"),
        (absence(delegate=ANA), "Nobody stands in for themselves"),
    ],
)
def test_an_absence_that_can_not_be_is_refused(refused: Absence, words: str):
    with pytest.raises(AbsenceRefused, match=words):
        check(refused, (), NOW)


def test_whoever_is_away_then_stands_in_for_nobody():
    bens = absence(BEN, EVE, begins=DAY, ends=2 * DAY)
    check(absence(ANA, BEN, ends=DAY), [bens], NOW)
    with pytest.raises(AbsenceRefused, match=f"{BEN.title()} is away then too"):
        check(absence(ANA, BEN, ends=DAY + 1), [bens], NOW)


def test_two_do_not_stand_in_for_each_other():
    with pytest.raises(AbsenceRefused):
        check(absence(BEN, ANA), [absence(ANA, BEN)], NOW)


def test_those_for_whom_one_stands_in_are_named_when_one_goes_away():
    others = [absence(BEN, ANA), absence(EVE, ANA, begins=2 * DAY, ends=3 * DAY)]
    assert left_behind(absence(ANA, FAY), others) == (others[0],)


# What an absence means to a request.


def staffed(review: ReviewPlan, *away: Away, request: Request | None = None) -> Request:
    asked = request or opened_with(review)
    found = Staffed(stage=asked.state.stage, away=away, assigned=(), overflowed=False)
    return after(asked, found)


def gone(person: str = ANA, delegate: str = FAY, *, personal: bool = True) -> Away:
    return Away(person=person, delegate=delegate, until_ms=UNTIL, personal=personal)


def vote(request: Request, who: str, *absent: str, outcome: Outcome = Outcome.APPROVE) -> Decide:
    people = tuple(map(somebody, absent))
    return approval(request, person=somebody(who), absent=people, outcome=outcome, seen=None)


def test_a_stand_in_decides_in_the_place_of_whoever_is_away():
    request = staffed(plan(), gone())
    transition = applied(request, vote(request, FAY, ANA))
    decision = transition.request.state.decision
    assert decision is not None
    assert [(by.id, by.in_place_of) for by in decision.by] == [(FAY, ANA)]
    assert transition.events[0].detail["in_place_of"] == ANA


def test_whoever_is_away_can_still_decide():
    request = staffed(plan(), gone())
    decision = after(request, vote(request, ANA)).state.decision
    assert decision is not None
    assert [(by.id, by.in_place_of) for by in decision.by] == [(ANA, None)]


def test_whoever_may_decide_anyway_decides_for_themselves():
    request = staffed(plan(), gone(delegate=BEN))
    decision = after(request, vote(request, BEN, ANA)).state.decision
    assert decision is not None
    assert decision.by[0].in_place_of is None


def test_nobody_stands_in_once_the_absence_is_over():
    request = staffed(plan(), gone())
    late = applied(request, vote(request, FAY, ANA), UNTIL)
    assert isinstance(late.refused, NotAReviewer)
    assert after(request, vote(request, FAY, ANA), UNTIL - 1).state.status is Status.APPROVED


@pytest.mark.parametrize(
    ("away", "who", "absent", "error"),
    [
        (gone(EVE, FAY), FAY, EVE, NotAReviewer),
        (gone(DEV, FAY), FAY, DEV, NotAReviewer),
        (gone(GUS, FAY), FAY, GUS, NotAReviewer),
        (gone(ANA, DEV), DEV, ANA, RequesterCannotDecide),
        (gone(ANA, GUS), GUS, ANA, PersonNotTrusted),
        (gone(ANA, FAY), EVE, ANA, NotAReviewer),
    ],
    ids=["of a stranger", "of the requester", "of who left", "the requester", "left", "not theirs"],
)
def test_a_stand_in_may_no_more_than_who_is_away_and_is_somebody_who_may_decide_at_all(
    away: Away, who: str, absent: str, error: type[Exception]
):
    request = staffed(plan(), away)
    refused = applied(request, vote(request, who, absent))
    assert isinstance(refused.refused, error)
    assert refused.request.pending


def test_two_voices_are_never_one_persons():
    request = staffed(TWO, gone(ANA, FAY), gone(BEN, FAY))
    once = after(request, vote(request, FAY, ANA, BEN))
    with pytest.raises(AlreadyVoted, match="Your approval counts already"):
        lifecycle.apply(once, vote(once, FAY, ANA, BEN), NOW)


def test_nobody_stands_in_for_somebody_who_has_answered():
    request = staffed(TWO, gone())
    for outcome in (Outcome.APPROVE, Outcome.REJECT):
        once = after(request, vote(request, ANA, outcome=outcome))
        assert isinstance(applied(once, vote(once, FAY, ANA)).refused, NotAReviewer)


def test_whoever_comes_back_does_not_say_once_more_what_was_said_in_their_place():
    request = staffed(TWO, gone())
    once = after(request, vote(request, FAY, ANA))
    with pytest.raises(AlreadyVoted, match=f"In your place {FAY.title()} answered"):
        lifecycle.apply(once, vote(once, ANA), NOW)


def test_whoever_comes_back_may_answer_otherwise_and_then_that_counts():
    request = staffed(TWO, gone())
    once = after(request, vote(request, FAY, ANA))
    back = after(once, vote(once, ANA, outcome=Outcome.REJECT))
    assert back.state.votes == ()
    assert [one.by.id for one in back.state.rejections] == [ANA]
    assert isinstance(applied(back, vote(back, FAY, ANA)).refused, NotAReviewer)


def test_a_stand_in_may_change_their_mind():
    request = staffed(TWO, gone())
    once = after(request, vote(request, FAY, ANA))
    turned = after(once, vote(once, FAY, ANA, outcome=Outcome.REJECT))
    assert turned.state.votes == ()
    assert [(one.by.id, one.by.in_place_of) for one in turned.state.rejections] == [(FAY, ANA)]


def test_who_stands_in_is_asked_in_person_where_the_absent_one_was():
    request = staffed(plan(channel=None), gone())
    assert request.stand_ins == (FAY,)
    assert FAY in request.addressed
    quiet = staffed(plan(channel=None), gone(personal=False))
    assert quiet.stand_ins == ()


def test_the_next_stage_begins_with_nobody_away():
    review = plan(stages=(Stage(reviewers=(ANA,)), Stage(reviewers=(BEN,))))
    request = staffed(review, gone())
    passed = after(request, vote(request, FAY, ANA))
    assert (passed.state.stage, passed.state.away) == (1, ())


def test_what_was_found_for_another_stage_or_too_late_changes_nothing():
    review = plan(stages=(Stage(reviewers=(ANA,)), Stage(reviewers=(BEN,))))
    request = opened_with(review)
    found = Staffed(stage=1, away=(gone(),), assigned=(BEN,), overflowed=False)
    assert lifecycle.apply(request, found, NOW) is None
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    timely = found.model_copy(update={"stage": 0})
    assert lifecycle.apply(request, timely, expires_ms) is None
    assert lifecycle.apply(after(request, Cancel(by=CLIENT)), timely, NOW) is None


def test_what_was_found_already_changes_nothing():
    request = staffed(plan(), gone())
    same = Staffed(stage=0, away=(gone(),), assigned=(), overflowed=False)
    assert lifecycle.apply(request, same, NOW) is None


def test_those_who_are_chosen_have_to_be_below_the_cap_of_the_plan():
    request = opened_with(plan(cap=3))
    found = Staffed(stage=0, away=(), assigned=(ANA, BEN), overflowed=False, new=(BEN,))
    assert applied(request, found).capped == ((BEN, 3),)
    assert applied(opened_with(plan()), found).capped == ()


# Who is away hears how it ended.


def informed(request: Request) -> list[str]:
    """Those who are told at the end, one after the other; it has no card."""
    told: list[str] = []
    while isinstance(step := next_step(after(request, RequesterTold())), InformAbsent):
        told.append(step.person)
        request = after(request, AbsentInformed(person=step.person))
    return told


def test_whoever_was_asked_in_person_and_is_away_is_told_how_it_ended():
    request = staffed(plan(), gone(), gone(BEN, FAY, personal=False))
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    assert informed(after(request, Wake(), expires_ms)) == [ANA]


def test_so_is_whoever_was_decided_for_out_of_a_group():
    request = staffed(plan(), gone(personal=False))
    assert informed(after(request, vote(request, FAY, ANA))) == [ANA]


def test_so_is_whoever_was_decided_for_in_an_earlier_stage():
    review = plan(stages=(Stage(reviewers=(ANA,)), Stage(reviewers=(BEN,))))
    request = staffed(review, gone())
    passed = after(request, vote(request, FAY, ANA))
    assert informed(after(passed, vote(passed, BEN))) == [ANA]
