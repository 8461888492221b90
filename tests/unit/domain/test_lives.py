"""What is within reach of the machine: only of that its properties say something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.results import MOST
from app.domain.showing import ONLOOKERS
from policies.plan import Outcome
from tests.builders import NOW
from tests.unit.domain.account import Account, told
from tests.unit.domain.cast import ANA, BEN, CHLOE, DEV, EVE, FAY, PLANS, VALID_S
from tests.unit.domain.deeds import SLIPS
from tests.unit.domain.test_state_machine import HOUR, Life

FOR_A_WHILE = sorted(name for name, review in PLANS.items() if review.undo_s is not None)
REVIEWS = sorted(name for name, review in PLANS.items() if review.watch is None)


def led(name: str, held: str | None = None) -> Life:
    """A life with this plan, its card drawn."""
    life = Life()
    life.open(name, held=held, seen=True)
    return life


def ended(life: Life) -> Account:
    """The trail at its end, once a watch has gone ahead."""
    life.time_passes(HOUR)
    life.wake()
    return told(life.events)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_each_kind_of_request_can_be_approved(name: str):
    life = led(name)
    for who in (ANA, BEN, EVE):
        life.vote(who, choice="crm")
    assert ended(life).status == "approved"


@pytest.mark.parametrize("name", REVIEWS)
def test_each_kind_of_review_can_be_approved_by_a_stand_in(name: str):
    life = led(name)
    life.goes_away(ANA, FAY)
    for who in (FAY, BEN, EVE):
        life.vote(who, choice="crm")
    account = ended(life)
    assert account.status == "approved"
    assert (FAY, ANA) in account.by


@pytest.mark.parametrize("name", sorted(PLANS))
def test_nothing_comes_after_the_deadline_but_the_expiry(name: str):
    life = led(name)
    before = told(life.events)
    life.its_time_is_over()
    assert told(life.events) == before
    life.wake()
    assert told(life.events).status == "expired"


def test_the_requester_has_no_voice_and_nobody_has_two():
    life = led("two people")
    life.goes_away(ANA, FAY)
    life.vote(DEV)
    for who in (ANA, FAY, ANA):
        life.vote(who)
        assert [one.who for one in told(life.events).approvals] == [(ANA, None)]


def test_nobody_approves_in_two_stages():
    life = led("two stages")
    for _ in range(2):
        life.vote(ANA)
        assert [one.stage for one in told(life.events).approvals] == [0]


def test_who_comes_back_answers_in_place_of_the_stand_in():
    life = led("two people")
    life.goes_away(ANA, FAY)
    life.vote(FAY)
    life.vote(ANA)
    assert len(told(life.events).approvals) == 1


def test_a_stand_in_who_comes_late_is_none():
    life = led("two people")
    life.goes_away(ANA, FAY, hours=1)
    life.a_stand_in_comes_late("crm")
    assert told(life.events).approvals == ()


def test_two_against_it_can_be_one_and_the_stand_in_of_another():
    life = led("two people, or two against it")
    life.goes_away(ANA, FAY)
    life.vote(FAY, Outcome.REJECT)
    life.vote(BEN, Outcome.REJECT)
    account = ended(life)
    assert (account.status, account.by) == ("rejected", ((FAY, ANA), (BEN, None)))


def test_what_is_approved_last_can_have_been_escalated_claimed_and_handed_on():
    life = led("two people")
    life.next_thing_comes(times=4)
    life.claim(ANA)
    life.hand_over(ANA, CHLOE)
    life.ask(CHLOE)
    life.answer(DEV, 1)
    life.vote(CHLOE)
    life.vote(EVE)
    account = ended(life)
    assert (account.status, account.escalated, account.reminded) == ("approved", 2, 2)
    assert (account.assigned, account.asked, account.answered) == ((CHLOE,), (1,), (1,))


@pytest.mark.parametrize("name", REVIEWS)
def test_each_kind_of_review_is_asked_once_it_is_its_turn_and_can_be_approved_then(name: str):
    life = led(name, held="limit")
    for who in (ANA, BEN, EVE):
        life.vote(who, choice="crm")
    assert told(life.events).approvals == ()
    life.next_thing_comes(early_ms=-1)
    assert told(life.events).held is not None
    life.next_thing_comes()
    for who in (ANA, BEN, EVE):
        life.vote(who, choice="crm")
    assert ended(life).status == "approved"


def test_what_nobody_is_asked_is_approved_after_the_pause():
    life = led("nobody is asked", held="paused")
    life.wake()
    life.vote(ANA)
    assert told(life.events).status == "pending"
    life.everything_is_paused(paused=False)
    account = ended(life)
    assert (account.status, account.by) == ("approved", (("refund", None),))


def test_a_watch_goes_ahead_at_the_end_of_its_window_and_no_sooner():
    life = led("a watch")
    life.next_thing_comes(early_ms=-1)
    assert told(life.events).watched
    life.next_thing_comes()
    assert told(life.events).status == "approved"


def test_a_watch_is_held_at_its_end_and_goes_ahead_after_the_pause():
    life = led("a watch")
    life.everything_is_paused()
    life.next_thing_comes()
    assert told(life.events).held == ("paused", None)
    life.everything_is_paused(paused=False)
    assert ended(life).status == "approved"


def test_a_watch_is_not_held_before_its_end_nor_once_it_is_stopped():
    life = led("a watch")
    life.everything_is_paused(None)
    assert told(life.events).held is None
    life.a_window_ends_in_a_pause()
    assert told(life.events).held is not None
    life.stop(ANA)
    assert told(life.events).held is None


def test_a_watch_that_nobody_sees_any_more_is_not_held_any_more():
    life = led("a watch")
    life.everything_is_paused()
    life.next_thing_comes()
    life.slack_turn(fate="lost")
    account = ended(life)
    assert (account.status, account.watched, account.held) == ("pending", True, None)


@pytest.mark.parametrize("held", [None, "limit", "paused"])
@pytest.mark.parametrize("name", [*sorted(PLANS), "nobody is asked"])
def test_somebody_else_than_the_requester_can_break_the_glass(name: str, held: str | None):
    life = led(name, held=held)
    for outcome in (Outcome.APPROVE, Outcome.REJECT):
        life.type("dev@example.com", outcome)
        life.type(DEV, outcome)
    if told(life.events).status == "pending":
        life.type("ben@example.com", Outcome.REJECT)
        assert ended(life).operator == "root@host-1"


@pytest.mark.parametrize("name", sorted(PLANS))
def test_nothing_is_broken_by_a_slip(name: str):
    life = led(name)
    for slip in SLIPS:
        life.somebody_types(slip, Outcome.APPROVE)
        life.somebody_types(slip, Outcome.REJECT)
    assert told(life.events).status == "pending"


def test_a_crowd_gets_no_more_cards_but_who_may_decide_does():
    life = led("two people")
    life.ask_for_a_card(FAY, strangers=22)
    assert len(told(life.events).shown_to) == ONLOOKERS
    life.ask_for_a_card(BEN)
    assert told(life.events).shown_to[ONLOOKERS:] == (BEN,)


def test_whoever_is_away_answered_or_handed_it_on_is_not_on_it_any_more():
    life = led("two people")
    life.claim(ANA)
    life.goes_away(ANA, FAY)
    assert told(life.events).claim is None
    life.comes_back(ANA)
    assert told(life.events).away == ()
    life.claim(ANA)
    life.hand_over(ANA, BEN)
    assert told(life.events).claim is None
    life.claim(ANA)
    life.vote(ANA)
    assert told(life.events).claim is None


def test_nobody_is_on_what_is_decided_nor_for_longer_than_a_claim_lasts():
    life = led("one person")
    life.claim(BEN)
    assert told(life.events).claim == BEN
    life.next_thing_comes()
    assert told(life.events).claim is None
    life.claim(BEN)
    life.vote(ANA)
    assert ended(life).status == "approved"


def test_nobody_is_on_the_next_stage_yet():
    life = led("two stages")
    life.claim(BEN)
    assert told(life.events).claim == BEN
    life.vote(ANA)
    assert (told(life.events).stage, told(life.events).claim) == (1, None)


def approve(life: Life) -> None:
    for who in (ANA, BEN, EVE):
        life.vote(who, choice="crm")


@pytest.mark.parametrize("name", REVIEWS)
def test_each_kind_of_review_can_be_edited_and_then_approved(name: str):
    life = led(name)
    life.edit(ANA)
    digest = told(life.events).digest
    assert digest != life.request.body.digest
    approve(life)
    account = ended(life)
    assert (account.status, account.digest) == ("approved", digest)


@pytest.mark.parametrize("name", REVIEWS)
def test_each_kind_of_review_can_be_edited_by_a_stand_in(name: str):
    life = led(name)
    life.goes_away(ANA, FAY)
    life.edit(FAY)
    approve(life)
    account = ended(life)
    assert (account.status, account.by[0]) == ("approved", (FAY, ANA))


@pytest.mark.parametrize("name", REVIEWS)
def test_each_kind_of_review_can_become_one_of_two_people(name: str):
    life = led(name)
    life.edit(ANA, under="two people")
    account = told(life.events)
    if life.plan.choices:
        assert account.approvals == ()
        return
    assert [one.who for one in account.approvals] == [(ANA, None)]
    approve(life)
    assert ended(life).by == ((ANA, None), (BEN, None))


def test_what_the_policy_refuses_and_what_changes_nothing_is_no_edit():
    life = led("two people")
    life.edit(ANA, under="refused")
    life.edit(ANA, changes={})
    life.edit(ANA, changes={"amount": 120})
    assert told(life.events).approvals == ()


def test_an_edit_in_the_second_stage_begins_with_the_first():
    life = led("two stages")
    life.vote(ANA)
    life.edit(EVE)
    life.edit(BEN)
    account = told(life.events)
    assert (account.stage, [one.who[0] for one in account.approvals]) == (1, [BEN])
    life.vote(EVE)
    assert ended(life).by == ((BEN, None), (EVE, None))


def test_an_edit_of_an_old_card_is_none():
    life = led("two people")
    life.edit(ANA)
    edited = told(life.events).digest
    life.edit(BEN, changes={"amount": 7}, back=1)
    assert told(life.events).digest == edited
    life.edit(BEN, changes={"amount": 7})
    assert told(life.events).digest != edited


def test_whoever_was_asked_late_edits_under_the_plan_that_there_is_alone():
    life = led("two people")
    life.next_thing_comes(times=4)
    life.edit(CHLOE, under="one person who is urged")
    assert told(life.events).approvals == ()
    life.edit(CHLOE)
    account = told(life.events)
    assert (account.escalated, [one.who[0] for one in account.approvals]) == (2, [CHLOE])
    life.edit(ANA, under="one person, for a while", changes={"amount": 1})
    assert told(life.events).escalated == 0


def test_a_watch_that_was_stopped_can_be_edited():
    life = led("a watch")
    life.edit(ANA)
    assert told(life.events).watched
    life.stop(ANA)
    life.edit(ANA)
    life.vote(BEN)
    assert ended(life).by == ((ANA, None), (BEN, None))


@pytest.mark.parametrize("name", FOR_A_WHILE)
def test_each_decision_that_can_be_taken_back_can_be_until_its_instant(name: str):
    life = led(name)
    before = told(life.events)
    approve(life)
    undoable = told(life.events).undoable
    assert undoable is not None
    for who in {ANA, BEN, EVE} - {undoable.by[-1][0]}:
        life.undo(who)
    assert told(life.events).undoable == undoable
    life.whoever_decided_takes_it_back(late=True)
    assert told(life.events).undoable == undoable
    life.wake()
    assert told(life.events).status == "approved"

    life = led(name)
    approve(life)
    life.whoever_decided_takes_it_back()
    assert told(life.events).undoable is None
    assert told(life.events).status == before.status == "pending"
    approve(life)
    assert ended(life).status == "approved"


@pytest.mark.parametrize("name", FOR_A_WHILE)
def test_an_edit_is_taken_back_with_its_approval(name: str):
    life = led(name)
    first = told(life.events).digest
    life.edit(ANA, under="one person, for a while")
    assert told(life.events).undoable is not None
    life.whoever_decided_takes_it_back()
    account = told(life.events)
    assert (account.digest, account.approvals, account.undoable) == (first, (), None)
    approve(life)
    assert ended(life).status == "approved"


def test_an_edit_by_one_is_not_taken_back_by_another_who_approved_it_last():
    life = led("two people, for a while")
    life.edit(ANA)
    edited = told(life.events).digest
    life.vote(BEN)
    life.undo(ANA)
    assert told(life.events).undoable is not None
    life.whoever_decided_takes_it_back()
    account = told(life.events)
    assert (account.digest, [one.who[0] for one in account.approvals]) == (edited, [ANA])


def test_a_rejection_can_be_taken_back_and_the_one_before_it_stays():
    life = led("two people, for a while")
    life.vote(ANA, Outcome.REJECT)
    life.vote(BEN, Outcome.REJECT)
    life.whoever_decided_takes_it_back()
    assert [one.who[0] for one in told(life.events).rejections] == [ANA]
    life.vote(BEN, Outcome.REJECT)
    life.vote(ANA)
    assert ended(life).status == "rejected"


@pytest.mark.parametrize("name", FOR_A_WHILE)
def test_meanwhile_nothing_else_is_done_but_what_decides_nothing(name: str):
    life = led(name)
    life.ask(ANA)
    approve(life)
    before = told(life.events)
    for who in (ANA, BEN, EVE):
        life.vote(who, Outcome.REJECT)
        life.edit(who)
        life.claim(who)
        life.hand_over(who, BEN)
        life.ask(who)
        life.ask_for_a_card(who)
    life.type()
    life.goes_away(ANA, FAY)
    life.signal({"anomaly": True})
    life.answer(DEV, 1)
    assert told(life.events) == replace(before, answered=(1,))
    life.cancel()
    account = told(life.events)
    assert (account.status, account.undoable) == ("cancelled", None)


def test_a_decision_in_time_counts_after_the_deadline_and_during_a_pause():
    life = led("two people, for a while")
    life.everything_is_paused()
    life.now = life.deadline - 1
    life.vote(ANA)
    life.vote(BEN)
    life.its_time_is_over(doubts=1)
    assert told(life.events).undoable is not None
    assert ended(life).status == "approved"


def test_a_decision_that_is_taken_back_after_the_deadline_expires():
    life = led("two people, for a while")
    life.now = life.deadline - 1
    life.vote(ANA)
    life.vote(BEN)
    life.whoever_decided_takes_it_back()
    life.vote(BEN)
    assert ended(life).status == "expired"


def test_what_came_due_meanwhile_comes_once_the_decision_is_taken_back():
    life = led("two people, for a while")
    life.now = NOW + 14_400_000 - 1
    life.vote(ANA)
    life.vote(BEN)
    life.whoever_decided_takes_it_back()
    assert told(life.events).escalated == 0
    life.wake()
    assert told(life.events).escalated == 1


@pytest.mark.parametrize("name", [name for name in REVIEWS if PLANS[name].confirm])
def test_what_has_to_be_typed_is_typed(name: str):
    life = led(name)
    life.somebody_slips(ANA)
    life.edit(ANA, changes={"other": 1}, typed="12")
    assert told(life.events).approvals == ()
    approve(life)
    assert ended(life).status == "approved"


def test_an_approval_is_used_once_of_exactly_what_was_approved():
    life = led("one person")
    life.the_client_goes_ahead()
    life.edit(ANA)
    life.the_client_goes_ahead(back=1)
    assert not told(life.events).consumed
    life.everything_is_paused(True)
    life.the_client_goes_ahead()
    assert not told(life.events).consumed
    life.everything_is_paused(False)
    life.the_client_goes_ahead(at_last=True)
    assert told(life.events).consumed
    life.the_client_goes_ahead()


def test_an_approval_that_nobody_used_in_time_is_not_used_any_more():
    life = led("one person")
    life.vote(ANA)
    life.time_passes(VALID_S * 1_000)
    life.the_client_goes_ahead()
    assert not told(life.events).consumed


def test_what_nobody_uses_is_flagged_and_a_result_is_told_as_often_as_there_is_news():
    life = led("one person who types it")
    life.a_result_is_told("done")
    life.vote(ANA)
    life.next_thing_comes(early_ms=-1)
    assert not told(life.events).unused
    life.next_thing_comes()
    assert told(life.events).unused
    life.a_result_is_told("failed")
    life.a_result_is_told("failed")
    account = told(life.events)
    assert (account.result, account.unused) == (1, False)
    life.a_result_is_told("done", often=30)
    assert told(life.events).result == MOST
