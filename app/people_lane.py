"""What a worker does when an absence begins or ends: every open request is looked at anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .domain.errors import RequestNotFound, TooBusy
from .domain.request import Request
from .ports import Absences, Claim, RequestStore, SlackAgain
from .staffing import Staffing

_PAGE = 200


@dataclass(frozen=True)
class PeopleLane:
    """The people lane: its claims are of user ids.

    Looking once more does no harm, so a worker that dies in between has it done again.
    """

    store: RequestStore
    absences: Absences
    staffing: Staffing

    def __call__(self, claim: Claim) -> None:
        person, now = claim.request_id, self.store.now()
        absence = self.absences.get(person)
        for trouble in [self._settle(request, now) for request in self._waiting()]:
            if trouble is not None:
                raise trouble
        self.absences.seen(person, absence, None if absence is None else absence.next_ms(now))

    def _settle(self, request: Request, now: int) -> Exception | None:
        """What kept one request from being settled: the others are, and all once more later."""
        try:
            self.staffing.settle(request, now)
        except (SlackAgain, TooBusy) as trouble:
            return trouble
        except RequestNotFound:  # erased meanwhile
            return None
        return None

    def _waiting(self) -> Iterator[Request]:
        """Every open request; one that is opened meanwhile is looked at before it is shown."""
        cursor: str | None = None
        while ids := self.store.waiting(cursor, _PAGE):
            yield from self.store.load_many(ids)
            cursor = ids[-1]
