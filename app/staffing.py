"""Finding people for a stage: who is away, and who is chosen out of it where it asks the fewest.

Looked up outside and recorded as `Staffed`: by the Slack lane before it shows a request, and by the
people lane whenever an absence begins or ends.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from policies.atoms import is_group
from policies.plan import ReviewPlan, Stage

from .changes import change
from .domain.absence import Absence
from .domain.commands import Staffed, Standing
from .domain.errors import TooBusy
from .domain.request import Away, Request
from .domain.slack_steps import next_step
from .ports import Absences, Directory, Full, RequestStore, SlackAgain

_log = logging.getLogger("countersign.lanes")

_TRIES = 20
"""Each lost try means that somebody else's change got there first."""

LOOK_AGAIN_MS = 30_000
"""When people are looked up again who could not be."""

_UNSURE = 2
"""So many people may be in doubt before the look-up is put off."""

_STAYING = ("trusted", "unverified")
"""Whoever was chosen stays so while Slack can't say who they are."""

Members = Mapping[str, Sequence[str]]
"""The user ids behind each name of a plan."""


@dataclass(frozen=True)
class Staffing:
    """Who is found for a request, as things are now."""

    store: RequestStore
    directory: Directory
    absences: Absences

    def settled(
        self, request: Request, absent: Sequence[Absence] | None = None
    ) -> tuple[Request | None, bool]:
        """The same for what Slack is going to show, and whether that is sure.

        While people can't be looked up it is as it is: whoever is asked anyway should not wait.
        """
        if next_step(request) is None:
            return request, True
        try:
            return self.settle(request, absent), True
        except SlackAgain as again:
            _log.warning("%s: people could not be looked up: %s", request.id, again.problem)
            return request, False

    def settle(self, request: Request, absent: Sequence[Absence] | None = None) -> Request | None:
        """The request with the people that it needs now, None once it is erased.

        Who is `absent` is looked up unless it is known. Raises `SlackAgain`, and `TooBusy` where
        those who were chosen were full each time.
        """
        for _ in range(_TRIES):
            found = self.of(request, absent)
            if found is None:
                return request
            with suppress(Full):  # somebody else's request got the place: choose again
                settled = change(self.store, request.id, found)
                if settled is None or settled.state.version == request.state.version:
                    return settled
                request = settled
        raise TooBusy("Everybody who is chosen is full right now.")

    def of(self, request: Request, absent: Sequence[Absence] | None = None) -> Staffed | None:
        """What was found; None where it stands in the request already. Raises `SlackAgain`."""
        plan, stage, state = request.plan, request.stage, request.state
        if not request.pending or plan is None or stage is None:
            return None
        if state.held is not None or state.undoable is not None:
            return None
        absent = self.absent() if absent is None else absent
        chooses = stage.assign == "least_loaded" and not request.watched
        if not (absent or state.away or state.assigned or chooses):
            return None
        members = self.directory.members(request.asked)
        found = self._found(request, members, absent)
        if chooses:
            found = self._with_chosen(request, plan, stage, members, found)
        there = (state.away, state.assigned, state.overflowed)
        return None if (found.away, found.assigned, found.overflowed) == there else found

    def absent(self) -> list[Absence]:
        """Who is away at this moment; the clock is asked after them, so that none is too new."""
        everybody = self.absences.all()
        now = self.store.now() if everybody else 0
        return [one for one in everybody if one.holds(now)]

    def _found(self, request: Request, members: Members, absent: Sequence[Absence]) -> Staffed:
        kept = _kept(request, members, absent, self._requester(request))
        return Staffed(
            stage=request.state.stage,
            before=request.state.assigned,
            was_away=request.state.away,
            away=tuple(_away(request, members, absent)),
            assigned=tuple(one for one in kept if self._standing(one) in _STAYING),
            overflowed=request.state.overflowed,
        )

    def _with_chosen(
        self, request: Request, plan: ReviewPlan, stage: Stage, members: Members, found: Staffed
    ) -> Staffed:
        """As many as the quorum needs: those who were chosen and still can, then the least loaded.

        Where the others have as many open requests as anybody should, or can't be asked, the
        overflow is asked; where there is none, the whole stage is.
        """
        kept = found.assigned
        votes = sum(vote.stage == request.state.stage for vote in request.state.votes)
        missing = max(stage.quorum - votes - len(kept), 0)
        pool = [one for ref in stage.reviewers for one in members[ref]]
        barred = {*kept, *_answered(request), *self._requester(request)}
        barred |= {one.person for one in found.away}
        free = self._least_loaded(request, plan, [one for one in pool if one not in barred])
        new = self._chosen(free, missing)
        if len(new) < missing and not any(self.directory.members(plan.overflow).values()):
            return found.model_copy(update={"assigned": (), "overflowed": False})
        overflowed = found.overflowed or len(new) < missing
        update = {"assigned": (*kept, *new), "overflowed": overflowed, "new": new}
        return found.model_copy(update=update)

    def _least_loaded(self, request: Request, plan: ReviewPlan, pool: list[str]) -> Iterator[str]:
        """Those below the cap, the least loaded first; among equals everybody has their turn."""
        people = list(dict.fromkeys(pool))
        loads = zip(self.store.workload(people), people, strict=True)
        free = [(load, _lot(request, one), one) for load, one in loads if _below(plan, load)]
        return (one for _, _, one in sorted(free))

    def _chosen(self, free: Iterator[str], missing: int) -> tuple[str, ...]:
        """The first who may decide, as many as are missing.

        Raises `SlackAgain` where they are too few, or too many are in doubt: that nobody is left is
        concluded from what is known alone, and Slack is not asked on and on while it refuses.
        """
        chosen: list[str] = []
        unsure = 0
        while len(chosen) < missing and (person := next(free, None)) is not None:
            standing = self._standing(person)
            chosen += [person] if standing == "trusted" else []
            unsure += standing == "unverified"
            if unsure > _UNSURE:
                break
        if len(chosen) < missing and unsure:
            raise SlackAgain("some of those who are asked could not be looked up")
        return tuple(chosen)

    def _standing(self, person: str) -> Standing:
        return self.directory.person(person, (), None).standing

    def _requester(self, request: Request) -> set[str]:
        requester = request.body.on_behalf_of
        return set() if requester is None else set(self.directory.ids((requester,)))


