"""A request that is led through a life, and what has to hold at each step of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis.stateful import invariant

from app.domain import lifecycle
from app.domain.commands import Command, Hold
from app.domain.digest import digest
from app.domain.due import Lane, due
from app.domain.errors import CountersignError
from app.domain.events import EventType
from app.domain.request import Decision, Request, State, Status
from app.domain.timing import to_come
from app.domain.transition import Transition
from tests.unit.domain.account import OVER, Account, Taken, Who, read, told
from tests.unit.domain.cast import DEV, NOBODY, TRUSTED, TURN_MS, is_the_requester
from tests.unit.domain.law import Law


class Checked(Law):
    """Whatever is done to the request is checked, and so is all that there is in between."""

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
        if transition.automatic and self.paused:
            return self.do(Hold())  # as the time lane does once the store refuses it
        if transition.starts and self.paused:
            return None  # the store refuses it
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
        last_ms, committed = self.last_ms, self.do(command)
        if committed is None or committed.refused is not None or before.status != "pending":
            return False
        assert committed.not_after == last_ms
        return True

    def check(self, before: Request, transition: Transition) -> None:
        after = self.request
        assert after.body is before.body
        assert after.state.version == before.state.version + 1
        was, now = read(before), read(after)
        assert told(self.events) == now, "the events explain the state"
        self.everybody_has_one_voice(now)
        if not before.pending:
            came = replace(was, consumed=now.consumed, result=now.result, unused=now.unused)
            assert now == came, "what is decided stays as it is"
            assert after.state.decision == before.state.decision
        elif was.undoable is not None:
            self.check_undoable(was, now)
        elif now.undoable is not None:
            self.check_taken(before, now.undoable)
        elif self.now >= self.deadline:
            assert after.state.status in (Status.PENDING, Status.EXPIRED)
            ended = {"status": "", "by": (), "shown_to": (), **OVER}
            assert replace(now, **ended) == replace(was, **ended), "it only expires from then on"
        if before.pending and after.state.status is Status.EXPIRED:
            assert self.now >= self.deadline
        if self.stands_still(was) and after.pending:
            self.check_wait(was, now)
        if was.watched and not now.watched and after.pending:
            self.began = self.now
        if after.watched and now.held not in (None, was.held):
            self.the_window_is_over()
        if before.pending and not after.pending:
            self.check_end(was, transition)
        self.note_cards()

    def check_taken(self, before: Request, taken: Taken) -> None:
        """It counts later, and nothing leaves; what there was before is kept."""
        assert self.plan.undo_s is not None
        assert taken.until_ms == self.now + self.plan.undo_s * 1_000
        assert self.now < self.deadline
        self.untaken = (before.state, self.earlier or self.terms)

    def check_undoable(self, was: Account, now: Account) -> None:
        """It can be taken back until its instant, and from then on it counts."""
        assert was.undoable is not None
        over = self.now >= was.undoable.until_ms
        if now.status == "pending" and now.undoable is None:
            self.check_undone()
            assert not over
        elif now.status == "pending":
            assert now == replace(was, answered=now.answered), "nobody is asked meanwhile"
            assert not over or now == was
        elif now.status == "cancelled":
            assert not over
        else:
            assert over
            taken = was.undoable
            assert (now.status, now.choice, now.by) == (taken.outcome, taken.choice, taken.by)

    def check_undone(self) -> None:
        assert self.untaken is not None
        before, self.terms = self.untaken
        after = self.request.state
        for name in set(State.model_fields) - {"version", "claim", "questions", "cards"}:
            if name not in ("reports", "refusals"):
                assert getattr(after, name) == getattr(before, name)

    def note_cards(self) -> None:
        if not self.request.state.cards.copies:
            self.shown_ms = None
        elif self.shown_ms is None:
            self.shown_ms = self.now

    def check_wait(self, was: Account, now: Account) -> None:
        """Nobody is asked about what stands still, until it is its turn."""
        people = ("held", "assigned", "overflowed", "away", "shown_to")
        assert replace(was, **{name: getattr(now, name) for name in people}) == now
        if now.held is None:
            assert was.held == ("limit", TURN_MS)
            assert self.now >= TURN_MS
            self.began = self.now
            self.all_its_time_is_left()

    def all_its_time_is_left(self) -> None:
        plan = self.plan
        later_s = (*plan.remind_s, *(one.after_s for one in plan.escalations), plan.expire_s)
        at_ms = [at for at, _ in to_come(self.request)]
        assert at_ms == sorted(self.now + each * 1_000 for each in later_s)

    def check_end(self, was: Account, transition: Transition) -> None:
        after, decision = self.request, self.request.state.decision
        assert decision is not None
        assert decision.outcome is after.state.status
        assert decision.digest == was.digest or self.earlier is not None
        assert decision.digest == read(after).digest
        if decision.outcome is Status.APPROVED:
            assert {one.digest for one in after.state.votes} <= {decision.digest}
        assert transition.message is not None
        assert due(after)[Lane.CALLBACK] is not None
        assert after.state.claim is None
        assert after.state.held is None
        if decision.outcome is not Status.EXPIRED:
            counts = was.undoable is not None and decision.outcome is not Status.CANCELLED
            assert transition.not_after == (None if counts else self.last_ms_of(was))
            self.check_decision(was, decision, transition)

    def check_decision(self, was: Account, decision: Decision, transition: Transition) -> None:
        """Each kind of actor decides what is theirs to decide."""
        [kind] = {one.kind for one in decision.by}
        if decision.break_glass is not None:
            self.check_override(decision, transition)
        elif kind == "policy":
            self.check_automatic(was, decision, transition)
        elif kind == "client":
            objection = decision.outcome is Status.REJECTED and self.plan is NOBODY
            assert decision.outcome is Status.CANCELLED or objection
        elif was.watched:
            assert decision.outcome is Status.REJECTED, "stopped"
        else:
            assert not self.stands_still(was)
            assert (self.plan.undo_s is None) == (was.undoable is None), "none counts early"
            self.enough(read(self.request), decision)

    def check_override(self, decision: Decision, transition: Transition) -> None:
        """One person, who is not the requester, and loudly."""
        [by] = decision.by
        assert not is_the_requester(by.id)
        assert self.now < self.deadline
        kinds = [one.type for one in transition.events]
        assert kinds == [EventType.OVERRIDDEN, EventType.DECIDED]
        assert transition.alarm is not None

    def check_automatic(self, was: Account, decision: Decision, transition: Transition) -> None:
        """An approval by the policy alone: once the window ends, or the pause."""
        assert decision.outcome is Status.APPROVED
        assert not self.paused
        if was.watched:
            self.the_window_is_over()
        else:
            assert self.plan is NOBODY
        kinds = [one.type for one in transition.events]
        released = [EventType.RELEASED] if was.held is not None else []
        assert kinds == [*released, EventType.DECIDED]

    def the_window_is_over(self) -> None:
        """People could see a card of it for as long as the plan says."""
        assert self.shown_ms is not None
        assert self.plan.watch is not None
        assert self.now >= self.shown_ms + self.plan.watch.for_s * 1_000

    def enough(self, account: Account, decision: Decision) -> None:
        """As many people as each stage wants, each with one voice, the requester never."""
        if decision.outcome is Status.REJECTED:
            self.each_has_one_voice(account.by, self.plan.reject_quorum)
        if decision.outcome is not Status.APPROVED:
            return
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

    def everybody_has_one_voice(self, account: Account) -> None:
        now = [one for one in account.approvals if one.stage == account.stage]
        for answers in (account.approvals, (*now, *account.rejections)):
            voices = [absent or who for who, absent in (one.who for one in answers)]
            assert len(set(voices)) == len(voices)
            assert len({one.who[0] for one in answers}) == len(answers)

    @invariant()
    def something_is_due_as_long_as_it_is_open(self) -> None:
        if self.request.pending:
            at, taken = due(self.request)[Lane.TIME], told(self.events).undoable
            assert at is not None
            assert at <= self.deadline if taken is None else at == taken.until_ms
            expires_ms = None if self.last_ms is None else self.deadline
            assert self.request.state.expires_ms == expires_ms

    @invariant()
    def nothing_leaves_before_it_is_decided(self) -> None:
        if self.request.pending:
            assert self.request.state.callback is None
            assert due(self.request)[Lane.CALLBACK] is None

    @invariant()
    def the_digest_binds_what_is_decided(self) -> None:
        body, bound = self.request.body, told(self.events).digest
        assert bound == digest(body.id, body.nonce, body.policy.hash, self.request.payload)
        counted = (*self.request.state.votes, *self.request.state.rejections)
        assert {one.digest for one in counted} <= {bound}

    @invariant()
    def an_approval_without_a_result_is_looked_at(self) -> None:
        state, account = self.request.state, told(self.events)
        owed = account.status == "approved" and not (account.result or account.unused)
        if owed and self.plan.result_s is not None and not self.erased:
            assert state.decision is not None
            at = due(self.request)[Lane.TIME]
            assert at is not None
            assert at <= state.decision.at_ms + self.plan.result_s * 1_000

    @invariant()
    def what_is_stored_is_read_back_the_same(self) -> None:
        state = self.request.state
        assert State.model_validate_json(state.model_dump_json()) == state
