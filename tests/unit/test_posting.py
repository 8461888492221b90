"""What a worker posts when it is a channel's turn: one card, or a digest of those that wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from app.changes import change
from app.domain.bursts import MOST
from app.domain.cards import Copy, Place
from app.domain.commands import SlackFailed, TargetsFound
from app.domain.errors import StoreUnavailable
from app.domain.request import Request
from app.domain.transition import Transition
from app.identifiers import new_request_id
from app.ports import Claim, Found, SlackAgain, SlackNever
from policies.plan import Route, Watch
from tests import fakes
from tests.builders import NOW, approval, evaluation, plan
from tests.unit.test_lanes import FakeCards, FakeLanes, asked, claim_of, slack_lane


@dataclass
class Burst:
    """Requests that wait in one channel, and the worker that looks after one of them."""

    count: int
    store: fakes.FakeStore = field(default_factory=fakes.FakeStore)
    lanes: FakeLanes = field(default_factory=FakeLanes)
    cards: FakeCards = field(default_factory=FakeCards)
    elsewhere: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.requests = [asked_at(self.store, n) for n in range(self.count)]

    def work(self, position: int = 0, unfinished: bool = False) -> None:
        request = self.requests[position]
        claim = claim_of(request, unfinished=unfinished)
        self.lanes.line, self.lanes.held = self.store.line, {request.id, *self.elsewhere}
        slack_lane(self.store, self.lanes, self.cards)(claim)

    def ids(self, first: int = 0, last: int | None = None) -> list[str]:
        return [request.id for request in self.requests[first:last]]

    def now(self, position: int) -> Request:
        return self.store.load(self.requests[position].id).request

    def copies(self, position: int) -> tuple[Copy, ...]:
        return self.now(position).state.cards.copies

    def decide(self, position: int) -> None:
        request = self.requests[position]
        change(self.store, request.id, approval(request, seen=None))


def asked_at(store: fakes.FakeStore, n: int, **changes: object) -> Request:
    """A request that was opened so many ms after the first."""
    return asked(store, id=new_request_id(NOW + n), **changes)


def fate_of(error: Exception, *whats: str) -> Callable[[str], None]:
    def fate(what: str) -> None:
        if what in whats:
            raise error

    return fate


def test_a_burst_goes_out_in_one_message_and_is_recorded_of_each():
    burst = Burst(6)
    burst.work(2)
    assert burst.cards.digests == [burst.ids()]
    assert burst.cards.posted == []
    for position in range(6):
        [copy] = burst.copies(position)
        assert copy.place == Place(channel="#approvals", ts="digest 1")
        assert copy.items == tuple(burst.ids())
    assert sorted(burst.store.finished) == burst.ids()
    assert burst.lanes.ended == [], "that it is done is written with what was done"


def test_few_go_out_one_by_one_and_whoever_was_first_goes_first():
    burst = Burst(3)
    burst.work(2)
    assert burst.cards.digests == []
    assert [len(burst.copies(n)) for n in range(3)] == [1, 0, 0]
    assert burst.copies(0)[0].items == ()


def test_who_stands_too_far_back_lets_the_others_go_first():
    burst = Burst(MOST + 3)
    burst.work(MOST + 1)
    assert burst.cards.digests == [burst.ids(0, MOST)]
    assert burst.copies(MOST + 1) == ()
    burst.work(MOST + 1)
    assert [len(burst.copies(MOST + n)) for n in range(3)] == [1, 0, 0], "three are few"


def test_who_is_held_by_somebody_else_is_left_to_them():
    burst = Burst(6)
    burst.elsewhere = {burst.requests[0].id, burst.requests[1].id}
    burst.work(3)
    assert burst.cards.digests == [burst.ids(2)]


def test_who_was_decided_in_the_meantime_is_not_shown(monkeypatch: pytest.MonkeyPatch):
    burst = Burst(6)
    line = burst.store.line("#approvals")
    burst.decide(1)
    monkeypatch.setattr(burst.store, "line", lambda *_: line)  # as it was a moment ago
    burst.work()
    assert burst.requests[1].id not in burst.cards.digests[0]
    assert burst.copies(1) == ()


def in_person(burst: Burst, position: int) -> Request:
    """Somebody gets a card of this request of their own, and did not yet."""
    found = TargetsFound(refs=("U0CFO00001",), targets=("D0CFO00001",))
    after = change(burst.store, burst.requests[position].id, found)
    assert after is not None
    return after


def test_who_waits_for_a_card_elsewhere_is_shown_in_the_channel_with_the_others():
    burst = Burst(6)
    in_person(burst, 3)
    burst.work()
    assert burst.cards.digests == [burst.ids()]
    assert burst.lanes.ended == [(burst.requests[3].id, "released")], "it has a card to come"


def test_a_card_elsewhere_that_is_half_done_is_finished_first():
    burst = Burst(6)
    in_person(burst, 3)
    burst.lanes.left_behind = {burst.requests[3].id}
    burst.work()
    assert burst.requests[3].id not in burst.cards.digests[0]
    assert burst.lanes.unfinished == [burst.requests[3].id]


def test_a_watch_is_shown_on_a_card_of_its_own():
    burst = Burst(5)
    window = evaluation(Route.WATCH, plan=plan(watch=Watch(for_s=900)))
    watch = asked_at(burst.store, -1, evaluation=window)
    burst.work()
    assert burst.cards.digests == []
    shown = burst.store.load(watch.id).request.state
    assert [copy.items for copy in shown.cards.copies] == [()]
    assert shown.goes_ahead_ms is not None
    burst.work()
    assert burst.cards.digests == [burst.ids()]


def test_who_has_to_wait_is_told_for_how_many_messages_and_speaks_for_the_others():
    burst = Burst(MOST + 10)
    burst.cards.fate = fate_of(SlackAgain("paced", 2.0), "turn")
    burst.work(MOST + 5)
    assert burst.cards.ahead == [(MOST + 5) / MOST]
    assert burst.lanes.ended == [(burst.requests[MOST + 5].id, "postponed 2001")]
    assert burst.lanes.staggered == [("#approvals", 2000 - 50 * (MOST + 5), 50)]


def test_a_direct_message_is_never_a_digest():
    burst = Burst(0)
    alone = evaluation(plan=plan(channel=None))
    burst.requests = [asked_at(burst.store, n, evaluation=alone) for n in range(6)]
    burst.work()
    assert burst.cards.digests == []
    assert set(burst.cards.ahead) == {None}


def test_what_a_dead_worker_left_behind_is_found_and_not_posted_again():
    burst = Burst(6)
    shown, found = burst.ids(0, 4), Place(channel="#approvals", ts="left behind")
    burst.cards.there = {one: [Found(found, tuple(shown))] for one in shown}
    burst.lanes.left_behind = set(shown)
    burst.work(0, unfinished=True)
    assert burst.cards.searched == 1, "one look into the history for all of them"
    assert burst.cards.digests == []
    for position in range(4):
        [copy] = burst.copies(position)
        assert (copy.place, copy.items) == (found, tuple(shown))
    assert [len(burst.copies(4)), len(burst.copies(5))] == [1, 0], "the rest goes on"


def test_a_digest_that_got_no_answer_is_looked_for_before_it_is_sent_again():
    burst = Burst(6)
    burst.cards.fate = fate_of(SlackAgain("no answer in time"), "digest")
    burst.work()
    for position in range(6):
        assert burst.now(position).state.cards.unsure == ("#approvals",)
    burst.store.clock = burst.now(0).state.cards.retry_ms
    burst.cards.fate = lambda _: None
    found = Found(Place(channel="C0APPROVAL", ts="1.1"), tuple(burst.ids()))
    burst.cards.there = {one: [found] for one in burst.ids()}
    burst.work()
    assert burst.cards.searched == 1
    assert len(burst.cards.digests) == 1
    assert all(burst.copies(position) for position in range(6))


def test_a_channel_that_slack_limits_puts_all_off_without_doubt():
    burst = Burst(6)
    burst.cards.fate = fate_of(SlackAgain("ratelimited", 30.0), "digest")
    burst.work()
    assert sorted(burst.lanes.ended) == [(one, "postponed 30001") for one in burst.ids()]
    assert burst.lanes.unfinished == []
    assert burst.now(3) == burst.requests[3]


def test_what_slack_refuses_as_a_digest_goes_out_one_by_one():
    burst = Burst(6)
    burst.cards.fate = fate_of(SlackNever("invalid_blocks"), "digest")
    burst.work(1)
    assert [len(burst.copies(n)) for n in range(6)] == [1, 0, 0, 0, 0, 0]
    assert burst.now(0).state.cards.lost == ()


def test_a_store_that_goes_away_in_between_leaves_the_rest_to_be_looked_for(
    monkeypatch: pytest.MonkeyPatch,
):
    burst = Burst(6)
    commit, left = burst.store.commit, [3]

    def failing(transition: Transition, operation: str, claim: Claim | None) -> object:
        if not left[0]:
            raise StoreUnavailable("away")
        left[0] -= 1
        return commit(transition, operation, claim=claim)

    monkeypatch.setattr(burst.store, "commit", failing)
    with pytest.raises(StoreUnavailable):
        burst.work()
    assert burst.lanes.unfinished == burst.ids(4), "the worker's own is its caller's to hand back"


def test_a_decision_redraws_the_digest_with_the_newest_of_all():
    burst = Burst(5)
    burst.work()
    burst.decide(0)
    burst.decide(3)
    burst.work(0)
    assert [list(drawn.values()) for drawn in burst.cards.drawn] == [
        [False, True, True, False, True]
    ]
    burst.work(3)
    assert len(burst.cards.drawn) == 1, "one drawing served both"


def test_a_decision_during_a_drawing_is_drawn_before_that_is_recorded():
    burst = Burst(5)
    burst.work()
    burst.decide(0)

    def meanwhile(what: str) -> None:
        if what == "redraw" and len(burst.cards.drawn) == 1:
            burst.decide(1)

    burst.cards.fate = meanwhile
    burst.work(0)
    assert [list(drawn.values())[:2] for drawn in burst.cards.drawn] == [
        [False, True],
        [False, False],
    ]
    assert burst.copies(1)[0].face == burst.now(1).state.cards.face


def test_a_digest_that_never_comes_to_rest_is_drawn_again_later():
    burst = Burst(5)
    burst.work()
    burst.decide(0)

    def always(what: str) -> None:
        change(burst.store, burst.requests[1].id, SlackFailed(problem="x"))
        request = burst.now(1)
        cards = request.state.cards.model_copy(update={"face": request.state.cards.face + 1})
        burst.store.rows[request.id].request = request.changed(cards=cards)

    burst.cards.fate = always
    burst.work(0)
    assert burst.lanes.ended[-1] == (burst.requests[0].id, "postponed 501")
    assert burst.copies(0)[0].face < burst.now(0).state.cards.face
