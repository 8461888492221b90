"""What people do to a request, and whether they could."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.domain.commands import (
    AnswerQuestion,
    AskRequester,
    Claim,
    Decide,
    HandOver,
    Override,
    Release,
    Show,
    Stop,
)
from app.domain.request import Actor, Place
from policies.plan import Outcome
from tests.unit.domain.account import told
from tests.unit.domain.cast import (
    ANA,
    BEHIND,
    BEN,
    CHLOE,
    DEV,
    EVE,
    EVERYBODY,
    FAY,
    OPERATOR,
    TRUSTED,
    somebody,
)
from tests.unit.domain.life import Checked

PLACES = st.builds(Place, channel=st.sampled_from(["C1", "D1"]), ts=st.sampled_from(["1", "2"]))
people = st.sampled_from(EVERYBODY)
reviewers = st.sampled_from([ANA, BEN, CHLOE, EVE])
stand_ins = st.sampled_from([FAY, FAY, CHLOE, DEV, BEN])
choices = st.sampled_from(["crm", "crm", "erp"])
questioned = precondition(lambda life: life.request.state.questions)
views = st.sampled_from([0, 0, 0, 1, 3])
"""How many versions ago somebody saw the card that they press."""

digests = st.sampled_from([None] * 9 + ["f" * 64])
presses = st.fixed_dictionaries(
    {
        "who": people,
        "outcome": st.sampled_from(Outcome),
        "choice": st.sampled_from(["crm", "erp", "none", None]),
        "place": PLACES,
        "back": views,
        "digest": digests,
    }
)
typed = st.fixed_dictionaries(
    {
        "by": st.sampled_from(["ben@example.com"] * 3 + ["Dev@Example.com ", ANA, DEV]),
        "outcome": st.sampled_from([Outcome.APPROVE, *Outcome]),
        "choice": st.sampled_from([None, None, "crm", "none", "other"]),
        "reason": st.sampled_from(["Slack is down."] * 3 + ["why", "    why   "]),
        "digest": digests,
    }
)
"""What somebody types at the command line, who is Dev now and then."""


class Deeds(Checked):
    """The rules of it."""

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

    @rule(who=people)
    def ask_for_a_card(self, who: str) -> None:
        before = told(self.events)
        shown = self.do(Show(person=somebody(who))) is not None
        lost = who in dict(self.request.state.cards.lost)
        assert shown == (self.may_look(before, who) and who not in before.shown_to and not lost)

    @rule(many=st.sampled_from([1, 2, 25]))
    def strangers_ask_for_a_card(self, many: int) -> None:
        for number in range(many):
            self.ask_for_a_card(f"U0STRANGER{number}")

    @rule(doubts=st.integers(0, 2), typed=typed)
    def override(self, typed: dict[str, Any], doubts: int = 0) -> None:
        if not doubts:
            self.type(**typed)

    def type(
        self,
        by: str,
        outcome: Outcome = Outcome.APPROVE,
        choice: str | None = None,
        reason: str = "Slack is down.",
        digest: str | None = None,
    ) -> None:
        """Break-glass."""
        command = Override(
            by=Actor(kind="person", id=by, name=by),
            operator=OPERATOR,
            outcome=outcome,
            digest=digest or self.request.body.digest,
            reason=reason,
            choice=choice,
        )
        before = told(self.events)
        assert (self.do(command) is not None) == self.overrides(before, command)
