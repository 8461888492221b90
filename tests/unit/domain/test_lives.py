"""What is within reach of the machine: only of that its properties say something."""

from __future__ import annotations

import pytest

from app.domain.showing import ONLOOKERS
from policies.plan import Outcome
from tests.unit.domain.account import Account, told
from tests.unit.domain.cast import ANA, BEN, CHLOE, DEV, EVE, FAY, PLANS
from tests.unit.domain.deeds import SLIPS
from tests.unit.domain.test_state_machine import HOUR, Life

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
    life.its_time_is_over()
    assert told(life.events) == told(led(name).events)
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
