"""The auditor: nothing goes silent. It looks over every request, repairs how they are queued, and
tells the admins. It never changes a decision."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .domain.alarms import Alarm
from .domain.due import Lane
from .domain.episodes import AGAIN_MS, Trouble, heard
from .domain.findings import COUNTED, GRACE_MS, Kind, flaws, lags
from .domain.request import Status
from .faults import described
from .logs import about
from .ports import Admins, Alarms, Figures, Inspection, Seen, SlackAgain, SlackNever

_log = logging.getLogger("countersign.auditor")

_SWEPT, _SWEEPS = 500, 4
"""Requests of each status that one audit looks over: so many at a time, so many times."""

_LOOKED_INTO, _AGAIN = 100, 50
"""Open requests that one audit reads whole, and of each kind those found before. Of the decided,
of which there may be far more, it reads a tenth for each status."""

_TOLD = 10
"""Alarms in one message."""


@dataclass
class Findings:
    """What one audit found, by kind and lane; and of the cases who is found so, and who is not."""

    repaired: dict[tuple[Kind, Lane | None], list[str]] = field(default_factory=dict)
    bad: dict[Kind, list[str]] = field(default_factory=dict)
    good: dict[Kind, list[str]] = field(default_factory=dict)

    def repair(self, kind: Kind, lane: Lane | None, request_ids: Iterable[str]) -> None:
        self.repaired.setdefault((kind, lane), []).extend(request_ids)

    def case(self, kind: Kind, request_id: str, *, bad: bool) -> None:
        (self.bad if bad else self.good).setdefault(kind, []).append(request_id)


_CASES = (Kind.CARD_LAGS, Kind.UNREADABLE)


@dataclass
class Auditor:
    """Audits when it is this process's turn; `admins` is None where nobody is to be told."""

    inspection: Inspection
    alarms: Alarms
    admins: Admins | None
    _logged: set[Alarm] = field(default_factory=set)
    _problem: str | None = None

    def run(self) -> bool:
        """One audit, if it is our turn. Raises `StoreUnavailable`."""
        if not self.inspection.take_turn():
            return False
        try:
            self._report(self._audit())
        finally:
            self._tell()
        self.inspection.end_turn()
        return True

    def _audit(self) -> Findings:
        found = Findings()
        doubtful = [one for status in Status for one in self._swept(status, found)]
        if people := self.inspection.sweep_people():
            found.repair(Kind.LOST_DUE, Lane.PEOPLE, people)
        self.inspection.tidy(_SWEPT)
        again = [one for kind in _CASES for one in self.inspection.cases(kind, _AGAIN)]
        for page in self._pages([*doubtful[:_LOOKED_INTO], *again]):
            for seen in self.inspection.look(page):
                with about(request=seen.request_id):
                    self._judge(seen, found)
        return found

    def _swept(self, status: Status, found: Findings) -> Iterator[str]:
        """Put back what a sweep finds lost; yields what it could not judge."""
        for _ in range(_SWEEPS):
            swept = self.inspection.sweep(status, _SWEPT)
            for lane, ids in swept.put_back.items():
                if ids:
                    found.repair(Kind.LOST_DUE, lane, ids)
            yield from swept.doubtful
            if swept.done:
                return

    def _pages(self, first: list[str]) -> Iterator[list[str]]:
        yield list(dict.fromkeys(first))
        for status in Status:
            limit = _LOOKED_INTO if status is Status.PENDING else _LOOKED_INTO // 10
            yield self.inspection.next_page(status, limit)

    def _judge(self, seen: Seen, found: Findings) -> None:
        """One request; whatever is wrong with it keeps nobody from looking into the others."""
        try:
            lagging = seen.request is not None and lags(seen.request, seen.stands, seen.now)
            wrong = [] if seen.request is None else flaws(seen.request, seen.stands, seen.now)
        except Exception as error:
            _log.error("%s can't be judged: %s", seen.request_id, described(error))
            found.case(Kind.UNREADABLE, seen.request_id, bad=True)
            return
        unreadable = seen.request is None and not seen.gone
        found.case(Kind.UNREADABLE, seen.request_id, bad=unreadable)
        found.case(Kind.CARD_LAGS, seen.request_id, bad=lagging)
        if seen.unlisted and self.inspection.enlist(seen):
            found.repair(Kind.UNLISTED, None, [seen.request_id])
        for flaw in wrong:
            if self.inspection.mend(seen, flaw):
                found.repair(flaw.kind, flaw.lane, [seen.request_id])

    def _report(self, found: Findings) -> None:
        """Say what has to be said of it, and remember what was said."""
        figures, before = self.inspection.figures(), self.alarms.episodes()
        troubles = [*_repairs(found), *self._lasting(found), *_held_up(figures), *_stuck(figures)]
        alarms, episodes = heard(before, troubles, figures.now)
        begun = [episodes[key].kind for key in episodes.keys() - before.keys()]
        self.inspection.count({kind: begun.count(kind) for kind in sorted(COUNTED)})
        self.alarms.keep(episodes, alarms)

    def _lasting(self, found: Findings) -> Iterator[Trouble]:
        for kind in _CASES:
            bad, good = found.bad.get(kind, []), found.good.get(kind, [])
            count = self.inspection.keep_cases(kind, bad, good)
            if count:
                yield Trouble(kind, None, count, tuple(bad))

    def _tell(self) -> None:
        """What waits to be told; it goes on waiting while Slack can't be reached."""
        waiting = self.alarms.waiting(_TOLD)
        for alarm in waiting:
            if alarm not in self._logged:
                _log.log(_level(alarm), "%s", alarm.text)
        self._logged = set(waiting)
        if waiting and self._reached(waiting):
            self.alarms.told(waiting)

    def _reached(self, alarms: list[Alarm]) -> bool:
        """Whether the admins know; without a way to them the log is all that there is."""
        if self.admins is None:
            return True
        try:
            self.admins.tell(alarms)
        except (SlackAgain, SlackNever) as failed:
            if failed.problem != self._problem:
                _log.error("the admins can't be told now, it is tried again: %s", failed.problem)
            self._problem = failed.problem
            return False
        self._problem = None
        return True


