"""What people do to a request, and whether they could."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.domain.cards import Place
from app.domain.commands import (
    AnswerQuestion,
    ApproveEdited,
    AskRequester,
    Claim,
    Decide,
    HandOver,
    Override,
    Release,
    Show,
    Stop,
    Undo,
)
from app.domain.digest import digest as digest_of
from app.domain.events import EventType
from app.domain.request import Actor
from policies.plan import Outcome, ReviewPlan, Route
from tests.builders import HASH, evaluation
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
    PLANS,
    TRUSTED,
    somebody,
)
from tests.unit.domain.life import Checked

PLACES = st.builds(Place, channel=st.sampled_from(["C1", "D1"]), ts=st.sampled_from(["1", "2"]))
people = st.sampled_from(EVERYBODY)
reviewers = st.sampled_from([ANA, BEN, ANA, BEN, CHLOE, EVE])
anybody = reviewers | people
stand_ins = st.sampled_from([FAY, FAY, CHLOE, DEV, BEN])
choices = st.sampled_from(["crm", "crm", "erp"])
decisions = st.sampled_from([Outcome.APPROVE, Outcome.REJECT])
answers = decisions | st.none()
away = precondition(lambda life: life.request.state.away)
questioned = precondition(lambda life: life.request.state.questions)
views = st.sampled_from([0, 0, 0, 1, 3])
"""How many versions ago somebody saw the card that they press."""

digests = st.sampled_from([None, None, None, "f" * 64])
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
taken = precondition(lambda life: life.request.state.undoable)
verdicts = st.sampled_from([None, None, None, "refused", *sorted(PLANS)])
"""What the policy has for an edit: the plan that there is, none at all, or one of these."""

edits = st.fixed_dictionaries(
    {
        "who": people | st.sampled_from([ANA, ANA, BEN, EVE]),
        "changes": st.sampled_from([{"amount": 90}, {"amount": 9000}, {"customer": "Other"}, {}]),
        "under": verdicts,
        "choice": choices,
        "place": PLACES,
        "back": views,
        "typed": st.sampled_from([None, None, None, "12"]),
    }
)
SLIPS: list[dict[str, Any]] = [
    {"by": "Dev@Example.com "},
    {"by": DEV},
    {"by": ANA},
    {"digest": "f" * 64},
    {"reason": "    why   "},
    {"choice": "other"},
    {"outcome": Outcome.REVISE},
]
"""What can be wrong with what somebody types at the command line."""


class Deeds(Checked):
    """The rules of it."""

    @rule(press=presses)
    def anybody_votes(self, press: dict[str, Any]) -> None:
        self.vote(**press)

    @rule(who=reviewers, choice=choices)
    def a_reviewer_approves(self, who: str, choice: str) -> None:
        self.vote(who, choice=choice)

    @away
    @rule(first=st.booleans(), absent=st.booleans(), choice=choices)
    def a_stand_in_approves(self, first: bool, absent: bool, choice: str) -> None:
        """Or the absent one, all the same."""
        one = self.request.state.away[0 if first else -1]
        self.vote(one.person if absent else one.delegate, choice=choice)

    @precondition(lambda life: life.request.state.claim)
    @rule(outcome=answers, to=anybody)
    def whoever_is_on_it(self, outcome: Outcome | None, to: str) -> None:
        """Answers, or hands it on."""
        claim = self.request.state.claim
        who = "" if claim is None else claim.by.id
        if outcome is None:
            self.hand_over(who, to)
        else:
            self.vote(who, outcome, "crm" if outcome is Outcome.APPROVE else "none")

    @rule(who=reviewers | stand_ins)
    def somebody_rejects(self, who: str) -> None:
        self.vote(who, Outcome.REJECT, "none")

    @rule(who=reviewers)
    def somebody_slips(self, who: str) -> None:
        """And types another value than the one that is wanted."""
        self.vote(who, choice="crm", typed="12")

    def vote(
        self,
        who: str,
        outcome: Outcome = Outcome.APPROVE,
        choice: str | None = None,
        place: Place | None = None,
        back: int = 0,
        digest: str | None = None,
        typed: str | None = None,
    ) -> None:
        choice = choice if self.plan.choices else None
        press = self.press(who, place, back, digest)
        before = told(self.events)
        right = typed is None or self.plan.confirm is None or outcome is not Outcome.APPROVE
        must = self.would_count(before, press, outcome, choice) and right
        command = Decide(
            **press,
            outcome=outcome,
            choice=choice,
            comment="why",
            confirmation=typed or self.wanted(self.plan, self.request.payload),
        )
        counted = self.did(command, before)
        if counted:
            assert (who, self.seat(who)) in self.lawful(before, press)
            assert right
        assert counted or not must

    def wanted(self, plan: ReviewPlan, payload: dict[str, Any]) -> str:
        """What has to be typed to approve this."""
        return str(payload[plan.confirm or "amount"])

    @rule(how=edits)
    def somebody_edits(self, how: dict[str, Any]) -> None:
        self.edit(**how)

    @precondition(lambda life: life.request.state.stage)
    @rule(who=reviewers, under=verdicts)
    def somebody_edits_what_others_have_passed_on(self, who: str, under: str | None) -> None:
        self.edit(who, under=under)

    def edit(
        self,
        who: str,
        changes: dict[str, Any] | None = None,
        under: str | None = None,
        choice: str = "crm",
        place: Place | None = None,
        back: int = 0,
        typed: str | None = None,
    ) -> None:
        """Of what they saw, which the policy then has a plan for, or refuses."""
        before, seen = told(self.events), self.seen(back)
        changes = {"amount": 90} if changes is None else changes
        payload = {**seen.payload, **changes}
        plan = (self.plan if under in (None, "refused") else PLANS[under or ""]).model_copy(
            update={"watch": None}
        )
        chosen = choice if self.plan.choices else None
        press = self.press(who, place, back)
        command = ApproveEdited(
            **press,
            choice=chosen,
            comment="why",
            confirmation=typed or self.wanted(plan, payload),
            payload=payload,
            edited_digest=digest_of(seen.id, seen.body.nonce, HASH, payload),
            evaluation=evaluation(Route.REJECT) if under == "refused" else evaluation(plan=plan),
        )
        right = typed is None or plan.confirm is None or plan.confirm in changes
        changed = payload != self.request.payload
        may = self.would_be_edited(before, press, plan, chosen)
        must = may and right and changed and under != "refused"
        anew = replace(self.edited(before, plan), digest=command.edited_digest)
        self.earlier, self.terms = self.terms, self.judged_anew(plan)
        done = self.did(command, before)
        assert done == must
        if done:
            known = {**press, "digest": anew.digest}
            assert (who, self.seat(who)) in self.lawful(anew, known, plan)
            [edited] = [one for one in self.events[-3:] if one.type is EventType.EDITED]
            for name in ("overflowed", "escalated"):
                assert edited.detail[name] == getattr(anew, name)
            assert edited.detail["assigned"] == list(anew.assigned)
            assert edited.detail["expires_ms"] == self.deadline
        else:
            self.terms = self.earlier
        self.earlier = None

    @rule(who=anybody, place=PLACES, back=views)
    def undo(self, who: str, place: Place | None = None, back: int = 0) -> None:
        before = told(self.events)
        decided = before.undoable
        may = decided is not None and decided.by[-1][0] == who and self.now < decided.until_ms
        assert self.did(Undo(**self.press(who, place, back)), before) == may

    @taken
    @rule(late=st.booleans())
    def whoever_decided_takes_it_back(self, late: bool = False) -> None:
        """Or comes too late."""
        undoable = self.request.state.undoable
        if undoable is not None:
            self.now = max(self.now, undoable.until_ms - (not late))
            self.undo(undoable.decision.by[-1].id)

    @rule(who=anybody, place=PLACES, back=views)
    def stop(self, who: str, place: Place | None = None, back: int = 0) -> None:
        before = told(self.events)
        if self.did(Stop(**self.press(who, place, back), reason="why"), before):
            names = {one for ref in self.plan.reviewers for one in BEHIND[ref]} & TRUSTED
            assert who in names or any(
                absent in names and delegate == who for absent, delegate, _, _ in before.away
            )

    @rule(who=anybody, place=PLACES, back=views)
    def claim(self, who: str, place: Place | None = None, back: int = 0) -> None:
        before = told(self.events)
        if self.did(Claim(**self.press(who, place, back)), before):
            assert before.claim in (None, who)
            assert self.lawful(before, self.press(who, None, 0))

    @rule(who=anybody, back=views)
    def release(self, who: str, back: int = 0) -> None:
        before = told(self.events)
        if self.did(Release(**self.press(who, None, back)), before):
            assert before.claim == who

    @rule(who=anybody, to=anybody, back=views)
    def hand_over(self, who: str, to: str, back: int = 0) -> None:
        before = told(self.events)
        if self.did(HandOver(**self.press(who, None, back), to=somebody(to)), before):
            assert to != who
            assert self.may(before, to)

    @rule(who=reviewers, back=views)
    def ask(self, who: str, back: int = 0) -> None:
        self.did(AskRequester(**self.press(who, None, back), text="why?"), told(self.events))

    @questioned
    @rule(who=st.sampled_from([DEV, DEV, DEV, ANA]), number=st.sampled_from([1, 1, 1, 2]))
    def answer(self, who: str, number: int) -> None:
        before = told(self.events)
        command = AnswerQuestion(person=somebody(who), number=number, text="because")
        if self.did(command, before):
            assert who == DEV
            assert number in before.asked
            assert number not in before.answered

    @rule(who=anybody, strangers=st.sampled_from([0, 0, 0, 0, 22]))
    def ask_for_a_card(self, who: str, strangers: int = 0) -> None:
        """After some whom nobody knows."""
        for one in (*(f"U0STRANGER{number}" for number in range(strangers)), who):
            before = told(self.events)
            came = self.do(Show(person=somebody(one)))
            shown = came is not None and came.refused is None
            kept = {*before.shown_to, *dict(self.request.state.cards.lost)}
            assert shown == (self.may_look(before, one) and one not in kept)

    @rule(
        slip=st.sampled_from([*SLIPS, {}]),
        outcome=st.sampled_from([Outcome.APPROVE, Outcome.REJECT]),
    )
    def somebody_types(self, slip: dict[str, Any], outcome: Outcome) -> None:
        self.type(**{"outcome": outcome, **slip})

    def type(
        self,
        by: str = "ben@example.com",
        outcome: Outcome = Outcome.APPROVE,
        choice: str | None = None,
        reason: str = "Slack is down.",
        digest: str | None = None,
    ) -> None:
        """Break-glass."""
        if choice is None and outcome is Outcome.APPROVE and self.plan.choices:
            choice = "crm"
        command = Override(
            by=Actor(kind="person", id=by, name=by),
            operator=OPERATOR,
            outcome=outcome,
            digest=digest or self.request.digest,
            reason=reason,
            choice=choice,
        )
        before = told(self.events)
        came = self.do(command)
        decided = came is not None and came.refused is None
        assert decided == self.overrides(before, command)
