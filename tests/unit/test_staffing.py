"""Who is found for a stage: the least loaded, up to a cap, and whoever stands in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.changes import change
from app.domain.absence import Absence
from app.domain.commands import HandOver, Staffed
from app.domain.errors import TooBusy
from app.domain.request import Away, Request
from app.ports import Full, SlackAgain
from app.staffing import Staffing
from policies.plan import Outcome, ReviewPlan, Route, Stage, Watch
from tests import fakes
from tests.builders import NOW, approval, evaluation, opened, person, plan

ANA, BEN, CHLOE, EVE, FAY = "U0ANA00001", "U0BEN00001", "U0CHLOE001", "U0EVE00001", "U0FAY00001"
GROUP, OVERFLOW = "@finance-approvers", "@everybody-else"
HOUR = 3_600_000


def choosing(quorum: int = 1, **changes: Any) -> ReviewPlan:
    """A plan that asks the least loaded of a group."""
    stage = Stage(reviewers=(GROUP,), quorum=quorum, assign="least_loaded")
    return plan(stages=(stage,), **changes)


@dataclass
class Office:
    """A store with requests, a group of people, and what is found for each."""

    store: fakes.FakeStore = field(default_factory=fakes.FakeStore)
    directory: fakes.FakeDirectory = field(
        default_factory=lambda: fakes.FakeDirectory({GROUP: [ANA, BEN, CHLOE], OVERFLOW: [EVE]})
    )
    absences: fakes.FakeAbsences = field(default_factory=fakes.FakeAbsences)

    @property
    def staffing(self) -> Staffing:
        return Staffing(self.store, self.directory, self.absences)

    def ask(self, review: ReviewPlan, route: Route = Route.REVIEW, **changes: Any) -> Request:
        transition = opened(evaluation=evaluation(route, plan=review), **changes)
        self.store.commit(transition, f"open {transition.request.id}")
        return transition.request

    def settle(self, request: Request) -> Request:
        """As it then stands in the store."""
        settled = self.staffing.settle(self.load(request))
        assert settled == self.load(request)
        return self.load(request)

    def settled(self, review: ReviewPlan, **changes: Any) -> Request:
        return self.settle(self.ask(review, **changes))

    def load(self, request: Request) -> Request:
        return self.store.load(request.id).request

    def away(self, who: str, delegate: str = FAY, begins: int = 0, ends: int = HOUR) -> None:
        gone = Absence(
            person=who,
            person_name=who,
            delegate=delegate,
            delegate_name=delegate,
            from_ms=NOW + begins,
            until_ms=NOW + ends,
        )
        self.absences.put(gone, who)

    def answers(self, request: Request, who: str, outcome: Outcome = Outcome.APPROVE) -> None:
        groups = frozenset({GROUP})
        by = person(id=who, name=who, email=None, groups=groups)
        change(self.store, request.id, approval(request, person=by, outcome=outcome, seen=None))


@pytest.fixture
def office() -> Office:
    return Office()


def test_everybody_is_asked_where_nobody_is_to_be_chosen(office: Office):
    request = office.ask(plan())
    assert office.staffing.of(request) is None
    assert office.settle(request).state.version == 1


def test_the_one_with_the_fewest_open_requests_is_chosen(office: Office):
    office.directory.people[GROUP] = [ANA, CHLOE]
    assert set(office.settled(choosing(2)).state.assigned) == {ANA, CHLOE}
    office.directory.people[GROUP] = [ANA, BEN, CHLOE]
    assert office.settled(choosing()).state.assigned == (BEN,)


def test_among_equals_everybody_has_their_turn(office: Office):
    chosen = Counter(office.settled(choosing()).state.assigned for _ in range(30))
    assert set(chosen.values()) == {10}


def test_as_many_are_chosen_as_have_to_approve_and_those_who_were_chosen_stay(office: Office):
    request = office.settled(choosing(2))
    assert len(request.state.assigned) == 2
    office.settled(choosing(3))
    assert office.settle(request) == request


def test_nobody_is_chosen_who_has_as_many_as_the_cap_allows(office: Office):
    loads = [office.settled(choosing(cap=2)).state.assigned for _ in range(6)]
    assert Counter(loads) == {(ANA,): 2, (BEN,): 2, (CHLOE,): 2}


def test_past_the_cap_the_overflow_is_asked_and_may_decide(office: Office):
    for _ in range(3):
        office.settled(choosing(cap=1))
    request = office.settled(choosing(cap=1, overflow=(OVERFLOW,)))
    assert (request.state.assigned, request.state.overflowed) == ((), True)
    assert request.chosen == (OVERFLOW,)
    assert OVERFLOW in request.asked


def test_part_of_the_people_and_the_overflow_are_asked_where_the_rest_is_full(office: Office):
    for _ in range(2):
        office.settled(choosing(cap=1))
    request = office.settled(choosing(2, cap=1, overflow=(OVERFLOW,)))
    assert len(request.state.assigned) == 1
    assert request.chosen == (*request.state.assigned, OVERFLOW)


def test_without_an_overflow_everybody_is_asked_past_the_cap(office: Office):
    for _ in range(3):
        office.settled(choosing(cap=1))
    request = office.settled(choosing(cap=1))
    assert (request.state.assigned, request.state.overflowed) == ((), False)
    assert request.chosen == (GROUP,)


def test_the_overflow_stays_asked_when_there_is_room_again(office: Office):
    first = office.settled(choosing(3, cap=1))
    request = office.settled(choosing(cap=1, overflow=(OVERFLOW,)))
    office.answers(first, BEN, Outcome.REJECT)
    again = office.settle(request)
    assert (len(again.state.assigned), again.state.overflowed) == (1, True)


def test_the_requester_is_never_chosen(office: Office):
    assert {office.settled(choosing(), on_behalf_of=ANA).state.assigned for _ in range(9)} == {
        (BEN,),
        (CHLOE,),
    }


@pytest.mark.parametrize("standing", ["deactivated", "bot", "guest", "stranger"])
def test_nobody_is_chosen_who_may_not_decide_at_all(office: Office, standing: Any):
    office.directory.standings = {ANA: standing, CHLOE: standing}
    assert {office.settled(choosing()).state.assigned for _ in range(6)} == {(BEN,)}


def test_nobody_is_chosen_who_is_away(office: Office):
    office.away(ANA)
    office.away(BEN, begins=HOUR, ends=2 * HOUR)
    assert {office.settled(choosing()).state.assigned for _ in range(9)} == {(BEN,), (CHLOE,)}


def test_whoever_left_is_replaced(office: Office):
    request = office.settled(choosing())
    [left] = request.state.assigned
    for gone in ("the company", "the group"):
        if gone == "the company":
            office.directory.standings = {left: "deactivated"}
        else:
            office.directory.standings = {}
            office.directory.people[GROUP] = [one for one in (ANA, BEN, CHLOE) if one != left]
        [other] = office.settle(request).state.assigned
        assert other != left


def test_whoever_answered_otherwise_is_replaced(office: Office):
    request = office.settled(choosing(reject_quorum=2))
    [against] = request.state.assigned
    office.answers(request, against, Outcome.REJECT)
    [other] = office.settle(request).state.assigned
    assert other != against


def test_an_approval_leaves_the_others_who_were_chosen(office: Office):
    request = office.settled(choosing(2))
    one, other = request.state.assigned
    office.answers(request, one)
    assert office.settle(request).state.assigned == (other,)


def test_a_delegate_takes_over_what_was_asked_of_whoever_went_away(office: Office):
    request = office.settled(choosing())
    [who] = request.state.assigned
    office.away(who)
    moved = office.settle(request)
    assert moved.state.assigned == (FAY,)
    gone = Away(person=who, delegate=FAY, until_ms=NOW + HOUR, personal=True)
    assert moved.state.away == (gone,)
    assert office.store.workload([who, FAY]) == [0, 1]


def test_what_moved_stays_with_whoever_it_moved_to_only_as_long_as_they_may_decide(office: Office):
    request = office.settled(choosing())
    [who] = request.state.assigned
    office.away(who)
    office.settle(request)
    office.absences.end(who, who)
    back = office.settle(request)
    assert back.state.away == ()
    assert back.state.assigned[0] in (ANA, BEN, CHLOE)


def test_a_delegate_who_is_the_requester_takes_over_nothing(office: Office):
    request = office.settled(choosing(), on_behalf_of=EVE)
    [who] = request.state.assigned
    office.away(who, EVE)
    [other] = office.settle(request).state.assigned
    assert other not in (who, EVE)


def test_out_of_a_group_an_absence_is_noted_and_the_others_are_left(office: Office):
    office.away(ANA)
    request = office.settled(plan(stages=(Stage(reviewers=(GROUP,)),)))
    assert [(one.person, one.personal) for one in request.state.away] == [(ANA, False)]
    assert request.chosen == (GROUP,)


def test_whoever_was_named_is_replaced_in_person(office: Office):
    office.away(ANA)
    request = office.settled(plan(stages=(Stage(reviewers=(ANA, BEN)),)))
    assert request.state.away[0].personal
    assert request.chosen == (ANA, BEN, FAY)


def test_absences_of_people_who_are_not_asked_do_not_matter(office: Office):
    office.away(EVE)
    request = office.ask(plan(stages=(Stage(reviewers=(GROUP,)),)))
    assert office.settle(request) == request


def test_what_was_handed_over_moves_on_with_an_absence(office: Office):
    request = office.ask(plan(stages=(Stage(reviewers=(ANA, BEN)),)))
    press = {"person": person(id=ANA), "digest": request.body.digest}
    change(office.store, request.id, HandOver(**press, to=person(id=BEN, email=None)))
    office.away(BEN)
    assert office.settle(request).state.assigned == (FAY,)


def test_nobody_is_chosen_for_what_is_only_watched(office: Office):
    review = choosing(watch=Watch(for_s=600))
    request = office.ask(review, Route.WATCH)
    assert office.staffing.of(request) is None


def test_somebody_who_filled_up_in_between_leads_to_another_choice(office: Office):
    request, rival = office.ask(choosing(cap=1)), office.ask(choosing(cap=1))
    before, full = office.store.commit, []

    def commit(transition: Any, operation: str, **more: Any) -> Any:
        if transition.capped and not full:
            [(who, _)] = transition.capped
            full.append(who)
            taken = Staffed(stage=0, away=(), assigned=(who,), overflowed=False)
            change(office.store, rival.id, taken)
        return before(transition, operation, **more)

    office.store.commit = commit  # type: ignore[method-assign]
    [chosen] = office.settle(request).state.assigned
    assert full
    assert chosen not in full


def test_where_everybody_fills_up_each_time_it_says_so(office: Office):
    request = office.ask(choosing(cap=1))

    def commit(*_: Any, **__: Any) -> Any:
        raise Full(request.id)

    office.store.commit = commit  # type: ignore[method-assign]
    with pytest.raises(TooBusy):
        office.staffing.settle(request)
    assert office.load(request) == request


def test_while_slack_is_away_nothing_is_concluded(office: Office):
    request = office.settled(choosing())
    office.directory.away = True
    with pytest.raises(SlackAgain):
        office.settle(request)
    assert office.load(request) == request


def test_people_whom_slack_cannot_tell_are_not_taken_for_people_who_left(office: Office):
    review = choosing(cap=5, overflow=(OVERFLOW,))
    request = office.settled(review)
    office.directory.standings = dict.fromkeys((ANA, BEN, CHLOE), "unverified")
    assert office.settle(request) == request
    with pytest.raises(SlackAgain):
        office.settled(review)


def test_one_whom_slack_cannot_tell_holds_up_nobody_else(office: Office):
    office.directory.standings = {ANA: "unverified"}
    assert {office.settled(choosing()).state.assigned for _ in range(6)} == {(BEN,), (CHLOE,)}


def test_it_goes_one_hop_and_a_stand_in_who_goes_away_is_dropped(office: Office):
    office.directory.people[GROUP] = [ANA, BEN]
    request = office.settled(choosing())
    [chosen] = request.state.assigned
    [other] = {ANA, BEN} - {chosen}
    office.away(chosen, delegate=FAY)
    assert office.settle(request).state.assigned == (FAY,)
    office.away(FAY, delegate=EVE)
    assert office.settle(request).state.assigned == (other,)


def test_of_a_group_that_is_all_away_the_stand_ins_are_asked(office: Office):
    office.directory.people[GROUP] = [ANA]
    request = office.ask(plan(stages=(Stage(reviewers=(GROUP,)),)))
    office.away(ANA)
    assert office.settle(request).stand_ins == (FAY,)


def test_somebody_it_was_handed_to_and_who_left_is_let_go(office: Office):
    request = office.ask(plan(stages=(Stage(reviewers=(ANA, BEN)),)))
    press = {"person": person(id=ANA), "digest": request.body.digest}
    change(office.store, request.id, HandOver(**press, to=person(id=BEN, email=None)))
    assert office.settle(request).state.assigned == (BEN,)
    office.directory.standings = {BEN: "deactivated"}
    assert office.settle(request).addressed == (ANA, BEN)


def test_an_overflow_that_leads_to_nobody_leaves_the_whole_stage_asked(office: Office):
    office.directory.people = {GROUP: [], OVERFLOW: []}
    request = office.settled(choosing(cap=1, overflow=(OVERFLOW,)))
    assert not request.state.overflowed
    assert request.addressed == (GROUP,)


def test_a_finding_of_another_time_is_looked_up_again(office: Office):
    """Two turns at once: the one that began before an absence must not undo what came of it."""
    request = office.ask(plan(stages=(Stage(reviewers=(ANA, BEN)),)))
    office.away(ANA)
    stale = office.staffing.of(office.load(request))
    office.away(BEN, delegate=EVE)
    office.settle(request)
    assert stale is not None
    change(office.store, request.id, stale)
    assert {one.person for one in office.load(request).state.away} == {ANA, BEN}


def test_slack_is_not_asked_on_and_on_while_it_can_t_tell(office: Office):
    crowd = [f"U0CROWD{n:03}" for n in range(50)]
    office.directory.people[GROUP] = crowd
    office.directory.standings = dict.fromkeys(crowd, "unverified")
    with pytest.raises(SlackAgain):
        office.settled(choosing())
    assert office.directory.asked <= 5


def test_what_is_decided_needs_nobody(office: Office):
    request = office.settled(choosing())
    office.answers(request, request.state.assigned[0])
    assert office.staffing.of(office.load(request)) is None