def _repairs(found: Findings) -> Iterator[Trouble]:
    for (kind, lane), ids in found.repaired.items():
        yield Trouble(kind, lane, len(ids), tuple(ids))


def _held_up(figures: Figures) -> Iterator[Trouble]:
    """What the lanes don't get done; in a pause callbacks wait because somebody wants them to."""
    for lane, one in figures.lanes.items():
        if one.overdue and not (figures.paused and lane is Lane.CALLBACK):
            yield Trouble(Kind.OVERDUE, lane, one.overdue, one.overdue_ids)
        if one.set_aside:
            yield Trouble(Kind.SET_ASIDE, lane, one.set_aside, one.aside_ids)


def _stuck(figures: Figures) -> Iterator[Trouble]:
    """What goes on until somebody mends it, outside of this deployment most of the time.

    A channel is told of once for all of its requests, and stays told of for an hour after the last:
    those that come one by one are one trouble.
    """
    if figures.given_up.count:
        yield Trouble(Kind.GIVEN_UP, None, figures.given_up.count, figures.given_up.ids)
    for code, one in figures.refused.items():
        if one.count:
            yield Trouble(Kind.SLACK_REFUSES, None, one.count, one.ids, code)
    for lost in figures.lost:
        if lost.waiting.count or figures.now - lost.lost_ms < AGAIN_MS:
            about = f"{lost.channel}: {lost.problem}"
            yield Trouble(Kind.CHANNEL_LOST, None, lost.waiting.count, lost.waiting.ids, about)
    if figures.record.unsealed_ms > GRACE_MS:
        yield Trouble(Kind.UNSEALED, None, figures.record.unsealed)


def _level(alarm: Alarm) -> int:
    return logging.ERROR if alarm.kind == "break_glass" else logging.WARNING
