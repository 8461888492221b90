"""What stands still, during a pause or past a client's limit, and how it goes on."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import Cancel, CardDrawn, Hold, Signal, Stop, TargetLost, Wake
from app.domain.due import Lane, due
from app.domain.errors import RequestHeld
from app.domain.request import Actor, Held, Request, State, Status
from app.domain.slack_steps import PostCard, next_step
from app.domain.transition import Transition
from policies.plan import Escalation, Route, Watch
from tests.builders import NOW, after, applied, approval, body, evaluation, person, plan

CLIENT = Actor(kind="client", id="billing", name="billing")
MONITOR = Actor(kind="client", id="fraud-bot", name="fraud-bot")
ANOMALY = Signal(by=MONITOR, signals={"anomaly": True})
HERE = Place(channel="C0APPROVAL", ts="1.1")
PAUSED = Held(reason="paused", since_ms=NOW)
UNTIL = NOW + 3_600_000
LIMITED = Held(reason="limit", since_ms=NOW, until_ms=UNTIL)
WINDOW_MS = 900_000


def begun(held: Held, route: Route = Route.REVIEW, **changes: Any) -> Transition:
    return lifecycle.begin(body(evaluation=evaluation(route), **changes), held)


def paused(**changes: Any) -> Request:
    """What its policy approves, opened during a pause."""
    return begun(PAUSED, Route.APPROVE, **changes).request


def limited(**plans: Any) -> Request:
    """What people have to decide, opened past the limit of its client."""
    judged = evaluation(Route.REVIEW, plan=plan(**plans))
    return lifecycle.begin(body(evaluation=judged), LIMITED).request


def watch_at_its_end() -> Request:
    """A watch whose window ended while everything was paused."""
    review = plan(watch=Watch(for_s=WINDOW_MS // 1000))
    request = lifecycle.begin(body(evaluation=evaluation(Route.WATCH, plan=review))).request
    seen = after(request, CardDrawn(target="#approvals", place=HERE, face=1), NOW)
    drawn = after(seen, CardDrawn(target="#approvals", place=HERE, face=2), NOW)
    return after(drawn, Hold(), NOW + WINDOW_MS)


def types(transition: Transition) -> list[str]:
    return [event.type.value for event in transition.events]


def test_what_the_policy_approves_waits_for_the_end_of_a_pause():
    transition = begun(PAUSED, Route.APPROVE)
    request = transition.request
    assert request.pending
    assert request.state.decision is None
    assert request.state.held == PAUSED
    assert not transition.automatic
    assert types(transition) == ["request.opened", "request.held"]
    assert due(request) == {Lane.TIME: NOW, Lane.SLACK: None, Lane.CALLBACK: None}


def test_a_pause_holds_neither_a_rejection_nor_what_people_are_asked():
    rejected = begun(PAUSED, Route.REJECT).request
    assert (rejected.state.status, rejected.state.held) == (Status.REJECTED, None)
    asked = begun(PAUSED, Route.REVIEW).request
    assert asked.state.held is None
    assert asked.state.expires_ms == NOW + 86_400_000


def test_after_the_pause_the_policys_approval_stands():
    transition = applied(paused(), Wake(), NOW + 7_200_000)
    request = transition.request
    assert request.state.status is Status.APPROVED
    assert request.state.held is None
    assert request.state.decision is not None
    assert request.state.decision.by[0].kind == "policy"
    assert request.state.decision.at_ms == NOW + 7_200_000
    assert transition.automatic, "so that another pause holds it again"
    assert types(transition) == ["request.released", "request.decided"]


def test_its_client_was_told_pending_so_that_it_is_called_back_even_for_human_answers_alone():
    request = after(paused(callback_on="human"), Wake())
    assert due(request)[Lane.CALLBACK] == NOW + 1000


def test_nobody_decides_what_waits_for_the_end_of_a_pause():
    with pytest.raises(RequestHeld, match="approved when the pause ends"):
        lifecycle.apply(paused(), approval(paused()), NOW + 1000)


@pytest.mark.parametrize("held", [paused(), limited()], ids=["paused", "limit"])
def test_what_is_held_can_be_taken_back(held: Request):
    request = after(held, Cancel(by=CLIENT))
    assert request.state.status is Status.CANCELLED
    assert request.state.held is None
    assert lifecycle.apply(request, Wake(), UNTIL) is None


def test_a_monitors_objection_rejects_what_nobody_could_look_at():
    transition = applied(paused(callback_on="human"), ANOMALY)
    request = transition.request
    assert request.state.status is Status.REJECTED
    assert [report.name for report in request.state.reports] == ["anomaly"]
    assert request.state.decision is not None
    assert request.state.decision.by == (MONITOR,)
    assert types(transition) == ["signal.reported", "request.decided"]
    assert due(request)[Lane.CALLBACK] is not None


def test_a_monitors_other_word_leaves_it_held():
    request = after(paused(), Signal(by=MONITOR, signals={"confidence": 0.4}))
    assert request.state.held == PAUSED


def test_a_watch_whose_window_ends_in_a_pause_is_held_and_its_card_is_drawn_anew():
    request = watch_at_its_end()
    assert request.pending
    assert request.state.held == Held(reason="paused", since_ms=NOW + WINDOW_MS)
    assert request.state.cards.face == 3
    assert due(request)[Lane.TIME] == NOW + WINDOW_MS
    assert lifecycle.apply(request, Hold(), NOW + WINDOW_MS + 1) is None, "it is held once"


def test_a_watch_whose_window_has_not_ended_is_not_held():
    review = plan(watch=Watch(for_s=900))
    request = lifecycle.begin(body(evaluation=evaluation(Route.WATCH, plan=review))).request
    assert lifecycle.apply(request, Hold(), NOW + 1000) is None


def test_a_watch_goes_ahead_after_the_pause():
    transition = applied(watch_at_its_end(), Wake(), NOW + 2 * WINDOW_MS)
    assert transition.request.state.status is Status.APPROVED
    assert transition.request.state.held is None
    assert transition.automatic
    assert types(transition) == ["request.released", "request.decided"]


def test_a_watch_can_be_stopped_as_long_as_it_is_held():
    request = watch_at_its_end()
    stop = Stop(person=person(), reason="No.", digest=request.body.digest, seen=HERE)
    stopped = after(request, stop, NOW + 2 * WINDOW_MS)
    assert stopped.pending
    assert stopped.state.held is None
    assert due(stopped)[Lane.TIME] == NOW + 2 * WINDOW_MS + 86_400_000


def test_a_held_watch_still_expires():
    request = watch_at_its_end()
    assert after(request, Wake(), NOW + 86_400_000).state.status is Status.EXPIRED


def test_a_held_watch_that_nobody_can_see_any_more_begins_anew():
    gone = TargetLost(target="#approvals", problem="is_archived")
    transition = applied(watch_at_its_end(), gone)
    lost = transition.request
    assert lost.state.held is None
    assert types(transition) == ["card.lost", "request.released"]
    assert due(lost)[Lane.TIME] == lost.state.expires_ms


def test_past_the_limit_nobody_is_asked_before_it_is_time():
    transition = begun(LIMITED)
    request = transition.request
    assert types(transition) == ["request.opened", "request.held"]
    assert due(request) == {Lane.TIME: UNTIL, Lane.SLACK: None, Lane.CALLBACK: None}
    with pytest.raises(RequestHeld, match="before 2026-09-21T15:13:20"):
        lifecycle.apply(request, approval(request), NOW + 1000)
    assert lifecycle.apply(request, Wake(), UNTIL - 1) is None


def test_past_the_limit_a_rejection_is_one_at_once():
    assert begun(LIMITED, Route.REJECT).request.state.status is Status.REJECTED


def test_when_it_is_time_the_review_begins_with_all_the_time_that_the_plan_gives():
    steps = (Escalation(after_s=120, ask=("cfo@example.com",)),)
    request = limited(remind_s=(60,), escalations=steps)
    late = UNTIL + 5_000
    transition = applied(request, Wake(), late)
    state = transition.request.state
    assert state.held is None
    assert state.expires_ms == late + 86_400_000
    assert (state.remind_ms, state.escalate_ms) == ((late + 60_000,), (late + 120_000,))
    assert next_step(transition.request) == PostCard(target="#approvals")
    assert types(transition) == ["request.released"]
    assert after(transition.request, approval(request), late + 1).state.status is Status.APPROVED


def test_an_approval_is_never_held_for_a_limit_and_then_given_by_itself():
    request = begun(LIMITED, Route.APPROVE).request
    with pytest.raises(TypeError):
        lifecycle.apply(request, Wake(), UNTIL)


def test_a_state_of_the_version_before_is_not_held():
    stored = limited().state.model_dump(mode="json")
    del stored["held"]
    assert State.model_validate(stored).held is None


@pytest.mark.parametrize(
    ("transition", "automatic"),
    [
        (lifecycle.begin(body(evaluation=evaluation(Route.APPROVE))), True),
        (lifecycle.begin(body(evaluation=evaluation(Route.REJECT))), False),
        (lifecycle.begin(body()), False),
        (applied(lifecycle.begin(body()).request, Cancel(by=CLIENT)), False),
    ],
    ids=["approved", "rejected", "asked", "taken back"],
)
def test_an_approval_without_a_person_is_automatic_and_nothing_else(
    transition: Transition, automatic: bool
):
    assert transition.automatic is automatic


def test_a_persons_approval_is_not_automatic_nor_is_what_happens_after_a_decision():
    request = lifecycle.begin(body()).request
    assert not applied(request, approval(request)).automatic
    decided = lifecycle.begin(body(evaluation=evaluation(Route.APPROVE))).request
    drawn = CardDrawn(target="#approvals", place=HERE, face=1)
    assert not applied(decided, drawn).automatic
