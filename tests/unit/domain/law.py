"""Who may do what to a request, worked out once more from the trail and the cast alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from app.domain.cards import Place
from app.domain.commands import Override
from app.domain.events import Event
from app.domain.request import Held, Request, State, Status
from app.domain.showing import ONLOOKERS
from policies.plan import Outcome, ReviewPlan
from tests.builders import NOW
from tests.unit.domain.account import Account, Who, read, told
from tests.unit.domain.cast import (
    BEHIND,
    DEV,
    NEVER,
    NOBODY,
    TRUSTED,
    is_the_requester,
    opening,
    somebody,
)

Terms = tuple[ReviewPlan, int, int]
"""The plan by which it is decided, when that began, and when it ends at the latest."""


class Law(RuleBasedStateMachine):
    """One request, its trail, who is away, and what it looked like before.

    Its time runs from `began`, and ends at `latest` whatever the plan is by then. A card of it is
    there from `shown_ms` on. `earlier` is what an edit that is being made takes the place of, and
    `untaken` what there was before a decision that can be taken back.
    """

    request: Request
    plan: ReviewPlan

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.began = NOW
        self.latest = NEVER
        self.earlier: Terms | None = None
        self.untaken: tuple[State, Terms] | None = None
        self.shown_ms: int | None = None
        self.paused = False
        self.events: list[Event] = []
        self.past: list[Request] = []
        self.absent: dict[str, tuple[str, int]] = {}
        self.erased = False

    def begin(self, review: ReviewPlan, held: Held | None = None) -> None:
        """Open a request with this plan. Past its client's limit everything is a review."""
        limited = held is not None and held.reason == "limit"
        if limited and (review is NOBODY or review.watch is not None):
            held, limited = None, False
        opened = opening(review, held)
        self.plan, self.request = review, opened.request
        self.past, self.events = [self.request], list(opened.events)
        self.paused = held is not None and not limited
        self.began = NEVER if limited else NOW
        assert told(self.events) == read(self.request)
        stands_still = limited or (self.paused and review is NOBODY)
        assert self.request.state.held == (held if stands_still else None)
        assert self.request.pending or review is NOBODY

    @property
    def terms(self) -> Terms:
        return self.plan, self.began, self.latest

    @terms.setter
    def terms(self, terms: Terms) -> None:
        self.plan, self.began, self.latest = terms

    def judged_anew(self, plan: ReviewPlan) -> Terms:
        """Another plan has times of its own, and nobody wins any by it."""
        if plan == self.plan.model_copy(update={"watch": None}):
            return plan, self.began, self.latest
        return plan, self.now, self.deadline

    @property
    def deadline(self) -> int:
        return min(self.latest, self.began + self.plan.expire_s * 1_000)

    @property
    def last_ms(self) -> int | None:
        """The last instant in which anything but expiry may happen; None where there is none."""
        return self.last_ms_of(told(self.events))

    def last_ms_of(self, account: Account) -> int | None:
        """Of a decision that can be taken back the last one in which it can."""
        if account.undoable is not None:
            return account.undoable.until_ms - 1
        return self.deadline - 1 if self.deadline < NEVER else None

    @property
    def absence_ends_first(self) -> bool:
        away = self.request.state.away
        return bool(away) and self.now <= away[-1].until_ms < self.deadline

    def steps_due(self) -> int:
        return sum(self.began + one.after_s * 1_000 <= self.now for one in self.plan.escalations)

    def stands_still(self, account: Account) -> bool:
        """Whether nobody is asked yet, or ever."""
        return account.held is not None and not account.watched

    def may(self, account: Account, who: str, plan: ReviewPlan | None = None) -> bool:
        """In their own right."""
        plan = plan or self.plan
        refs = [*plan.stages[account.stage].reviewers]
        refs += plan.overflow if account.overflowed else ()
        refs += [ref for step in plan.escalations[: account.escalated] for ref in step.ask]
        asked = {one for ref in refs for one in BEHIND[ref]}
        return who in asked and who in TRUSTED and who != DEV

    def lawful(
        self, account: Account, press: dict[str, Any], plan: ReviewPlan | None = None
    ) -> set[Who]:
        """As whom this press may count."""
        who = press["person"].id
        wrong = press["digest"] != account.digest or self.now >= self.deadline
        if wrong or self.stands_still(account) or account.undoable is not None:
            return set()
        if self.may(account, who, plan):
            return {(who, None)}
        if who == DEV or who not in TRUSTED:
            return set()
        answers = (*account.approvals, *account.rejections)
        taken = {one for answer in answers if answer.who[0] != who for one in answer.who}
        return {
            (who, absent)
            for absent, delegate, until_ms, _ in account.away
            if delegate == who and self.now < until_ms
            if self.may(account, absent, plan) and absent not in taken
            if absent in {one.id for one in press["absent"]}
        }

    def would_count(
        self, account: Account, press: dict[str, Any], outcome: Outcome, choice: str | None
    ) -> bool:
        """Whether it has to: somebody may answer so, and nobody has for them."""
        answers = (*account.approvals, *account.rejections)
        answered = {one for answer in answers for one in answer.who}
        free = any(not {who, absent} & answered for who, absent in self.lawful(account, press))
        return self.offers(account, outcome, choice) and free

    def offers(
        self,
        account: Account,
        outcome: Outcome,
        choice: str | None,
        plan: ReviewPlan | None = None,
    ) -> bool:
        """Whether it waits for people and has such a button."""
        plan = plan or self.plan
        button = plan.choice(choice)
        offered = outcome in plan.outcomes if button is None else button.outcome is outcome
        waits = account.status == "pending" and not account.watched and not self.erased
        named = button is not None if plan.choices else choice is None
        return waits and offered and named

    def would_be_edited(
        self, account: Account, press: dict[str, Any], plan: ReviewPlan, choice: str | None
    ) -> bool:
        """Whether they may approve it as it is, and what they make of it, which has that plan."""
        if not self.lawful(account, press) or not self.offers(account, Outcome.APPROVE, choice):
            return False
        anew = self.edited(account, plan)
        known = {**press, "digest": anew.digest}
        return self.offers(anew, Outcome.APPROVE, choice, plan) and bool(
            self.lawful(anew, known, plan)
        )

    def edited(self, account: Account, plan: ReviewPlan) -> Account:
        """As it stands with an edit, before its author has approved it."""
        same = plan == self.plan.model_copy(update={"watch": None})
        anew = replace(account, stage=0, approvals=(), rejections=())
        anew = anew if same else replace(anew, escalated=0)
        if same and account.stage == 0:
            return anew
        return replace(anew, assigned=(), overflowed=False)

    def overrides(self, account: Account, typed: Override) -> bool:
        """Whether this decides, at the command line; whoever can type it need not be asked."""
        button = self.plan.choice(typed.choice)
        if typed.choice is not None:
            offered = button is not None and button.outcome is typed.outcome
        elif typed.outcome is Outcome.APPROVE:
            offered = typed.outcome in self.plan.outcomes and not self.plan.choices
        else:
            offered = typed.outcome is Outcome.REJECT
        waits = account.status == Status.PENDING.value and self.now < self.deadline
        says_why = len(typed.reason.strip()) >= 10
        seen = typed.digest == account.digest and account.undoable is None
        return waits and offered and says_why and seen and not is_the_requester(typed.by.id)

    def may_look(self, account: Account, who: str) -> bool:
        """Whether they get a card of their own if they ask for one."""
        few = len(account.shown_to) < ONLOOKERS
        waits = account.status == "pending" and account.undoable is None
        here = somebody(who).standing == "trusted"
        return waits and here and (few or self.may(account, who))

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
            "digest": digest or seen.digest,
            "absent": tuple(map(somebody, absent)),
            "seen": place,
        }
