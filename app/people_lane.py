"""What a worker does when an absence begins or ends: every open request is looked at anew."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from .domain.absence import Absence
from .domain.errors import RequestNotFound, TooBusy
from .ports import Absences, Cards, Claim, Lanes, Reached, RequestStore, SlackAgain, SlackNever
from .staffing import LOOK_AGAIN_MS, Staffing

_log = logging.getLogger("countersign.lanes")

_PAGE = 100
"""Requests that one claim looks at, which ends well within its lease."""

_TROUBLES = 3
"""After so many look-ups that failed the rest of a page is left for the next round."""

_NEXT_ROUND_MS = 300_000
"""When everything is looked at once more, where some of it could not be."""


@dataclass(frozen=True)
class PeopleLane:
    """The people lane: its claims are of user ids.

    A page of requests a claim, and from there on with the next one. Looking once more does no harm,
    so what a worker that dies had begun is done again.
    """

    store: RequestStore
    lanes: Lanes
    absences: Absences
    staffing: Staffing
    cards: Cards

    def __call__(self, claim: Claim) -> None:
        person = claim.request_id
        absence, reached = self.absences.get(person), self.absences.reached(person)
        since_ms = self.store.now() if reached is None else reached.since_ms
        page = self.store.waiting(None if reached is None else reached.request_id, _PAGE)
        sure = self._settle(page)
        sure_so_far = sure and (reached is None or reached.sure)
        if page:
            self.absences.reach(person, absence, Reached(page[-1], sure_so_far, since_ms))
            self.lanes.postpone(claim, 0 if sure else LOOK_AGAIN_MS)
            return
        wait_ms = self._tell(absence)
        if not sure_so_far:
            self.absences.reach(person, absence, None)
            self.lanes.postpone(claim, _NEXT_ROUND_MS)
        elif wait_ms:
            self.lanes.postpone(claim, wait_ms)
        else:
            next_ms = None if absence is None else absence.next_ms(since_ms)
            self.absences.seen(person, absence, next_ms)

    def _tell(self, absence: Absence | None) -> int:
        """Both hear of it once it begins; how long (ms) the next of them has to wait, 0 for none.

        Their cards come first: this is only tried once the requests were looked at.
        """
        if absence is None or not absence.holds(self.store.now()):
            return 0
        told = self.absences.told(absence.person)
        for person in (absence.delegate, absence.person):
            if person in told:
                continue
            try:
                self.cards.tell_of_absence(person, absence)
            except SlackAgain as again:
                return LOOK_AGAIN_MS if again.wait_s is None else int(again.wait_s * 1000) + 1
            except SlackNever as never:
                _log.warning("%s can't be told of an absence: %s", person, never.problem)
            told = (*told, person)
            self.absences.note_told(absence, told)
        return 0

    def _settle(self, page: Sequence[str]) -> bool:
        """Whether all of them could be looked at. One that can't be holds up no other."""
        troubles = 0
        for request in self.store.load_many(page):
            try:
                with suppress(RequestNotFound, TooBusy):  # erased, or others are at it
                    self.staffing.settle(request)
            except SlackAgain:
                troubles += 1
                if troubles == _TROUBLES:
                    break
        return not troubles
