"""Approvals: how many are needed, whose count, and what each further press does."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import CardDrawn
from app.domain.due import Lane, due
from app.domain.errors import (
    AlreadyDecided,
    AlreadyVoted,
    CommentRequired,
    NotAReviewer,
    OutcomeNotOffered,
    RequesterCannotDecide,
    RequestExpired,
)
from app.domain.request import Request, Status
from app.domain.transition import Transition
from policies.plan import Choice, Outcome, Stage
from tests.builders import NOW, approval, evaluation, pending, person, plan

FINANCE = frozenset({"@finance-approvers"})
ANA = person()
BEN = person(id="U0BEN00001", name="Ben", email="ben@example.com", groups=FINANCE)
LEA = person(id="U0LEA00001", name="Lea", email="lea@example.com")
TWO = plan(stages=(Stage(reviewers=("@finance-approvers", "U0ANA00001"), quorum=2),))
STAGED = plan(
    stages=(
        Stage(name="Finance", reviewers=("@finance-approvers", "U0ANA00001")),
        Stage(name="Legal", reviewers=("lea@example.com", "U0ANA00001")),
    )
)
SIDES = plan(
    stages=TWO.stages,
    outcomes=(Outcome.APPROVE, Outcome.REVISE),
    choices=(
        Choice(id="crm", label="Use CRM", outcome=Outcome.APPROVE, effect="CRM wins."),
        Choice(id="erp", label="Use ERP", outcome=Outcome.APPROVE, effect="ERP wins."),
        Choice(id="back", label="Back", outcome=Outcome.REVISE, effect="Back.", comment=True),
    ),
)


def asked(review: Any, **changes: Any) -> Request:
    return pending(evaluation=evaluation(plan=review), **changes)


def pressed(request: Request, who: Any, now: int = NOW + 1000, **changes: Any) -> Transition:
    transition = lifecycle.apply(request, approval(request, person=who, **changes), now)
    assert transition is not None
    return transition


def after(request: Request, who: Any, **changes: Any) -> Request:
    request_after = pressed(request, who, **changes).after
    assert request_after is not None
    return request_after


def names(request: Request) -> list[str]:
    assert request.state.decision is not None
    return [actor.name for actor in request.state.decision.by]


def test_one_approval_of_two_leaves_it_pending_and_is_shown():
    request = asked(TWO)
    transition = pressed(request, ANA)
    waiting = transition.after
    assert waiting is not None
    assert waiting.pending
    assert [vote.by.name for vote in waiting.approvals()] == ["Ana"]
    assert waiting.state.cards.face == request.state.cards.face + 1
    assert [event.type.value for event in transition.events] == ["approval.given"]
    assert transition.message is None
    assert transition.not_after == NOW + 86_400_000 - 1


def test_the_second_person_decides_and_both_are_named():
    decided = after(after(asked(TWO), ANA), BEN)
    assert decided.state.status is Status.APPROVED
    assert names(decided) == ["Ana", "Ben"]
    assert due(decided)[Lane.CALLBACK] is not None


def test_the_trail_has_every_approval_under_the_name_of_whoever_gave_it():
    first = pressed(asked(TWO), ANA)
    assert first.after is not None
    second = pressed(first.after, BEN)
    told = [(event.type.value, event.actor) for event in (*first.events, *second.events)]
    assert told == [("approval.given", ANA.id), ("request.decided", BEN.id)]


def test_the_same_person_twice_is_one_approval():
    waiting = after(asked(TWO), ANA)
    with pytest.raises(AlreadyVoted):
        lifecycle.apply(waiting, approval(waiting, person=ANA), NOW + 2000)


def test_one_rejection_ends_it_whatever_was_approved_before():
    decided = after(after(asked(TWO), ANA), BEN, outcome=Outcome.REJECT)
    assert decided.state.status is Status.REJECTED
    assert names(decided) == ["Ben"]


def test_whoever_approved_can_still_reject():
    decided = after(after(asked(TWO), ANA), ANA, outcome=Outcome.REJECT)
    assert decided.state.status is Status.REJECTED


def test_an_approval_that_does_not_count_is_refused_and_changes_no_count():
    waiting = after(asked(TWO), ANA)
    refused = pressed(waiting, LEA)
    assert isinstance(refused.refused, NotAReviewer)
    assert refused.after is not None
    assert refused.after.state.votes == waiting.state.votes


def test_nobody_is_one_of_the_two_for_what_was_asked_on_their_behalf():
    request = asked(TWO, on_behalf_of="ana@example.com")
    assert isinstance(pressed(request, ANA).refused, RequesterCannotDecide)


def test_an_approval_on_an_unrecorded_card_adopts_it():
    place = Place(channel="C0APPROVAL", ts="9.9")
    waiting = after(asked(TWO), ANA, seen=place)
    assert [copy.place for copy in waiting.state.cards.copies] == [place]


def test_a_half_approved_request_expires_all_the_same():
    waiting = after(asked(TWO), ANA)
    expires_ms = waiting.state.expires_ms
    assert expires_ms is not None
    with pytest.raises(RequestExpired):
        lifecycle.apply(waiting, approval(waiting, person=BEN), expires_ms)


def test_the_next_stage_is_asked_when_the_first_has_approved():
    transition = pressed(asked(STAGED), BEN)
    second = transition.after
    assert second is not None
    assert second.pending
    assert second.stage is not None
    assert second.stage.name == "Legal"
    assert [event.type.value for event in transition.events] == ["approval.given", "stage.passed"]


def test_the_people_of_the_next_stage_hear_that_it_is_their_turn():
    here = Place(channel="C0APPROVAL", ts="1.1")
    shown = lifecycle.apply(asked(STAGED), CardDrawn(target="#approvals", place=here, face=1), NOW)
    assert shown is not None
    assert shown.after is not None
    second = after(shown.after, BEN)
    [notice] = second.state.cards.notices
    assert (notice.kind, notice.places) == ("stage", (here,))
    assert second.addressed == ("lea@example.com", "U0ANA00001")


def test_who_approved_is_awaited_no_longer_however_their_address_is_written():
    stages = (Stage(reviewers=("Ana@Example.com", "ben@example.com"), quorum=2),)
    waiting = after(asked(plan(stages=stages)), ANA)
    assert waiting.addressed == ("ben@example.com",)


def test_a_later_stage_asks_its_own_people():
    second = after(asked(STAGED), BEN)
    assert isinstance(pressed(asked(STAGED), LEA).refused, NotAReviewer)
    decided = after(second, LEA)
    assert decided.state.status is Status.APPROVED
    assert names(decided) == ["Ben", "Lea"]


def test_nobody_approves_in_two_stages():
    second = after(asked(STAGED), ANA)
    with pytest.raises(AlreadyVoted):
        lifecycle.apply(second, approval(second, person=ANA), NOW + 2000)


def test_without_a_channel_the_people_of_the_next_stage_are_looked_up():
    quiet = STAGED.model_copy(update={"channel": None})
    second = after(asked(quiet), BEN)
    assert second.state.cards.targets is None
    assert due(second)[Lane.SLACK] == 0


def test_with_choices_only_the_same_choice_adds_up():
    request = after(asked(SIDES), ANA, choice="crm")
    request = after(request, BEN, choice="erp")
    assert request.pending
    assert [vote.by.name for vote in request.approvals("crm")] == ["Ana"]
    assert [vote.by.name for vote in request.approvals("erp")] == ["Ben"]


def test_a_person_may_choose_otherwise_while_it_waits():
    request = after(after(asked(SIDES), ANA, choice="crm"), BEN, choice="erp")
    decided = after(request, ANA, choice="erp")
    assert decided.state.status is Status.APPROVED
    assert decided.state.decision is not None
    assert decided.state.decision.choice == "erp"
    assert sorted(names(decided)) == ["Ana", "Ben"]


@pytest.mark.parametrize(
    ("outcome", "choice"),
    [
        (Outcome.APPROVE, None),
        (Outcome.APPROVE, "sap"),
        (Outcome.APPROVE, "back"),
        (Outcome.REJECT, None),
    ],
)
def test_a_choice_that_is_not_offered_does_nothing(outcome: Outcome, choice: str | None):
    request = asked(SIDES)
    with pytest.raises(OutcomeNotOffered):
        lifecycle.apply(request, approval(request, outcome=outcome, choice=choice), NOW)


def test_a_choice_without_choices_does_nothing():
    request = pending()
    with pytest.raises(OutcomeNotOffered):
        lifecycle.apply(request, approval(request, choice="crm"), NOW)


def test_a_choice_that_asks_for_words_needs_them():
    free = Choice(
        id="custom", label="Custom", outcome=Outcome.APPROVE, effect="As you say.", comment=True
    )
    request = asked(plan(choices=(free,), outcomes=(Outcome.APPROVE,)))
    with pytest.raises(CommentRequired):
        lifecycle.apply(request, approval(request, choice="custom", comment=" "), NOW)
    decided = after(request, ANA, choice="custom", comment="Keep both addresses")
    assert decided.state.decision is not None
    assert decided.state.decision.comment == "Keep both addresses"


def test_who_comes_after_a_shared_decision_is_told_of_everybody():
    decided = after(after(asked(TWO), ANA), BEN)
    with pytest.raises(AlreadyDecided, match="Ana and Ben already approved this"):
        lifecycle.apply(decided, approval(decided, person=LEA), NOW + 2000)