def _kept(
    request: Request, members: Members, absent: Sequence[Absence], requester: set[str]
) -> tuple[str, ...]:
    """Those who were chosen before, can still decide and have not answered.

    What was asked of a reviewer who went away is asked of whoever stands in for them. It goes one
    hop: a stand-in who goes away too is dropped.
    """
    named = {one for people in members.values() for one in people}
    away = {one.person for one in absent}
    delegates = {one.person: one.delegate for one in absent if one.person in named}
    able = (named | {*delegates.values()}) - away - _answered(request) - requester
    kept = [delegates.get(one, one) for one in request.state.assigned]
    return tuple(one for one in dict.fromkeys(kept) if one in able)


def _answered(request: Request) -> set[str]:
    return {one.by.id for one in (*request.state.votes, *request.state.rejections)}


def _away(request: Request, members: Members, absent: Sequence[Absence]) -> Iterator[Away]:
    """Of those who are asked, who is away.

    Whoever was chosen or named was asked in person, and so is a group of which nobody is left.
    """
    before = {one.person for one in request.state.away if one.personal}
    gone = {one.person for one in absent}
    for one in absent:
        refs = [ref for ref, people in members.items() if one.person in people]
        personal = any(not is_group(ref) or gone.issuperset(members[ref]) for ref in refs)
        chosen = one.person in request.state.assigned or one.person in before
        if refs:
            yield Away(
                person=one.person,
                delegate=one.delegate,
                until_ms=one.until_ms,
                personal=personal or chosen,
            )


def _below(plan: ReviewPlan, load: int) -> bool:
    return plan.cap is None or load < plan.cap


def _lot(request: Request, person: str) -> str:
    """Among equals the order is another one for each request, and always the same."""
    return hashlib.sha256(f"{request.id} {person}".encode()).hexdigest()
