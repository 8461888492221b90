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

from app.domain.cards import Place
from app.domain.commands import (
    CallbackTried,
    Cancel,
    CardDrawn,
    CardsFound,
    Consume,
    Hold,
    Redeliver,
    ReportResult,
    Signal,
    Staffed,
    Wake,
)
from app.domain.due import Lane, due
from app.domain.request import Actor, Away, Held
from app.domain.results import MOST
from app.domain.slack_steps import next_step
from tests.builders import NOW
from tests.unit.domain.account import told
from tests.unit.domain.cast import ANA, NOBODY, PLANS, TURN_MS, VALID_S
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
        seen=st.booleans(),
    )
    def open(
        self,
        name: str,
        absent: Mapping[str, str] = MappingProxyType({}),
        held: str | None = None,
        seen: bool = False,
    ) -> None:
        self.begin(LIVES[name], None if held is None else HELD[held])
        for who, delegate in absent.items():
            self.goes_away(who, delegate)
        if seen:
            self.card_turns_up("#approvals", Place(channel="C1", ts="1"), 1)

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
            was_away=self.seen(back).state.away,
            new=tuple(chosen),
        )
        before, last_ms = told(self.events), self.last_ms
        committed = self.do(found)
        if committed is not None:
            assert committed.not_after == last_ms
            looked_at = tuple(tuple(one.model_dump().values()) for one in found.was_away)
            assert (found.stage, found.before) == (before.stage, before.assigned)
            assert looked_at == before.away
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
        self.did(Signal(by=CLIENT, signals=signals), told(self.events))

    @rule(back=views, key=st.sampled_from([None, "key-1", "key-2"]), at_last=st.booleans())
    def the_client_goes_ahead(
        self, back: int = 0, key: str | None = None, at_last: bool = False
    ) -> None:
        """With the digest that it knows; once, in time, and never during a pause."""
        before, decision = told(self.events), self.request.state.decision
        if decision is not None and at_last:
            self.now = max(self.now, decision.at_ms + VALID_S * 1_000 - 1)
        used = Consume(by=CLIENT, digest=self.seen(back).digest, key=key)
        right = before.status == "approved" and used.digest == before.digest
        in_time = decision is not None and self.now < decision.at_ms + VALID_S * 1_000
        may = right and in_time and not (before.consumed or self.paused or self.erased)
        committed = self.do(used)
        assert (committed is not None) == may
        if committed is not None and decision is not None:
            assert committed.not_after == decision.at_ms + VALID_S * 1_000 - 1

    @decided
    @rule(text=st.sampled_from(["done", "done", "failed"]), often=st.sampled_from([1, 1, 30]))
    def a_result_is_told(self, text: str, often: int = 1) -> None:
        """Of an approval, with an end to it; the same again is no news."""
        for number in range(often):
            before, last = told(self.events), self.request.state.result
            said = text if often == 1 else f"{text} {number}"
            news = last is None or last.text != said
            may = before.status == "approved" and before.result < MOST and news
            report = ReportResult(by=CLIENT, ok=text == "done", text=said)
            assert (self.do(report) is not None) == (may and not self.erased)
            assert told(self.events).result == before.result + (may and not self.erased)

    @rule(doubts=st.integers(0, 7))
    def cancel(self, doubts: int = 0) -> None:
        if not doubts:
            self.do(Cancel(by=CLIENT))

    # Pauses. What the policy alone approves is refused meanwhile.

    @rule(paused=st.sampled_from([True, False, None]))
    def everything_is_paused(self, paused: bool | None = True) -> None:
        """Or goes on; or the time lane finds it paused, maybe after that was over."""
        if paused is None:
            self.do(Hold())
        else:
            self.paused = paused

    @precondition(lambda life: life.request.watched)
    @rule()
    def a_window_ends_in_a_pause(self) -> None:
        self.paused = True
        self.next_thing_comes()

    # Time.

    @rule(
        pause_ms=st.integers(0, HOUR // 2) | st.sampled_from([HOUR, 9 * HOUR]),
        doubts=st.integers(0, 3),
    )
    def time_passes(self, pause_ms: int, doubts: int = 0) -> None:
        if not doubts or self.now + pause_ms < self.deadline:
            self.now += pause_ms

    @rule(
        early_ms=st.sampled_from([-1, 0, 0, 1]),
        doubts=st.integers(0, 3),
        times=st.sampled_from([1, 1, 1, 4]),
    )
    def next_thing_comes(self, early_ms: int = 0, doubts: int = 0, times: int = 1) -> None:
        """Just before it, just then, or just after; then the time lane has its turn."""
        for _ in range(times):
            at = due(self.request)[Lane.TIME]
            if at is not None and (not doubts or at < self.deadline):
                self.now = max(self.now, at + early_ms)
            self.wake()

    @precondition(lambda life: life.last_ms)
    @rule(doubts=st.integers(0, 7))
    def its_time_is_over(self, doubts: int = 0) -> None:
        """The time lane has not seen yet that its time is over."""
        if doubts:
            return
        self.now = max(self.now, self.deadline)
        for deed in (self.vote, self.edit, self.stop, self.claim, self.ask):
            deed(ANA)
        self.type()
        self.signal({"anomaly": True})
        self.cancel()

    @rule(times=st.integers(1, 2))
    def wake(self, times: int = 1) -> None:
        for _ in range(times):
            before = told(self.events)
            self.do(Wake())
            if before.status == "pending":
                self.all_that_was_due_came()
            elif before.status == "approved":
                self.what_nobody_used_is_flagged()

    def all_that_was_due_came(self) -> None:
        after, goes_ahead_ms = told(self.events), self.request.state.goes_ahead_ms
        if after.undoable is not None:
            assert self.now < after.undoable.until_ms
        if after.status != "pending" or after.undoable is not None:
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

    def what_nobody_used_is_flagged(self) -> None:
        account, decision = told(self.events), self.request.state.decision
        if self.plan.result_s is not None and not account.result and not self.erased:
            assert decision is not None
            assert account.unused == (self.now >= decision.at_ms + self.plan.result_s * 1_000)

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
    @rule(status=st.sampled_from([None, 200, 410, 500]), again=st.booleans())
    def callback(self, status: int | None, again: bool = False) -> None:
        if again:
            self.do(Redeliver(by=CLIENT))
        self.do(CallbackTried(status=status, error=None, retry_after_s=None, took_ms=1, jitter=0.5))


Life.TestCase.settings = settings(
    max_examples=400,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAnyLife = Life.TestCase
