"""Whatever happens to a request, in whatever order, some things hold.

The machine leads one request through a life: people press, also at cards that are old by now, time
passes, Slack and the receiver of the callback do their part or fail. What people do is in
`deeds.py`, what has to hold each time in `life.py`. `test_lives.py` shows what is within its reach.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from app.domain.commands import (
    CallbackTried,
    Cancel,
    CardDrawn,
    CardsFound,
    Hold,
    Redeliver,
    Signal,
    Staffed,
    Wake,
)
from app.domain.due import Lane, due
from app.domain.request import Actor, Away, Held, Place
from app.domain.slack_steps import next_step
from tests.builders import NOW
from tests.unit.domain.account import told
from tests.unit.domain.cast import NOBODY, PLANS, TURN_MS
from tests.unit.domain.deeds import PLACES, Deeds, choices, people, reviewers, stand_ins, views
from tests.unit.domain.worker import outcome_of

CLIENT = Actor(kind="client", id="billing", name="billing")
HOUR = 3_600_000
HELD = {
    "paused": Held(reason="paused", since_ms=NOW),
    "limit": Held(reason="limit", since_ms=NOW, until_ms=TURN_MS),
}
LIVES = PLANS | {"nobody is asked": NOBODY}
decided = precondition(lambda life: not life.request.pending)
hours = st.sampled_from([1, 1, 8, 40])
often = st.integers(0, 3).map(bool)


class Life(Deeds):
    """Everything that can happen, as rules."""

    @initialize(
        name=st.sampled_from(sorted(LIVES)),
        absent=st.dictionaries(reviewers, stand_ins, max_size=2),
        held=st.sampled_from([None, None, "limit", "paused"]),
    )
    def open(
        self,
        name: str,
        absent: Mapping[str, str] = MappingProxyType({}),
        held: str | None = None,
    ) -> None:
        self.begin(LIVES[name], None if held is None else HELD[held])
        for who, delegate in absent.items():
            self.goes_away(who, delegate)

    # Who is there.

    @rule(
        who=reviewers | people,
        delegate=stand_ins | people,
        hours=hours,
        noticed=often,
    )
    def goes_away(self, who: str, delegate: str, hours: int = 40, noticed: bool = True) -> None:
        self.absent[who] = (delegate, self.now + hours * HOUR)
        if noticed:
            self.people_are_found()

    @rule(who=reviewers, noticed=often)
    def comes_back(self, who: str, noticed: bool = True) -> None:
        if self.absent.pop(who, None) and noticed:
            self.people_are_found()

    @rule(
        chosen=st.lists(people, max_size=2, unique=True),
        overflowed=st.booleans(),
        personal=st.booleans(),
        back=views,
    )
    def people_are_found(
        self,
        chosen: Sequence[str] = (),
        overflowed: bool = False,
        personal: bool = True,
        back: int = 0,
    ) -> None:
        """As they are now, for the stage that was asked when somebody began to look."""
        away = tuple(
            Away(person=who, delegate=delegate, until_ms=until_ms, personal=personal)
            for who, (delegate, until_ms) in self.absent.items()
            if until_ms > self.now
        )
        found = Staffed(
            stage=self.seen(back).state.stage,
            away=away,
            assigned=tuple(chosen),
            overflowed=overflowed and bool(self.plan.overflow),
            before=self.seen(back).state.assigned,
            new=tuple(chosen),
        )
        before = told(self.events)
        committed = self.do(found)
        if committed is not None:
            assert found.stage == before.stage
            cap = self.plan.cap
            assert committed.capped == tuple((one, cap) for one in chosen if cap is not None)

    @precondition(lambda life: life.absence_ends_first)
    @rule(choice=choices)
    def a_stand_in_comes_late(self, choice: str) -> None:
        """The people lane has not seen yet that the absence is over."""
        away = self.request.state.away[-1]
        self.now = max(self.now, away.until_ms)
        self.vote(away.delegate, choice=choice)

    @precondition(lambda life: life.request.state.stage)
    @rule(who=reviewers)
    def people_are_found_for_a_stage_that_is_over(self, who: str) -> None:
        self.people_are_found((who,), back=len(self.past))

    # What the client and its monitor do.

    @rule(signals=st.sampled_from([{"anomaly": True}, {"anomaly": False}, {"reversible": False}]))
    def signal(self, signals: dict[str, Any]) -> None:
        self.do(Signal(by=CLIENT, signals=signals))

    @rule(doubts=st.integers(0, 7))
    def cancel(self, doubts: int = 0) -> None:
        if not doubts:
            self.do(Cancel(by=CLIENT))

    # Pauses. What the policy alone approves is refused meanwhile.

    @rule(paused=st.booleans())
    def everything_is_paused(self, paused: bool = True) -> None:
        self.paused = paused

    @rule()
    def hold(self) -> None:
        """Also after the pause that it was meant for."""
        self.do(Hold())

    @precondition(lambda life: life.request.watched)
    @rule()
    def a_window_ends_in_a_pause(self) -> None:
        self.paused = True
        self.next_thing_comes()

    # Time.

    @rule(pause_ms=st.integers(0, HOUR) | st.sampled_from([HOUR, 9 * HOUR]))
    def time_passes(self, pause_ms: int) -> None:
        self.now += pause_ms

    @rule(early_ms=st.sampled_from([-1, 0, 0, 1]))
    def next_thing_comes(self, early_ms: int = 0) -> None:
        """Just before it, just then, or just after; then the time lane has its turn."""
        at = due(self.request)[Lane.TIME]
        if at is not None:
            self.now = max(self.now, at + early_ms)
        self.wake()

    @rule(times=st.integers(1, 2))
    def wake(self, times: int = 1) -> None:
        for _ in range(times):
            before = told(self.events)
            self.do(Wake())
            if before.status == "pending":
                self.all_that_was_due_came()

    def all_that_was_due_came(self) -> None:
        after, goes_ahead_ms = told(self.events), self.request.state.goes_ahead_ms
        if after.status != "pending":
            return
        assert self.now < self.deadline
        if after.watched:
            assert self.paused or goes_ahead_ms is None or self.now < goes_ahead_ms
        elif after.held == ("limit", TURN_MS):
            assert self.now < TURN_MS
        elif after.held is not None:
            assert self.paused
        else:
            assert after.escalated == self.steps_due()

    # What comes of the work outside.

    @rule(back=views, fate=st.sampled_from(["done"] * 4 + ["failed", "lost"]))
    def slack_turn(self, back: int = 0, fate: str = "done") -> None:
        step = next_step(self.seen(back))
        if step is not None:
            self.do(outcome_of(step, self.seen(back), fate))

    @rule(
        target_=st.sampled_from(["#approvals", "D1"]),
        place=PLACES,
        face=st.integers(0, 2),
        alone=st.booleans(),
    )
    def card_turns_up(self, target_: str, place: Place, face: int, alone: bool = True) -> None:
        """Of this request alone, or of a burst."""
        items = () if alone else (self.request.id, "req_other")
        if face:
            self.do(CardDrawn(target=target_, place=place, face=face, items=items))
        elif alone:
            self.do(CardsFound(target=target_, places=(place,)))
        else:
            self.do(CardsFound(target=target_, digests=((place, items),)))

    @decided
    @rule(status=st.sampled_from([None, 200, 410, 500]))
    def callback(self, status: int | None) -> None:
        self.do(CallbackTried(status=status, error=None, retry_after_s=None, took_ms=1, jitter=0.5))

    @decided
    @rule()
    def redeliver(self) -> None:
        self.do(Redeliver(by=CLIENT))


Life.TestCase.settings = settings(
    max_examples=300,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAnyLife = Life.TestCase
