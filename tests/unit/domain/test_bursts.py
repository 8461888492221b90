"""Who waits in a channel, and who shares its next message."""

from __future__ import annotations

import pytest

from app.domain.bursts import FEWEST, MOST, queues_in, together, waits_in
from app.domain.cards import Place
from app.domain.commands import CardDrawn, CardsFound, TargetLost, TargetsFound, Wake
from app.domain.request import Request
from app.domain.slack_steps import PostCard, RedrawCard, SayNotice, next_step
from policies.plan import Route, Watch
from tests.builders import NOW, after, approval, evaluation, pending, plan

HERE = Place(channel="C0APPROVAL", ts="1.1")
WINDOW = plan(watch=Watch(for_s=900))


def reviews(count: int) -> list[Request]:
    return [pending() for _ in range(count)]


def watched() -> Request:
    return pending(evaluation=evaluation(Route.WATCH, plan=WINDOW))


def in_a_digest(**changes: object) -> Request:
    request = pending(**changes)
    shared = (request.id, "req_other")
    drawn = CardDrawn(target="#approvals", place=HERE, face=1, items=shared)
    return after(request, drawn)


def test_few_get_a_card_each_in_order_of_opening():
    first, *rest = reviews(FEWEST - 1)
    assert together([first, *rest]) == (first,)


def test_a_burst_shares_a_message():
    waiting = reviews(FEWEST)
    assert together(waiting) == tuple(waiting)


def test_no_message_holds_more_than_fit():
    waiting = reviews(MOST + 5)
    assert together(waiting) == tuple(waiting[:MOST])


def test_where_nobody_waits_nobody_comes():
    assert together([]) == ()


def test_a_watch_comes_alone_and_in_its_turn():
    watch, waiting = watched(), reviews(FEWEST)
    assert together([watch, *waiting]) == (watch,)
    assert together([waiting[0], watch, *waiting[1:]]) == tuple(waiting)


def test_a_request_waits_in_its_channel_until_something_of_it_stands_there():
    request = pending()
    assert waits_in(request) == "#approvals"
    posted = after(request, CardDrawn(target="#approvals", place=HERE, face=1))
    assert waits_in(posted) is None


def test_whoever_gets_a_card_of_their_own_need_not_wait_for_the_channel():
    request = after(pending(), TargetsFound(refs=("U0CFO00001",), targets=("D0CFO00001",)))
    assert next_step(request) == PostCard(target="D0CFO00001")
    assert (waits_in(request), queues_in(request)) == ("#approvals", None)
    told = after(request, CardDrawn(target="D0CFO00001", place=HERE, face=1))
    assert next_step(told) == PostCard(target="#approvals")
    assert queues_in(told) == "#approvals"


@pytest.mark.parametrize(
    "request_",
    [
        pending(evaluation=evaluation(plan=plan(channel=None))),
        after(pending(), TargetLost(target="#approvals", problem="is_archived")),
    ],
    ids=["no channel", "the channel is gone"],
)
def test_who_has_no_channel_waits_in_none(request_: Request):
    assert waits_in(request_) is None


def test_who_is_decided_waits_no_more():
    request = pending()
    assert waits_in(after(request, approval(request, seen=None))) is None


def test_a_decision_has_the_digest_drawn_again():
    request = in_a_digest()
    decided = after(request, approval(request, seen=None))
    step = next_step(decided)
    assert isinstance(step, RedrawCard)
    assert step.copy_of.items == (request.id, "req_other")


def test_a_digest_that_nobody_recorded_is_adopted_with_all_that_it_shows():
    request = pending()
    shared = (request.id, "req_other")
    found = after(request, CardsFound(target="#approvals", digests=((HERE, shared),)))
    [copy] = found.state.cards.copies
    assert (copy.place, copy.items, copy.face) == (HERE, shared, 0)
    again = after(found, CardsFound(target="#approvals", digests=((HERE, shared),)))
    assert again.state.cards.copies == found.state.cards.copies


def test_a_reminder_is_said_in_the_thread_of_the_digest():
    request = in_a_digest(evaluation=evaluation(plan=plan(remind_s=(60,))))
    reminded = after(request, Wake(), NOW + 60_000)
    drawn = CardDrawn(
        target="#approvals", place=HERE, face=reminded.state.cards.face, items=(request.id,)
    )
    step = next_step(after(reminded, drawn))
    assert isinstance(step, SayNotice)
    assert step.place == HERE


def test_a_request_stored_before_there_were_digests_still_loads():
    stored = in_a_digest().model_dump()
    for copy in stored["state"]["cards"]["copies"]:
        del copy["items"]
    del stored["state"]["cards"]["shown_to"]
    loaded = Request.model_validate(stored)
    assert loaded.state.cards.copies[0].items == ()
