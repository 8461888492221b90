"""What a worker does with one claim, whatever the other side does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from app import changes
from app.changes import change
from app.claims import Timers, drain, serve, singly
from app.domain import lifecycle
from app.domain.absence import Absence
from app.domain.cards import Place
from app.domain.commands import CardDrawn, Command, TargetsFound, Wake
from app.domain.due import Lane
from app.domain.errors import RequestNotFound, StoreUnavailable
from app.domain.events import EventType
from app.domain.request import BY_HAND, Request
from app.domain.slack_steps import SayNotice
from app.domain.transition import Transition
from app.lanes import CallbackLane, TimeLane
from app.ports import (
    Answer,
    Claim,
    Client,
    ConversationGone,
    Found,
    HostBusy,
    SlackAgain,
    SlackNever,
)
from app.slack_lane import SlackLane
from app.staffing import Staffing
from policies.plan import Stage
from tests import fakes
from tests.builders import approval, evaluation, opened, plan


@dataclass
class FakeLanes:
    """Hands out what it was given, and notes how each claim ended."""

    waiting: list[Claim] = field(default_factory=list)
    line: Callable[[str], list[str]] = lambda _: []
    held: set[str] = field(default_factory=set)
    staggered: list[tuple[str, int, int]] = field(default_factory=list)
    left_behind: set[str] = field(default_factory=set)
    ended: list[tuple[str, str]] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    rung: int = 0
    heard: int = 0

    def claim(self, lane: Lane, limit: int, near_s: float = 0) -> list[Claim]:
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return taken

    def claim_line(self, lane: Lane, channel: str, limit: int) -> list[Claim]:
        free = [one for one in self.line(channel) if one not in self.held]
        return [Claim(lane, one, "token", one in self.left_behind) for one in free[:limit]]

    def stagger(self, lane: Lane, channel: str, first_ms: int, step_ms: int) -> None:
        self.staggered.append((channel, first_ms, step_ms))

    def release(self, claim: Claim) -> None:
        self._end(claim, "released")

    def release_all(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self.release(claim)

    def postpone(self, claim: Claim, wait_ms: int) -> None:
        if claim.unfinished:
            self.unfinished.append(claim.request_id)
        self._end(claim, f"postponed {wait_ms}")

    def hold(self, claim: Claim, wait_ms: int) -> None:
        self._end(claim, f"held {wait_ms}")

    def set_aside(self, claim: Claim, problem: str) -> None:
        self._end(claim, f"aside {problem}")

    def ring(self, lane: Lane) -> None:
        self.rung += 1

    def answer(self, lane: Lane) -> None:
        """Nobody listens."""

    def listen(self, lane: Lane, wait_s: float) -> None:
        self.heard += 1

    def leave(self, lane: Lane) -> None:
        self.rung += 1

    def waits(self) -> dict[Lane, int | None]:
        return dict.fromkeys(Lane, 0 if self.waiting else None)

    def _end(self, claim: Claim, how: str) -> None:
        if claim.request_id not in dict(self.ended):
            self.ended.append((claim.request_id, how))


@dataclass
class FakeCards:
    """A Slack that does as it is told: `fate` is asked before every post."""

    fate: Callable[[str], None] = lambda _: None
    posted: list[str] = field(default_factory=list)
    said: list[tuple[Place, str, tuple[str, ...]]] = field(default_factory=list)
    together: list[tuple[list[str], str, tuple[str, ...]]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    redrawn: int = 0
    searched: int = 0
    ahead: list[float | None] = field(default_factory=list)
    digests: list[list[str]] = field(default_factory=list)
    drawn: list[dict[str, bool]] = field(default_factory=list)
    there: dict[str, list[Found]] = field(default_factory=dict)

    def turn(self, target: str, ahead: float | None = None) -> None:
        self.ahead.append(ahead)
        self.fate("turn")

    def post(self, target: str, request: Request) -> Place:
        self.posted.append(target)
        self.fate(target)
        return Place(channel=target, ts=str(len(self.posted)))

    def post_digest(self, target: str, requests: Sequence[Request]) -> Place:
        self.digests.append([one.id for one in requests])
        self.fate("digest")
        return Place(channel=target, ts=f"digest {len(self.digests)}")

    def redraw(self, place: Place, request: Request) -> None:
        self.redrawn += 1

    def redraw_digest(self, place: Place, requests: Sequence[Request], gone: int) -> None:
        self.drawn.append({one.id: one.pending for one in requests})
        self.fate("redraw")

    def find(self, target: str, requests: Sequence[Request]) -> dict[str, list[Found]]:
        self.searched += 1
        places = [Found(Place(channel=one, ts="found")) for one in self.posted if one == target]
        return {one.id: self.there.get(one.id, places) for one in requests if places or self.there}

    def say(self, notice: SayNotice, request: Request, to: Sequence[str]) -> None:
        self.said.append((notice.place, notice.kind, tuple(to)))
        self.fate(notice.kind)

    def say_together(
        self, notice: SayNotice, requests: Sequence[Request], to: Sequence[str]
    ) -> None:
        self.together.append(([one.id for one in requests], notice.kind, tuple(to)))
        self.fate(notice.kind)

    def bring_question(self, person: str, number: int, request: Request) -> None:
        self.told.append(("question", person))
        self.fate("question")

    def tell_requester(self, person: str, request: Request) -> None:
        self.told.append(("outcome", person))

    def tell_asked_in(self, place: Place, request: Request) -> None:
        self.told.append(("asked in", place.channel))
        self.fate("asked in")

    def tell_of_absence(self, person: str, absence: Absence) -> None:
        self.told.append(("absence", person))
        self.fate("absence")

    def inform_absent(self, person: str, request: Request) -> None:
        self.told.append(("absent", person))
        self.fate("absent")


def fails(error: Exception, at: str = "#approvals") -> Callable[[str], None]:
    def fate(what: str) -> None:
        if what == at:
            raise error

    return fate


@pytest.fixture
def store() -> fakes.FakeStore:
    return fakes.FakeStore()


@pytest.fixture
def lanes() -> FakeLanes:
    return FakeLanes()


def asked(store: fakes.FakeStore, **changes: object) -> Request:
    transition = opened(opened_ms=store.now(), **changes)
    store.commit(transition, f"open {transition.request.id}")
    return transition.request


def claim_of(request: Request, lane: Lane = Lane.SLACK, unfinished: bool = False) -> Claim:
    return Claim(lane, request.id, "token", unfinished)


def slack_lane(store: fakes.FakeStore, lanes: FakeLanes, cards: FakeCards) -> SlackLane:
    directory = fakes.FakeDirectory()
    staffing = Staffing(store, directory, fakes.FakeAbsences())
    return SlackLane(store, lanes, cards, directory, staffing)


def copies(store: fakes.FakeStore, request: Request) -> list[str]:
    return [copy.place.ts for copy in store.load(request.id).request.state.cards.copies]


def test_a_card_is_posted_once_and_recorded(store: fakes.FakeStore, lanes: FakeLanes):
    request, cards = asked(store), FakeCards()
    slack_lane(store, lanes, cards)(claim_of(request))
    slack_lane(store, lanes, cards)(claim_of(request))
    assert cards.posted == ["#approvals"]
    assert cards.searched == 0
    assert copies(store, request) == ["1"]


def test_who_holds_a_request_looks_at_it_once(store: fakes.FakeStore, lanes: FakeLanes):
    request = asked(store)
    assert slack_lane(store, lanes, FakeCards())(claim_of(request)), "done with it, and let go"
    assert store.loads == 1
    assert store.finished == [request.id]


def test_what_changed_during_a_post_is_seen_before_it_is_let_go(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request = asked(store)

    def decided(what: str) -> None:
        if what == "#approvals":
            change(store, request.id, approval(request, seen=None))

    cards = FakeCards(fate=decided)
    slack_lane(store, lanes, cards)(claim_of(request))
    assert cards.posted == ["#approvals"]
    assert cards.redrawn == 1
    assert store.finished == [request.id]


def test_a_card_of_a_worker_that_died_is_found_and_brought_up_to_date(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request, cards = asked(store), FakeCards(posted=["#approvals"])
    slack_lane(store, lanes, cards)(claim_of(request, unfinished=True))
    assert cards.posted == ["#approvals"]
    assert copies(store, request) == ["found"]
    assert cards.redrawn == 1


def test_a_post_whose_answer_never_came_is_looked_for_before_it_is_sent_again(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request, cards = asked(store), FakeCards(fate=fails(SlackAgain("no answer in time")))
    lane = slack_lane(store, lanes, cards)
    lane(claim_of(request))
    failed = store.load(request.id).request.state.cards
    assert failed.problem == "no answer in time"
    store.clock = failed.retry_ms
    lane(claim_of(request))
    assert cards.posted == ["#approvals"]
    assert copies(store, request) == ["found"]


def test_it_is_still_looked_for_when_something_else_worked_in_between(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request, cards = asked(store), FakeCards(fate=fails(SlackAgain("no answer in time")))
    lane = slack_lane(store, lanes, cards)
    lane(claim_of(request))
    change(store, request.id, TargetsFound(refs=("U0BEN00001",), targets=()))
    lane(claim_of(request))
    assert cards.posted == ["#approvals"]
    assert copies(store, request) == ["found"]


def test_a_card_whose_turn_has_not_come_is_put_off_and_nothing_is_recorded(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request, cards = asked(store), FakeCards(fate=fails(SlackAgain("paced", 0.4), "turn"))
    slack_lane(store, lanes, cards)(claim_of(request))
    assert lanes.ended == [(request.id, "postponed 401")]
    assert store.load(request.id).request == request


@pytest.mark.parametrize("problem", [None, "not_in_channel"])
def test_the_outcome_is_said_where_it_was_asked_for_by_hand_or_never_will_be(
    store: fakes.FakeStore, lanes: FakeLanes, problem: str | None
):
    def fate(what: str) -> None:
        if what == "asked in" and problem is not None:
            raise SlackNever(problem)

    place = Place(channel="C0TEAM", ts="1.1")
    request = asked(store, client=BY_HAND, on_behalf_of="U0DEV00001", asked_in=place)
    change(store, request.id, approval(request))
    cards = FakeCards(fate=fate)
    for _ in range(2):
        slack_lane(store, lanes, cards)(claim_of(request))
    assert cards.told == [("outcome", "U0DEV00001"), ("asked in", "C0TEAM")]
    last = store.events(request.id)[-1]
    assert (last.type, last.detail) == (EventType.ASKED_IN_TOLD, {"problem": problem})


def test_a_channel_that_is_gone_is_replaced_by_the_people(store: fakes.FakeStore, lanes: FakeLanes):
    def fate(target: str) -> None:
        if target.startswith("#"):
            raise SlackNever("is_archived")

    request, cards = asked(store), FakeCards(fate=fate)
    slack_lane(store, lanes, cards)(claim_of(request))
    assert cards.posted[0] == "#approvals"
    assert len(cards.posted) > 1
    lost = store.load(request.id).request.state.cards.lost
    assert ("#approvals", "is_archived") in lost


def test_one_claim_does_not_go_on_past_its_time(
    store: fakes.FakeStore, lanes: FakeLanes, monkeypatch: pytest.MonkeyPatch
):
    request = asked(store, evaluation=evaluation(plan=plan(channel=None)))
    monkeypatch.setattr("app.slack_lane._STEPS_S", 0)
    cards = FakeCards()
    slack_lane(store, lanes, cards)(claim_of(request))
    assert cards.posted == []


def reminded(store: fakes.FakeStore) -> Request:
    """A request whose card stands, and whose reminder is to be said."""
    stages = (Stage(reviewers=("U0ANA00001", "U0BEN00001"), quorum=2),)
    review = plan(stages=stages, remind_s=(60,))
    request = asked(store, evaluation=evaluation(plan=review))
    place = Place(channel="C0APPROVAL", ts="1.1")
    change(store, request.id, CardDrawn(target="#approvals", place=place, face=1))
    change(store, request.id, approval(request))
    store.clock += 60_000
    found = change(store, request.id, Wake())
    assert found is not None
    return found


def test_a_reminder_goes_to_those_who_have_not_approved_yet(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request, cards = reminded(store), FakeCards()
    slack_lane(store, lanes, cards)(claim_of(request))
    slack_lane(store, lanes, cards)(claim_of(request))
    place = Place(channel="C0APPROVAL", ts="1.1")
    assert cards.said == [(place, "reminder", ("U0BEN00001",))]


def test_a_channel_that_is_gone_when_it_is_to_be_reminded_of_is_replaced_by_the_people(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request = reminded(store)
    cards = FakeCards(fate=fails(ConversationGone("is_archived"), "reminder"))
    slack_lane(store, lanes, cards)(claim_of(request))
    state = store.load(request.id).request.state.cards
    assert len(cards.said) == 1, "nothing more is said in a channel that is gone"
    assert ("#approvals", "is_archived") in state.lost
    assert state.notices == ()
    assert cards.posted == ["U0ANA00001", "U0BEN00001"]


def test_a_reminder_that_slack_refuses_for_good_is_not_tried_again(
    store: fakes.FakeStore, lanes: FakeLanes
):
    def fate(what: str) -> None:
        if what == "reminder":
            raise SlackNever("thread_not_found")

    request, cards = reminded(store), FakeCards(fate=fate)
    slack_lane(store, lanes, cards)(claim_of(request))
    slack_lane(store, lanes, cards)(claim_of(request))
    assert len(cards.said) == 1
    assert store.load(request.id).request.state.cards.notices == ()


@dataclass
class OneCallback:
    """Answers every send alike, or not at all."""

    answer: Answer | Exception
    sent: int = 0

    def check(self, url: str) -> None:
        """Any will do."""

    def send(self, url: str, message_id: str, body: str, client: Client, now: int) -> Answer:
        self.sent += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def callback_lane(store: fakes.FakeStore, lanes: FakeLanes, callbacks: OneCallback) -> CallbackLane:
    clients = fakes.FakeClients({"key": Client(id="billing")})
    return CallbackLane(store, lanes, callbacks, clients)


def decided(store: fakes.FakeStore) -> Request:
    request = asked(store)
    after = change(store, request.id, approval(request, seen=None))
    assert after is not None
    return after


def test_a_callback_is_sent_until_it_is_delivered_and_no_more(
    store: fakes.FakeStore, lanes: FakeLanes
):
    request = decided(store)
    callbacks = OneCallback(Answer(200, None, None, 3))
    lane = callback_lane(store, lanes, callbacks)
    lane(claim_of(request, Lane.CALLBACK))
    lane(claim_of(request, Lane.CALLBACK))
    assert callbacks.sent == 1


def test_a_callback_that_is_not_due_yet_is_left_alone(store: fakes.FakeStore, lanes: FakeLanes):
    request = decided(store)
    callbacks = OneCallback(Answer(500, "answered 500", None, 3))
    lane = callback_lane(store, lanes, callbacks)
    lane(claim_of(request, Lane.CALLBACK))
    lane(claim_of(request, Lane.CALLBACK))
    assert callbacks.sent == 1


def test_a_busy_host_has_its_callback_put_off(store: fakes.FakeStore, lanes: FakeLanes):
    request = decided(store)
    callback_lane(store, lanes, OneCallback(HostBusy(700)))(claim_of(request, Lane.CALLBACK))
    assert lanes.ended == [(request.id, "postponed 700")]


def claims(*ids: str) -> list[Claim]:
    return [Claim(Lane.TIME, one, "token", False) for one in ids]


def test_what_breaks_is_set_aside_and_holds_up_nobody(caplog: pytest.LogCaptureFixture):
    lanes, written = FakeLanes(claims("poison", "gone", "good")), "IBAN DE00 1234"

    def work(claim: Claim) -> None:
        if claim.request_id == "poison":
            raise ValueError(written)
        if claim.request_id == "gone":
            raise RequestNotFound("There is no such request.")

    drain(lanes, Lane.TIME, singly(lanes, work), batch=16)
    assert lanes.ended == [
        ("poison", "aside ValueError"),
        ("gone", "released"),
        ("good", "released"),
    ]
    assert "poison" in caplog.text
    assert written not in caplog.text


def test_a_shift_looks_and_listens_in_turn_and_leaves_the_place_to_somebody():
    lanes, looks = FakeLanes(), iter([True, True, False])
    seen: list[int] = []
    serve(lanes, Lane.TIME, lambda: seen.append(lanes.heard), lambda: next(looks))
    assert seen == [0, 1]
    assert (lanes.heard, lanes.rung) == (2, 1)


def test_a_shift_that_breaks_off_leaves_the_place_to_somebody():
    lanes = FakeLanes()

    def look() -> None:
        raise StoreUnavailable("away")

    with pytest.raises(StoreUnavailable):
        serve(lanes, Lane.TIME, look, lambda: True)
    assert lanes.rung == 1


def test_a_store_that_is_away_ends_the_turn():
    lanes = FakeLanes(claims("a", "b"))

    def work(_: Claim) -> None:
        raise StoreUnavailable("away")

    with pytest.raises(StoreUnavailable):
        drain(lanes, Lane.TIME, singly(lanes, work), batch=2)
    assert lanes.ended == [("a", "postponed 0"), ("b", "postponed 0")]
    assert lanes.unfinished == ["a", "b"], "whoever is next looks for what was half done"


class Rivalled(fakes.FakeStore):
    """Notes how many changes come together; `coveted` is decided just before they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[int] = []
        self.coveted: Request | None = None

    def commit_many(self, changes: Sequence[tuple[Transition, str]]) -> list[bool]:
        self.together.append(len(changes))
        if self.coveted is not None:
            change(self, self.coveted.id, approval(self.coveted))
        return super().commit_many(changes)


