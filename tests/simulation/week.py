"""A week of requests on a clock that is moved by hand: the real clock process and the real lane.

`workers.clock.run` looks and rings as it does in a deployment. What it waits on is the week itself,
which lets a worker do what was rung for, and people do what they do, until the wait is over.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random

from app.changes import change
from app.claims import drain
from app.domain.commands import Decide, Person
from app.domain.due import Lane
from app.domain.errors import CountersignError
from app.domain.request import Request
from app.lanes import TimeLane
from policies.plan import Evaluation, ReviewPlan
from tests.builders import evaluation, opened
from tests.memory.requests import MemoryStore
from tests.simulation.people import DAY_MS, REVIEWERS, Answer, intended, people
from tests.simulation.plans import HOURS, october, plan_of
from workers import clock

BEGIN_MS = october(21)
"""A Wednesday. London's clocks go back in the night to Sunday, in the middle of the week."""

DAYS = 7
REQUESTS = 10_000
SEED = 25_10_2026

STALLS = ((october(22, 13), october(22, 15)), (october(25, 0), october(25, 2)))
"""When a worker may be away: in the afternoon, and while London's clocks go back."""

LATE_MS = 40
"""Whoever waits is woken up to this much later than it asked for."""

BURST_MS = october(26, 6)
"""A job of somebody's asks for a tenth of everything in this one millisecond."""

TEAM = 7

_LONG_MS = 30 * DAY_MS
"""Nothing takes so long but the keeping of what is decided."""


@dataclass
class Asked:
    """A request, and the answers that were given to it, whatever came of them."""

    request: Request
    answers: list[Answer] = field(default_factory=list)

    @property
    def plan(self) -> ReviewPlan:
        plan = self.request.body.evaluation.plan
        assert plan is not None
        return plan


class Week(threading.Event):
    """`stalls` are times (from, until, in ms) in which there is no worker.

    `looks` are the instants at which a worker does what is due; `missed` counts the answers of
    people who were away.
    """

    def __init__(self, requests: int, seed: int, stalls: tuple[tuple[int, int], ...] = ()) -> None:
        super().__init__()
        self.store = MemoryStore(clock=BEGIN_MS)
        self.asked: list[Asked] = []
        self.looks: list[int] = []
        self.missed = 0
        self._chance = Random(seed)
        self.people = people(self._chance, BEGIN_MS, DAYS)
        self._stalls = stalls
        self._acts: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = count()
        self._policies = _policies(self._chance)
        self._lane = TimeLane(self.store, self.store.lanes)
        self._time = self.store.lanes.lanes[Lane.TIME]
        self._heard = 0
        for _ in range(requests):
            self.at(self._opening_ms(), self._open)
        for _, until_ms in stalls:
            self.at(until_ms, self._come_back)

    def at(self, instant_ms: int, act: Callable[[], None]) -> None:
        """Somebody does something at that instant."""
        heapq.heappush(self._acts, (instant_ms, next(self._numbers), act))

    def run(self) -> None:
        """Until everything is decided."""
        clock.run(self.store.lanes, self)

    def wait(self, timeout: float | None = None) -> bool:
        """What happens while the clock waits, and then it is so much later."""
        self._work()
        if self._next_ms() > self.store.clock + _LONG_MS:
            self.set()
            return True
        until_ms = self.store.clock + self._pause_ms(timeout or 0)
        while self._acts and self._acts[0][0] <= until_ms:
            self.store.clock, _, act = heapq.heappop(self._acts)
            act()
        self.store.clock = until_ms
        return False

    def _pause_ms(self, seconds: float) -> int:
        """Looks in which there would be nothing to see are passed over."""
        pause_ms = round(seconds * 1000)
        idle = max(1, (self._next_ms() - self.store.clock) // pause_ms)
        return pause_ms * idle + self._chance.randint(0, LATE_MS)

    def _next_ms(self) -> int:
        """When something happens next."""
        due_ms = self.store.clock + (self.store.lanes.waits()[Lane.TIME] or 0)
        return min(due_ms, self._acts[0][0]) if self._acts else due_ms

    def _work(self) -> None:
        """A worker hears what was rung, unless there is none."""
        now = self.store.clock
        if any(begin <= now < until for begin, until in self._stalls):
            return
        self.looks.append(now)
        while self._heard < self._time.rung:  # a turn that ends before the work does rings again
            self._heard = self._time.rung
            self.store.lanes.answer(Lane.TIME)
            drain(self.store.lanes, Lane.TIME, self._lane, batch=100)

    def _come_back(self) -> None:
        """A worker starts, and hears what was rung in the meantime."""
        if self._heard < self._time.rung:
            self._work()

    def _opening_ms(self) -> int:
        if self._chance.random() < 0.1:
            return BURST_MS
        return BEGIN_MS + self._chance.randrange(DAYS * DAY_MS)

    def _open(self) -> None:
        team, judged = self._chance.choice(self._policies)
        number = len(self.asked)
        transition = opened(
            id=f"req_{number:026}",
            opened_ms=self.store.clock,
            evaluation=judged,
            callback_url=None,
        )
        self.store.commit(transition, "open")
        asked = Asked(transition.request)
        self.asked.append(asked)
        for answer in intended(self._chance, team, self.store.clock):
            self.at(answer.at_ms, partial(self._answer, asked, answer))

    def _answer(self, asked: Asked, answer: Answer) -> None:
        if self.people.away(answer.person, answer.at_ms):
            self.missed += 1
            return
        asked.answers.append(answer)
        command = Decide(
            person=Person(id=answer.person, name=answer.person, is_requester=False),
            outcome=answer.outcome,
            digest=asked.request.body.digest,
        )
        with suppress(CountersignError):  # not asked, once too often, or too late
            change(self.store, asked.request.id, command)


def _policies(chance: Random) -> list[tuple[tuple[str, ...], Evaluation]]:
    """For each kind of hours five teams, of which some have to be two to approve."""
    found = []
    for hours in HOURS:
        for quorum in (1, 1, 1, 2, 2):
            team = tuple(chance.sample(REVIEWERS, TEAM))
            found.append((team, evaluation(plan=plan_of(hours, team, quorum))))
    return found
