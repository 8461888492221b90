"""A watch goes ahead at its end and not before; people and monitors can end it."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import (
    CardDrawn,
    CardsFound,
    Signal,
    Stop,
    TargetLost,
    Wake,
)
from app.domain.due import Lane, due
from app.domain.errors import (
    AlreadyDecided,
    CommentRequired,
    DigestMismatch,
    NotAReviewer,
    OutcomeNotOffered,
    RequestExpired,
)
from app.domain.request import Actor, Request, Status
from policies.plan import Route, Watch
from tests.builders import NOW, after, applied, approval, evaluation, pending, person, plan

WINDOW_MS = 15 * 60 * 1000
HERE = Place(channel="C0APPROVAL", ts="1.1")
MONITOR = Actor(kind="client", id="fraud-bot", name="fraud-bot")
ANOMALY = Signal(by=MONITOR, signals={"anomaly": True})


def watched(stop: Route = Route.REVIEW, **changes: Any) -> Request:
    assert stop in (Route.REVIEW, Route.REJECT)
    review = plan(watch=Watch(for_s=WINDOW_MS // 1000, stop=stop))
    return pending(evaluation=evaluation(Route.WATCH, plan=review), **changes)


def shown(request: Request, now: int = NOW + 1000) -> Request:
    return after(request, CardDrawn(target="#approvals", place=HERE, face=1), now)


def stopping(request: Request, **changes: Any) -> Stop:
    given: dict[str, Any] = {
        "person": person(),
        "reason": "The customer called.",
        "digest": request.body.digest,
        "seen": HERE,
    }
    return Stop(**(given | changes))


def test_the_window_begins_when_the_first_card_can_be_seen():
    request = watched()
    assert request.state.goes_ahead_ms is None
    seen = shown(request, NOW + 5000)
    assert seen.state.goes_ahead_ms == NOW + 5000 + WINDOW_MS
    assert due(seen)[Lane.TIME] == NOW + 5000 + WINDOW_MS
    assert seen.state.cards.face == request.state.cards.face + 1, "the card then says until when"


def test_a_card_that_was_found_again_begins_it_as_well():
    seen = after(watched(), CardsFound(target="#approvals", places=(HERE,)))
    assert seen.state.goes_ahead_ms == NOW + 1000 + WINDOW_MS


def test_a_second_card_does_not_begin_it_anew():
    seen = shown(watched())
    again = after(
        seen, CardDrawn(target="D1", place=Place(channel="D1", ts="2.2"), face=2), NOW + 60_000
    )
    assert again.state.goes_ahead_ms == seen.state.goes_ahead_ms


def test_it_goes_ahead_at_the_end_and_says_that_the_policy_did_it():
    seen = shown(watched(callback_on="human"))
    until = seen.state.goes_ahead_ms
    assert until is not None
    assert lifecycle.apply(seen, Wake(), until - 1) is None
    decided = after(seen, Wake(), until)
    assert decided.state.status is Status.APPROVED
    assert decided.state.decision is not None
    assert decided.state.decision.by[0].kind == "policy"
    assert due(decided)[Lane.CALLBACK] is not None, "its caller was told `pending`, and waits"


def test_what_nobody_could_see_expires_and_never_goes_ahead():
    request = watched()
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    assert lifecycle.apply(request, Wake(), NOW + WINDOW_MS + 1) is None
    assert after(request, Wake(), expires_ms).state.status is Status.EXPIRED


def test_a_clock_that_stood_still_past_the_deadline_lets_it_expire():
    seen = shown(watched())
    expires_ms = seen.state.expires_ms
    assert expires_ms is not None
    assert after(seen, Wake(), expires_ms).state.status is Status.EXPIRED


def test_stop_turns_it_into_a_review_with_all_its_time():
    seen = shown(watched())
    transition = applied(seen, stopping(seen), NOW + 9000)
    asked = transition.after
    assert asked is not None
    assert asked.pending
    assert not asked.watched
    assert asked.state.stopped is not None
    assert asked.state.stopped.by.name == "Ana"
    assert asked.state.stopped.reason == "The customer called."
    assert asked.state.expires_ms == NOW + 9000 + 86_400_000
    assert asked.state.cards.face == seen.state.cards.face + 1
    assert due(asked)[Lane.TIME] == asked.state.expires_ms
    assert [event.type.value for event in transition.events] == ["watch.stopped"]
    assert after(asked, approval(asked)).state.status is Status.APPROVED


def test_a_stopped_watch_no_longer_goes_ahead():
    seen = shown(watched())
    until = seen.state.goes_ahead_ms
    assert until is not None
    asked = after(seen, stopping(seen))
    assert lifecycle.apply(asked, Wake(), until) is None


def test_stop_rejects_where_the_policy_says_so():
    seen = shown(watched(Route.REJECT))
    decided = after(seen, stopping(seen))
    assert decided.state.status is Status.REJECTED
    assert decided.state.decision is not None
    assert decided.state.decision.comment == "The customer called."


def test_stop_still_counts_when_the_window_is_over_and_the_clock_is_late():
    seen = shown(watched())
    until = seen.state.goes_ahead_ms
    assert until is not None
    assert not after(seen, stopping(seen), until + 5000).watched


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"person": person(id="U0EVE00001", email="eve@example.com")}, NotAReviewer),
        ({"digest": "f" * 64}, DigestMismatch),
    ],
)
def test_who_may_not_decide_may_not_stop(change: dict[str, Any], error: type):
    seen = shown(watched())
    transition = applied(seen, stopping(seen, **change))
    assert isinstance(transition.refused, error)
    assert transition.after is not None
    assert transition.after.watched


def test_stop_needs_a_reason():
    seen = shown(watched())
    with pytest.raises(CommentRequired):
        lifecycle.apply(seen, stopping(seen, reason=" \n"), NOW + 2000)


def test_what_is_watched_is_not_decided_by_a_button():
    seen = shown(watched())
    with pytest.raises(OutcomeNotOffered):
        lifecycle.apply(seen, approval(seen), NOW + 2000)


def test_a_review_cannot_be_stopped():
    request = pending()
    with pytest.raises(OutcomeNotOffered):
        lifecycle.apply(request, stopping(request), NOW + 2000)


def test_a_watch_is_stopped_once():
    seen = shown(watched())
    asked = after(seen, stopping(seen))
    with pytest.raises(OutcomeNotOffered):
        lifecycle.apply(asked, stopping(asked), NOW + 2000)


def test_an_anomaly_forces_a_review_even_where_stop_would_reject():
    seen = shown(watched(Route.REJECT))
    transition = applied(seen, ANOMALY)
    asked = transition.after
    assert asked is not None
    assert asked.pending
    assert not asked.watched
    assert [event.type.value for event in transition.events] == [
        "signal.reported",
        "watch.stopped",
    ]
    assert transition.events[-1].actor == "fraud-bot"


def test_what_turns_out_to_be_irreversible_is_asked_about():
    seen = shown(watched())
    asked = after(seen, Signal(by=MONITOR, signals={"reversible": False, "affected": 3}))
    assert not asked.watched
    assert asked.state.stopped is not None
    assert asked.state.stopped.reason == "A monitor reports that it can't be undone."


@pytest.mark.parametrize(
    "signals",
    [
        {"anomaly": False},
        {"confidence": 0.1},
        {"anomaly": "yes"},
        {"anomaly": 1},
        {"reversible": True},
        {"reversible": 0},
    ],
)
def test_another_signal_is_only_shown(signals: dict[str, Any]):
    seen = shown(watched())
    told = after(seen, Signal(by=MONITOR, signals=signals))
    assert told.watched
    assert told.state.goes_ahead_ms == seen.state.goes_ahead_ms
    assert told.state.cards.face == seen.state.cards.face + 1
    assert {one.name: one.value for one in told.state.reports} == signals


def test_a_monitors_newer_word_takes_the_place_of_its_older_one():
    other = Actor(kind="client", id="ops-bot", name="ops-bot")
    request = after(pending(), Signal(by=MONITOR, signals={"affected": 3}))
    request = after(request, Signal(by=other, signals={"affected": 7}))
    request = after(request, Signal(by=MONITOR, signals={"affected": 4}))
    assert [(one.by, one.value) for one in request.state.reports] == [
        ("ops-bot", 7),
        ("fraud-bot", 4),
    ]


def test_the_same_word_again_changes_nothing():
    request = after(pending(), Signal(by=MONITOR, signals={"affected": 3, "anomaly": False}))
    assert lifecycle.apply(request, Signal(by=MONITOR, signals={"affected": 3}), NOW) is None
    told = after(request, Signal(by=MONITOR, signals={"affected": 3, "anomaly": True}))
    assert {one.name: one.value for one in told.state.reports} == {"affected": 3, "anomaly": True}


def test_a_signal_comes_too_late_once_it_is_decided_or_past_its_deadline():
    request = pending()
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    with pytest.raises(RequestExpired):
        lifecycle.apply(request, ANOMALY, expires_ms)
    decided = after(request, approval(request))
    with pytest.raises(AlreadyDecided):
        lifecycle.apply(decided, ANOMALY, NOW + 2000)


def test_who_stops_it_too_late_is_told_that_it_went_ahead():
    seen = shown(watched())
    until = seen.state.goes_ahead_ms
    assert until is not None
    decided = after(seen, Wake(), until)
    with pytest.raises(AlreadyDecided, match="Nobody stopped this in time"):
        lifecycle.apply(decided, stopping(decided), until + 1)


@pytest.mark.parametrize("asked", ["nobody@example.com", "ana@example.com"])
@pytest.mark.parametrize("is_requester", [None, True])
def test_on_whose_behalf_it_was_asked_keeps_nobody_from_stopping_it(
    asked: str, is_requester: bool | None
):
    seen = shown(watched(on_behalf_of=asked))
    transition = applied(seen, stopping(seen, person=person(is_requester=is_requester)))
    assert transition.refused is None
    assert transition.after is not None
    assert not transition.after.watched


def test_a_watch_whose_last_card_is_gone_waits_until_another_can_be_seen():
    seen = shown(watched())
    until = seen.state.goes_ahead_ms
    assert until is not None
    lost = after(seen, TargetLost(target="#approvals", problem="is_archived"), NOW + 2000)
    assert lost.state.goes_ahead_ms is None
    assert lifecycle.apply(lost, Wake(), until) is None
    place = Place(channel="D1", ts="2.2")
    again = after(lost, CardDrawn(target="D1", place=place, face=2), NOW + 9000)
    assert again.state.goes_ahead_ms == NOW + 9000 + WINDOW_MS


def test_a_watch_with_a_card_left_goes_on_when_another_is_gone():
    seen = shown(watched())
    place = Place(channel="D1", ts="2.2")
    both = after(seen, CardDrawn(target="D1", place=place, face=2), NOW + 2000)
    left = after(both, TargetLost(target="D1", problem="user_disabled"), NOW + 3000)
    assert left.state.goes_ahead_ms == seen.state.goes_ahead_ms


def test_a_stopped_watch_that_loses_its_last_card_stays_a_review():
    seen = shown(watched())
    asked = after(seen, stopping(seen))
    lost = after(asked, TargetLost(target="#approvals", problem="is_archived"), NOW + 3000)
    assert lost.state.expires_ms == asked.state.expires_ms
    assert not lost.watched


@pytest.mark.parametrize("then", [Route.REVIEW, Route.REJECT])
def test_whom_slack_cannot_vouch_for_just_now_can_have_people_asked(then: Route):
    """While the look-up fails the window goes on, and nobody else could stop it either."""
    seen = shown(watched(then))
    unsure = person(id="U0BEN00001", name="U0BEN00001", email=None, standing="unverified")
    asked = after(seen, stopping(seen, person=unsure))
    assert asked.pending
    assert not asked.watched


@pytest.mark.parametrize("standing", ["guest", "bot", "stranger", "deactivated"])
def test_whom_slack_knows_to_be_nobody_of_ours_stops_nothing(standing: str):
    seen = shown(watched())
    transition = applied(seen, stopping(seen, person=person(standing=standing)))
    assert transition.refused is not None
    assert transition.after is not None
    assert transition.after.watched