@pytest.fixture
def rivalled() -> Rivalled:
    return Rivalled()


def overdue(store: fakes.FakeStore, count: int) -> list[Request]:
    """Requests that wait, each with a reminder that is due by now."""
    review = plan(remind_s=(60,))
    requests = [asked(store, evaluation=evaluation(plan=review)) for _ in range(count)]
    store.clock += 60_000
    return requests


def wake(store: fakes.FakeStore) -> None:
    drain(store.lanes, Lane.TIME, TimeLane(store, store.lanes), batch=100)
    assert store.lanes.lanes[Lane.TIME].leases.keys() == store.lanes.lanes[Lane.TIME].aside.keys()


def trail(store: fakes.FakeStore, request: Request) -> list[str]:
    return [event.type.value for event in store.events(request.id)]


def test_timers_that_are_due_together_are_done_together(rivalled: Rivalled):
    requests = overdue(rivalled, 250)
    wake(rivalled)
    assert rivalled.together[:3] == [100, 100, 50]
    for request in requests:
        assert trail(rivalled, request) == ["request.opened", "request.reminded"]


def test_what_somebody_else_decided_meanwhile_holds_up_nobody(rivalled: Rivalled):
    first, second = overdue(rivalled, 2)
    rivalled.coveted = second
    wake(rivalled)
    assert trail(rivalled, first) == ["request.opened", "request.reminded"]
    assert trail(rivalled, second) == ["request.opened", "request.decided"]


