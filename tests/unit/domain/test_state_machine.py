"""Whatever happens to a request, in whatever order, some things hold.

The machine leads one request through a life: people press, also at cards that are old by now, time
passes, Slack and the receiver of the callback do their part or fail. What has to hold each time is
in `life.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
)

from app.domain.cards import Place
from app.domain.commands import (
    AnswerQuestion,
    AskRequester,
    CallbackTried,
    Cancel,
    CardDrawn,
    CardsFound,
    Claim,
    Decide,
    HandOver,
    Redeliver,
    Release,
    Signal,
    Staffed,
    Stop,
    Wake,
)
from app.domain.due import Lane, due
from app.domain.request import Actor, Away
from app.domain.slack_steps import next_step
from policies.plan import Outcome
from tests.unit.domain.account import Account, told
from tests.unit.domain.cast import (
    ANA,
    BEHIND,
    BEN,
    CHLOE,
    DEV,
    EVE,
    EVERYBODY,
    FAY,
    PLANS,
    TRUSTED,
    somebody,
)
from tests.unit.domain.life import Checked
from tests.unit.domain.worker import outcome_of

CLIENT = Actor(kind="client", id="billing", name="billing")
HOUR = 3_600_000
PLACES = st.builds(Place, channel=st.sampled_from(["C1", "D1"]), ts=st.sampled_from(["1", "2"]))
people = st.sampled_from(EVERYBODY)
reviewers = st.sampled_from([ANA, BEN, CHLOE, EVE])
stand_ins = st.sampled_from([FAY, FAY, CHLOE, DEV, BEN])
choices = st.sampled_from(["crm", "crm", "erp"])
questioned = precondition(lambda life: life.request.state.questions)
decided = precondition(lambda life: not life.request.pending)
hours = st.sampled_from([1, 1, 8, 40])
often = st.integers(0, 3).map(bool)
views = st.sampled_from([0, 0, 0, 1, 3])
"""How many versions ago somebody saw the card that they press."""

presses = st.fixed_dictionaries(
    {
        "who": people,
        "outcome": st.sampled_from(Outcome),
        "choice": st.sampled_from(["crm", "erp", "none", None]),
        "place": PLACES,
        "back": views,
        "digest": st.sampled_from([None] * 9 + ["f" * 64]),
    }
)


class Life(Checked):
    """Everything that can happen, as rules."""

    @initialize(
        name=st.sampled_from(sorted(PLANS)),
        absent=st.dictionaries(reviewers, stand_ins, max_size=2),
    )
    def open(self, name: str, absent: Mapping[str, str] = MappingProxyType({})) -> None:
        self.begin(PLANS[name])
        for who, delegate in absent.items():
            self.goes_away(who, delegate)

    # What people do.

    @rule(press=presses)
    def anybody_votes(self, press: dict[str, Any]) -> None:
        self.vote(**press)

    @rule(who=reviewers, choice=choices)
    def a_reviewer_approves(self, who: str, choice: str) -> None:
        self.vote(who, choice=choice)

    @precondition(lambda life: life.request.state.away)
    @rule(first=st.booleans(), choice=choices)
    def a_stand_in_approves(self, first: bool, choice: str) -> None:
        away = self.request.state.away
        self.vote(away[0 if first else -1].delegate, choice=choice)

    @rule(who=reviewers | stand_ins)
    def somebody_rejects(self, who: str) -> None:
        self.vote(who, Outcome.REJECT, "none")

    def vote(
        self,
        who: str,
        outcome: Outcome = Outcome.APPROVE,
        choice: str | None = None,
        place: Place | None = None,
        back: int = 0,
        digest: str | None = None,
    ) -> None:
        choice = choice if self.plan.choices else None
        press = self.press(who, place, back, digest)
        before = told(self.events)
        must = self.would_count(before, press, outcome, choice)
        committed = self.do(Decide(**press, outcome=outcome, choice=choice, comment="why"))
        counted = committed is not None and committed.refused is None and before.status == "pending"
        if counted:
            assert (who, self.seat(who)) in self.lawful(before, press)
        assert counted or not must

    @rule(who=people, place=PLACES, back=views)
    def stop(self, who: str, place: Place | None = None, back: int = 0) -> None:
        before = told(self.events)
        committed = self.do(Stop(**self.press(who, place, back), reason="why"))
        if committed is not None and committed.refused is None and before.watched:
            names = {one for ref in self.plan.reviewers for one in BEHIND[ref]} & TRUSTED
            assert who in names or any(
                absent in names and delegate == who for absent, delegate, _, _ in before.away
            )

    @rule(who=people, place=PLACES, back=views)
    def claim(self, who: str, place: Place | None = None, back: int = 0) -> None:
        before = told(self.events)
        if self.did(Claim(**self.press(who, place, back)), before):
            assert before.claim in (None, who)
            assert self.lawful(before, self.press(who, None, 0))

    @rule(who=people, back=views)
    def release(self, who: str, back: int = 0) -> None:
        before = told(self.events)
        if self.did(Release(**self.press(who, None, back)), before):
            assert before.claim == who

    @rule(who=people, to=people, back=views)
    def hand_over(self, who: str, to: str, back: int = 0) -> None:
        before = told(self.events)
        if self.did(HandOver(**self.press(who, None, back), to=somebody(to)), before):
            assert to != who
            assert self.may(before, to)

    @rule(who=reviewers, back=views)
    def ask(self, who: str, back: int = 0) -> None:
        self.do(AskRequester(**self.press(who, None, back), text="why?"))

    @questioned
    @rule(who=st.sampled_from([DEV, DEV, DEV, ANA]), number=st.sampled_from([1, 1, 1, 2]))
    def answer(self, who: str, number: int) -> None:
        before = told(self.events)
        command = AnswerQuestion(person=somebody(who), number=number, text="because")
        if self.did(command, before):
            assert who == DEV
            assert number in before.asked
            assert number not in before.answered

    # Who is there.

    @rule(
        who=reviewers | people,
        delegate=stand_ins | people,
        hours=st.sampled_from([1, 1, 8, 40]),
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
            assert (found.stage, found.before) == (before.stage, before.assigned)
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
        after = told(self.events)
        if after.status == "pending":
            assert self.now < self.deadline
        if after.status == "pending" and not after.watched:
            assert after.escalated == self.steps_due()

    # What comes of the work outside.

    @rule(back=views, fate=st.sampled_from(["done"] * 4 + ["failed", "lost"]))
    def slack_turn(self, back: int = 0, fate: str = "done") -> None:
        step = next_step(self.seen(back))
        if step is not None:
            self.do(outcome_of(step, self.seen(back), fate))

    @rule(target_=st.sampled_from(["#approvals", "D1"]), place=PLACES, face=st.integers(0, 2))
    def card_turns_up(self, target_: str, place: Place, face: int) -> None:
        if face:
            self.do(CardDrawn(target=target_, place=place, face=face))
        else:
            self.do(CardsFound(target=target_, places=(place,)))

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


def led(name: str) -> Life:
    """A life with this plan, its card drawn."""
    life = Life()
    life.open(name)
    life.card_turns_up("#approvals", Place(channel="C1", ts="1"), 1)
    return life


def ended(life: Life) -> Account:
    """The trail at its end, once a watch has gone ahead."""
    life.time_passes(HOUR)
    life.wake()
    life.the_events_explain_the_state()
    return told(life.events)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_each_kind_of_request_can_be_approved(name: str):
    """The properties say something only where approvals are within reach."""
    life = led(name)
    for who in (ANA, BEN, EVE):
        life.vote(who, choice="crm")
    assert ended(life).status == "approved"


@pytest.mark.parametrize(
    "name", sorted(name for name, review in PLANS.items() if review.watch is None)
)
def test_each_kind_of_review_can_be_approved_by_a_stand_in(name: str):
    life = led(name)
    life.goes_away(ANA, FAY)
    for who in (FAY, BEN, EVE):
        life.vote(who, choice="crm")
    account = ended(life)
    assert account.status == "approved"
    assert (FAY, ANA) in account.by


def test_two_against_it_can_be_one_and_the_stand_in_of_another():
    life = led("two people, or two against it")
    life.goes_away(ANA, FAY)
    life.vote(FAY, Outcome.REJECT)
    life.vote(BEN, Outcome.REJECT)
    account = ended(life)
    assert (account.status, account.by) == ("rejected", ((FAY, ANA), (BEN, None)))


def test_what_is_approved_last_can_have_been_escalated_claimed_and_handed_on():
    life = led("two people")
    for _ in range(4):
        life.next_thing_comes()
    life.claim(ANA)
    life.hand_over(ANA, CHLOE)
    life.ask(CHLOE)
    life.answer(DEV, 1)
    life.vote(CHLOE)
    life.vote(EVE)
    account = ended(life)
    assert (account.status, account.escalated, account.reminded) == ("approved", 2, 2)
    assert (account.assigned, account.asked, account.answered) == ((CHLOE,), (1,), (1,))
