"""A request that is led through a life, and what has to hold at each step of it.

Who may decide is worked out here once more, from the trail and the cast alone.
"""

from __future__ import annotations

from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import Command
from app.domain.due import Lane, due
from app.domain.errors import CountersignError
from app.domain.events import Event
from app.domain.request import Decision, Request, State, Status
from app.domain.transition import Transition
from policies.plan import Outcome, ReviewPlan
from tests.builders import NOW
from tests.unit.domain.account import Account, Who, read, told
from tests.unit.domain.cast import BEHIND, DEV, TRUSTED, opened_with, somebody


class Checked(RuleBasedStateMachine):
    """One request, its trail, who is away, and what it looked like before."""

    request: Request
    plan: ReviewPlan

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.began = NOW
        self.events: list[Event] = []
        self.past: list[Request] = []
        self.absent: dict[str, tuple[str, int]] = {}
        self.erased = False

    def begin(self, review: ReviewPlan) -> None:
        """Open a request with this plan."""
        self.plan, self.request = review, opened_with(review)
        self.past, self.events = [self.request], list(lifecycle.begin(self.request.body).events)

    def do(self, command: Command) -> Transition | None:
        """Apply it, and check the one change that it makes; None where it makes none."""
        before = self.request
        if self.erased:
            return None
        try:
            transition = lifecycle.apply(before, command, self.now)
        except CountersignError:
            return None
        if transition is None:
            return None
        assert transition.before is before
        assert transition.not_after is None or transition.not_after >= self.now
        self.events += transition.events
        self.erased = transition.after is None
        self.request = transition.after or before
        self.past = [*self.past[-9:], self.request]
        if not self.erased:
            self.check(before, transition)
        return transition

    def did(self, command: Command, before: Account) -> bool:
        """Whether it was done to a request that waited."""
        committed = self.do(command)
        return committed is not None and committed.refused is None and before.status == "pending"

    def check(self, before: Request, transition: Transition) -> None:
        after = self.request
        assert after.body is before.body
        assert after.state.version == before.state.version + 1
        was, now = read(before), read(after)
        if not before.pending:
            assert now == was, "what is decided stays as it is"
            assert after.state.decision == before.state.decision
        elif self.now >= self.deadline:
            assert after.state.status in (Status.PENDING, Status.EXPIRED)
            assert self.without_end(now) == self.without_end(was), "it only expires from then on"
        if before.pending and after.state.status is Status.EXPIRED:
            assert self.now >= self.deadline
        if before.watched and not after.watched and after.pending:
            self.began = self.now
        if before.pending and not after.pending:
            self.check_end(was, transition)

    def without_end(self, account: Account) -> Account:
        ended = {"status": "", "by": (), "claim": None, "watched": False}
        return Account(**{**vars(account), **ended})

    def check_end(self, before: Account, transition: Transition) -> None:
        after, decision = self.request, self.request.state.decision
        assert decision is not None
        assert decision.outcome is after.state.status
        assert decision.digest == after.body.digest
        assert transition.message is not None
        assert due(after)[Lane.CALLBACK] is not None
        assert after.state.claim is None
        if decision.outcome is Status.EXPIRED:
            return
        assert transition.not_after == self.deadline - 1
        if decision.outcome is Status.APPROVED and before.watched:
            assert decision.by[0].kind == "policy"
        elif decision.outcome is Status.APPROVED:
            self.enough(read(after), decision)
        elif decision.outcome is Status.REJECTED and not before.watched:
            self.each_has_one_voice(read(after).by, self.plan.reject_quorum)

    def enough(self, account: Account, decision: Decision) -> None:
        """As many people as each stage wants, each with one voice, the requester never."""
        assert {one.kind for one in decision.by} == {"person"}
        self.each_has_one_voice(account.by, self.plan.people)
        counted = [one for one in account.approvals if one.who in account.by]
        assert {one.choice for one in counted} == {account.choice}
        for number, stage in enumerate(self.plan.stages):
            assert sum(one.stage == number for one in counted) == stage.quorum

    def each_has_one_voice(self, by: tuple[Who, ...], wanted: int) -> None:
        persons = [who for who, _ in by]
        voices = [absent or who for who, absent in by]
        assert len(set(persons)) == len(persons) == wanted
        assert len(set(voices)) == len(voices)
        assert DEV not in {*persons, *voices}
        assert set(persons) <= TRUSTED

    @property
    def deadline(self) -> int:
        return self.began + self.plan.expire_s * 1_000

    @property
    def absence_ends_first(self) -> bool:
        away = self.request.state.away
        return bool(away) and self.now <= away[-1].until_ms < self.deadline

    def steps_due(self) -> int:
        return sum(self.began + one.after_s * 1_000 <= self.now for one in self.plan.escalations)

    def may(self, account: Account, who: str) -> bool:
        """In their own right."""
        refs = [*self.plan.stages[account.stage].reviewers]
        refs += self.plan.overflow if account.overflowed else ()
        refs += [ref for step in self.plan.escalations[: account.escalated] for ref in step.ask]
        asked = {one for ref in refs for one in BEHIND[ref]}
        return who in asked and who in TRUSTED and who != DEV

    def lawful(self, account: Account, press: dict[str, Any]) -> set[Who]:
        """As whom this press may count."""
        who = press["person"].id
        if press["digest"] != self.request.body.digest or self.now >= self.deadline:
            return set()
        if self.may(account, who):
            return {(who, None)}
        if who == DEV or who not in TRUSTED:
            return set()
        answers = (*account.approvals, *account.rejections)
        taken = {one for answer in answers if answer.who[0] != who for one in answer.who}
        return {
            (who, absent)
            for absent, delegate, until_ms, _ in account.away
            if delegate == who and self.now < until_ms
            if self.may(account, absent) and absent not in taken
            if absent in {one.id for one in press["absent"]}
        }

    def would_count(
        self, account: Account, press: dict[str, Any], outcome: Outcome, choice: str | None
    ) -> bool:
        """Whether it has to: somebody may answer so, and nobody has for them."""
        answers = (*account.approvals, *account.rejections)
        answered = {one for answer in answers for one in answer.who}
        button = self.plan.choice(choice)
        offered = outcome in self.plan.outcomes if button is None else button.outcome is outcome
        waits = account.status == "pending" and not account.watched and not self.erased
        free = any(not {who, absent} & answered for who, absent in self.lawful(account, press))
        return waits and offered and (button is not None or not self.plan.choices) and free

    def seat(self, who: str) -> Any:
        """The absent one for whom this person answered last, None for themselves."""
        answers = (one for one in reversed(self.events) if "in_place_of" in one.detail)
        return next(one.detail["in_place_of"] for one in answers if one.actor == who)

    def seen(self, back: int) -> Request:
        return self.past[max(0, len(self.past) - 1 - back)]

    def press(
        self, who: str, place: Place | None, back: int, digest: str | None = None
    ) -> dict[str, Any]:
        """A press at a card as it was; those for whom this person stands in, as they knew it."""
        seen = self.seen(back)
        absent = [one.person for one in seen.state.away if one.delegate == who]
        return {
            "person": somebody(who),
            "digest": digest or seen.body.digest,
            "absent": tuple(map(somebody, absent)),
            "seen": place,
        }

    @invariant()
    def something_is_due_as_long_as_it_is_open(self) -> None:
        if self.request.pending:
            at = due(self.request)[Lane.TIME]
            assert at is not None
            assert at <= self.deadline

    @invariant()
    def the_events_explain_the_state(self) -> None:
        if not self.erased:
            assert told(self.events) == read(self.request)

    @invariant()
    def what_is_stored_is_read_back_the_same(self) -> None:
        state = self.request.state
        assert State.model_validate_json(state.model_dump_json()) == state

    @invariant()
    def everybody_has_one_voice(self) -> None:
        account = read(self.request)
        now = [one for one in account.approvals if one.stage == account.stage]
        for answers in (account.approvals, (*now, *account.rejections)):
            voices = [absent or who for who, absent in (one.who for one in answers)]
            assert len(set(voices)) == len(voices)
            assert len({one.who[0] for one in answers}) == len(answers)