def test_what_somebody_else_changed_meanwhile_is_reminded_all_the_same(rivalled: Rivalled):
    pair = plan(remind_s=(60,), stages=(Stage(reviewers=("U0ANA00001",), quorum=2),))
    request = asked(rivalled, evaluation=evaluation(plan=pair))
    rivalled.clock += 60_000
    rivalled.coveted = request
    wake(rivalled)
    assert trail(rivalled, request) == ["request.opened", "approval.given", "request.reminded"]


def test_a_timer_that_breaks_is_set_aside_and_the_others_are_done(
    store: fakes.FakeStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    first, poison, last = overdue(store, 3)

    def apply(request: Request, command: Command, now: int) -> Transition | None:
        if request.id == poison.id:
            raise ValueError
        return lifecycle.apply(request, command, now)

    monkeypatch.setattr(changes, "lifecycle", SimpleNamespace(apply=apply))
    wake(store)
    assert trail(store, first) == trail(store, last) == ["request.opened", "request.reminded"]
    assert trail(store, poison) == ["request.opened"]
    assert store.lanes.lanes[Lane.TIME].aside == {poison.id: 1}
    assert f"{poison.id} is set aside" in caplog.text


def test_a_timer_of_what_is_gone_is_let_go(store: fakes.FakeStore):
    gone, other = overdue(store, 2)
    del store.rows[gone.id]
    wake(store)
    assert trail(store, other) == ["request.opened", "request.reminded"]


def test_the_other_lanes_give_way_while_timers_are_done(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.claims._GIVE_WAY_S", 60)
    timers, order = Timers(), []

    def callback() -> None:
        timers.give_way()
        order.append("callback")

    thread = threading.Thread(target=callback)
    with timers.first():
        thread.start()
        thread.join(0.05)
        order.append("timers")
    thread.join()
    assert order == ["timers", "callback"]


def test_nobody_gives_way_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.claims._GIVE_WAY_S", 0)
    timers, lanes = Timers(), FakeLanes(claims("a"))
    with timers.first():
        drain(lanes, Lane.CALLBACK, singly(lanes, lambda _: None), 1, timers.give_way)
    assert lanes.ended == [("a", "released")]
