"""What comes back from outside: callbacks that were tried, cards that were drawn or lost."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import (
    AskedInTold,
    CallbackTried,
    CardDrawn,
    Redeliver,
    RequesterTold,
    Signal,
    SlackFailed,
    TargetLost,
    TargetsFound,
)
from app.domain.due import Lane, due, settled
from app.domain.effects import ATTEMPTS_KEPT
from app.domain.errors import NothingToRedeliver
from app.domain.request import BY_HAND, Actor, Callback, Request
from app.domain.retry import WAITS_S
from app.domain.slack_steps import (
    FindTargets,
    PostCard,
    RedrawCard,
    TellAskedIn,
    TellRequester,
    next_step,
    ready,
)
from policies.plan import Route
from tests.builders import NOW, after, applied, approval, evaluation, pending, plan

CLIENT = Actor(kind="client", id="billing", name="billing")
PLACE = Place(channel="C0APPROVAL", ts="1.1")


def decided(**changes: Any) -> Request:
    request = pending(**changes)
    return after(request, approval(request, seen=None))


def tried(status: int | None, retry_after_s: float | None = None) -> CallbackTried:
    return CallbackTried(
        status=status, error=None, retry_after_s=retry_after_s, took_ms=3, jitter=0.0
    )


def callback(request: Request) -> Callback:
    assert request.state.callback is not None
    return request.state.callback


def test_a_2xx_answer_delivers_the_callback():
    request = after(decided(), tried(204))
    assert callback(request).outcome == "delivered"
    assert due(request)[Lane.CALLBACK] is None
    assert settled(request)


def test_a_failed_attempt_is_tried_again_on_schedule_under_the_same_id():
    request = decided()
    first = callback(request).id
    for wait_s in WAITS_S:
        request = after(request, tried(500), NOW)
        assert callback(request).due_ms == NOW + wait_s * 1000
    request = after(request, tried(None), NOW)
    assert callback(request).outcome == "given_up"
    assert callback(request).id == first


def test_410_ends_it_and_404_does_not():
    assert callback(after(decided(), tried(410))).outcome == "given_up"
    assert callback(after(decided(), tried(404))).outcome == "waiting"


def test_the_receivers_own_wait_is_honoured():
    request = after(decided(), tried(429, retry_after_s=90), NOW)
    assert callback(request).due_ms == NOW + 90_000


def test_twenty_attempts_are_kept():
    request = decided()
    for number in range(ATTEMPTS_KEPT + 5):
        request = after(request, Redeliver(by=CLIENT))
        request = after(request, tried(500), NOW + number)
    assert len(callback(request).attempts) == ATTEMPTS_KEPT
    assert callback(request).attempts[-1].at_ms == NOW + ATTEMPTS_KEPT + 4


def test_a_callback_that_was_given_up_can_be_sent_again():
    request = after(decided(), tried(410))
    again = after(request, Redeliver(by=CLIENT), NOW + 5000)
    assert callback(again).due_ms == NOW + 5000
    assert callback(again).id == callback(request).id
    assert callback(after(again, tried(200))).outcome == "delivered"


def test_there_is_nothing_to_send_again_before_a_decision():
    with pytest.raises(NothingToRedeliver):
        lifecycle.apply(pending(), Redeliver(by=CLIENT), NOW)


def test_a_result_that_comes_twice_changes_nothing():
    request = after(decided(), tried(200))
    assert lifecycle.apply(request, tried(500), NOW) is None


def test_the_card_goes_to_the_channel_of_the_plan():
    assert next_step(pending()) == PostCard(target="#approvals")


def test_without_a_channel_the_reviewers_are_looked_up_and_get_it_each():
    request = pending(evaluation=evaluation(plan=plan(channel=None)))
    assert next_step(request) == FindTargets(refs=("@finance-approvers", "U0ANA00001"))
    refs = ("@finance-approvers", "U0ANA00001")
    request = after(request, TargetsFound(refs=refs, targets=("D1", "D2")))
    request = after(request, CardDrawn(target="D1", place=Place(channel="D1", ts="1"), face=1))
    assert next_step(request) == PostCard(target="D2")


def test_a_posted_card_leaves_nothing_to_do_until_the_decision():
    request = after(pending(), CardDrawn(target="#approvals", place=PLACE, face=1))
    assert next_step(request) is None
    assert due(request)[Lane.SLACK] is None
    done = after(request, approval(request, seen=PLACE))
    step = next_step(done)
    assert isinstance(step, RedrawCard)
    redrawn = after(done, CardDrawn(target="#approvals", place=PLACE, face=done.state.cards.face))
    assert next_step(redrawn) is None


def test_a_decided_request_posts_no_new_card():
    assert next_step(decided()) is None


def test_the_person_behind_the_request_is_told_the_outcome_once():
    request = decided(on_behalf_of="dev@example.com")
    assert next_step(request) == TellRequester(person="dev@example.com")
    assert next_step(after(request, RequesterTold())) is None


def test_the_thread_in_which_it_was_asked_for_has_the_outcome_once():
    request = after(decided(on_behalf_of="U0DEV00001", asked_in=PLACE), RequesterTold())
    assert next_step(request) == TellAskedIn(place=PLACE)
    refused = applied(request, AskedInTold(problem="not_in_channel"))
    assert refused.events[0].detail == {"problem": "not_in_channel"}
    assert next_step(refused.request) is None
    assert refused.request.state.cards.lost == ()


def test_what_is_asked_by_hand_and_decided_without_people_is_told_all_the_same():
    automatic = {"evaluation": evaluation(Route.APPROVE), "on_behalf_of": "U0DEV00001"}
    assert next_step(pending(**automatic)) is None
    by_hand = pending(**automatic, client=BY_HAND)
    assert next_step(by_hand) == TellRequester(person="U0DEV00001")
    assert next_step(after(by_hand, RequesterTold())) is None


def test_a_lost_channel_falls_back_to_the_reviewers_and_a_lost_person_ends_it():
    request = after(pending(), TargetLost(target="#approvals", problem="is_archived"))
    assert isinstance(next_step(request), FindTargets)
    lost = (("@finance-approvers", "gone"),)
    refs = ("@finance-approvers", "U0ANA00001")
    request = after(request, TargetsFound(refs=refs, targets=("D1",), lost=lost))
    assert next_step(request) == PostCard(target="D1")
    request = after(request, TargetLost(target="D1", problem="user_disabled"))
    assert next_step(request) is None


def test_a_failing_slack_is_given_growing_pauses_and_forgotten_when_it_works():
    request = pending()
    pauses = []
    for _ in range(10):
        request = after(request, SlackFailed(problem="fatal_error"), NOW)
        pauses.append(request.state.cards.retry_ms - NOW)
        assert ready(request, NOW) is None
    assert pauses == sorted(pauses)
    assert pauses[0] == 2000
    assert pauses[-1] == 300_000
    posted = after(request, CardDrawn(target="#approvals", place=PLACE, face=1))
    assert posted.state.cards.failures == 0


def test_a_post_that_may_have_left_a_card_is_remembered_when_a_monitor_says_something():
    failed = after(pending(), SlackFailed(problem="timeout"))
    monitor = Actor(kind="client", id="fraud-bot", name="fraud-bot")
    told = after(failed, Signal(by=monitor, signals={"affected": 3}))
    assert told.state.cards.failures == failed.state.cards.failures == 1
    assert told.state.cards.retry_ms == 0
