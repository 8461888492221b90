"""What has to happen to a request, worked out from its plan in the plainest way there is.

Shares no code with the product: open time is counted minute by minute in local time, and the trail
is written down by going through all that happens from first to last.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from policies.plan import Hours, Outcome, ReviewPlan
from tests.simulation.people import Answer

MINUTE_MS = 60_000

Entry = tuple[str, int]
"""The type of an event, and its instant (ms)."""

TOLD = (
    "request.reminded",
    "request.escalated",
    "request.expired",
    "request.decided",
    "approval.given",
)
"""The events that are foretold."""


class OpenTime:
    """Open time since `begin_ms`, a whole minute, added up one minute after the other."""

    def __init__(self, hours: Hours, begin_ms: int, end_ms: int) -> None:
        zone = ZoneInfo(hours.zone)
        self._begin_ms = begin_ms
        self._sums = [0]
        for minute_ms in range(begin_ms, end_ms, MINUTE_MS):
            is_open = _is_open(hours, datetime.fromtimestamp(minute_ms / 1000, zone))
            self._sums.append(self._sums[-1] + (MINUTE_MS if is_open else 0))

    def later(self, start_ms: int, duration_s: int) -> int:
        """The first instant by which so much of it has passed since `start_ms`."""
        goal = self._until(start_ms) + duration_s * 1000
        minute = bisect_left(self._sums, goal)
        return self._begin_ms + minute * MINUTE_MS - (self._sums[minute] - goal)

    def _until(self, instant_ms: int) -> int:
        minute, rest = divmod(instant_ms - self._begin_ms, MINUTE_MS)
        is_open = self._sums[minute + 1] > self._sums[minute]
        return self._sums[minute] + (rest if is_open else 0)


def _is_open(hours: Hours, local: datetime) -> bool:
    if local.weekday() not in hours.days or local.date().isoformat() in hours.holidays:
        return False
    minute = local.hour * 60 + local.minute
    return any(begin <= minute < end for begin, end in hours.open)


@dataclass(frozen=True)
class Due:
    """Something that time brings: what, at which instant (ms), and whom an escalation asks."""

    kind: str
    at_ms: int
    asks: tuple[str, ...] = ()


class Oracle:
    """`looks` are the instants (ms) at which a worker does what is due, in order."""

    def __init__(self, begin_ms: int, end_ms: int, looks: Sequence[int]) -> None:
        self._looks = looks
        self._open_time = cache(lambda hours: OpenTime(hours, begin_ms, end_ms))

    def dues(self, plan: ReviewPlan, opened_ms: int) -> list[Due]:
        """What time would bring if nobody ever answered."""

        def later(duration_s: int) -> int:
            if plan.hours is None:
                return opened_ms + duration_s * 1000
            return self._open_time(plan.hours).later(opened_ms, duration_s)

        return [
            *(Due("request.reminded", later(each)) for each in plan.remind_s),
            *(Due("request.escalated", later(one.after_s), one.ask) for one in plan.escalations),
            Due("request.expired", later(plan.expire_s)),
        ]

    def trail(self, plan: ReviewPlan, opened_ms: int, answers: Sequence[Answer]) -> list[Entry]:
        """The events that these answers and the time make of a request."""
        dues = self.dues(plan, opened_ms)
        looks = {self.look(one.at_ms) for one in dues}
        moments: list[tuple[int, Answer | None]] = [(one.at_ms, one) for one in answers]
        moments += [(at_ms, None) for at_ms in looks]
        # Who answers in the very millisecond of a look was faster.
        moments.sort(key=lambda moment: (moment[0], moment[1] is None))
        story = _Story(plan, dues)
        for at_ms, answer in moments:
            if answer is None:
                story.time_passes(at_ms)
            else:
                story.somebody_answers(answer)
        return story.told

    def late(self, plan: ReviewPlan, opened_ms: int, trail: Sequence[Entry]) -> list[int]:
        """How many ms late each thing came that time brought, as a trail has it."""
        came = {at_ms for kind, at_ms in trail if kind in _LOUDEST_FIRST}
        looks = ((one.at_ms, self.look(one.at_ms)) for one in self.dues(plan, opened_ms))
        return [look_ms - due_ms for due_ms, look_ms in looks if look_ms in came]

    def look(self, due_ms: int) -> int:
        """When a worker first looks from then on."""
        return self._looks[bisect_left(self._looks, due_ms)]


_LOUDEST_FIRST = ("request.expired", "request.escalated", "request.reminded")
"""What comes at the same look is told once, in the words of the gravest."""


class _Story:
    """One request from its opening to its end; `told` are its events."""

    def __init__(self, plan: ReviewPlan, dues: list[Due]) -> None:
        self.told: list[Entry] = []
        self._quorum = plan.stages[0].quorum
        self._asked = set(plan.stages[0].reviewers)
        self._approved = set[str]()
        self._to_come = dues
        self._expires_ms = dues[-1].at_ms
        self._over = False

    def time_passes(self, now: int) -> None:
        if self._over:
            return
        due = [one for one in self._to_come if one.at_ms <= now]
        self._to_come = [one for one in self._to_come if one.at_ms > now]
        self._asked.update(person for one in due for person in one.asks)
        kinds = {one.kind for one in due}
        self.told += [(kind, now) for kind in _LOUDEST_FIRST if kind in kinds][:1]
        self._over = now >= self._expires_ms

    def somebody_answers(self, answer: Answer) -> None:
        too_late = self._over or answer.at_ms >= self._expires_ms
        if too_late or answer.person not in self._asked:
            return
        if answer.outcome is Outcome.APPROVE:
            if answer.person in self._approved:
                return
            self._approved.add(answer.person)
        rejected = answer.outcome is Outcome.REJECT
        self._over = rejected or len(self._approved) == self._quorum
        self.told.append(("request.decided" if self._over else "approval.given", answer.at_ms))
