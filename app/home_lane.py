"""What a worker does in the home lane: draw somebody's Home tab as everything stands now."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from .domain.errors import PersonNotTrusted, PersonUnverified
from .domain.home import PAGE, Home, Numbers, Part, Shelf
from .domain.lists import Count, Day, QueuePage, Stats
from .domain.request import Status
from .domain.viewing import Viewer
from .looking import Looking
from .ports import (
    Absences,
    Chosen,
    Claim,
    Homes,
    HomeTabs,
    Inspection,
    Lanes,
    SlackAgain,
    SlackNever,
)
from .staffing import LOOK_AGAIN_MS

_DECIDED = (Status.APPROVED, Status.REJECTED, Status.REVISION_REQUESTED)
_log = logging.getLogger("countersign.lanes")


@dataclass(frozen=True)
class HomeLane:
    """The home lane: its claims are of user ids.

    Its lease makes one drawer a Home, so that an older look never comes after a newer one. What
    changes meanwhile has it drawn once more. As many look-ups are made however much there is. What
    can't be drawn is tried again for as long as somebody looks at it: a week from the last look.
    """

    lanes: Lanes
    homes: Homes
    tabs: HomeTabs
    looking: Looking
    absences: Absences
    inspection: Inspection

    def __call__(self, claim: Claim) -> None:
        person = claim.request_id
        if (chosen := self.homes.chosen(person)) is None:
            return
        try:
            home = self._looked(person, chosen)
            # Before it is shown, so that no change falls between the look and the note of it.
            current = self.homes.showing(person, _versions(home))
            self.tabs.publish(person, home)
        except PersonUnverified:
            self.lanes.postpone(claim, LOOK_AGAIN_MS)
        except SlackAgain as again:
            wait_ms = LOOK_AGAIN_MS if again.wait_s is None else int(again.wait_s * 1000) + 1
            self.lanes.postpone(claim, wait_ms)
        except SlackNever as never:
            _log.warning("the Home of %s can't be drawn: %s", person, never.problem)
        else:
            if not current:
                self.lanes.postpone(claim, 0)

    def _looked(self, person: str, chosen: Chosen) -> Home:
        """Raises `PersonUnverified` where Slack does not say who it is; nobody else is shown."""
        try:
            viewer = self.looking.viewer(person)
        except PersonUnverified:
            raise
        except PersonNotTrusted:
            return Home(chosen.now)
        stats = self.looking.stats(viewer)
        away = [one for one in self.absences.all() if one.until_ms > chosen.now]
        return Home(
            now=chosen.now,
            shelves=self._shelves(viewer, chosen, stats),
            absence=next((one for one in away if one.person == person), None),
            stand_in=tuple(one for one in away if one.delegate == person),
            note=chosen.note,
            numbers=None if stats.day is None else self._numbers(stats.day),
        )

    def _shelves(self, viewer: Viewer, chosen: Chosen, stats: Stats) -> dict[Part, Shelf]:
        looking = self.looking
        lists: dict[Part, tuple[Callable[..., QueuePage], Count]] = {
            "waiting": (looking.waiting, stats.waiting),
            "asked": (looking.asked, stats.asked),
            "decided": (looking.decided, stats.decided),
        }
        shelves: dict[Part, Shelf] = {}
        for part, (look, count) in lists.items():
            trail = chosen.trails.get(part, ())
            page = look(viewer, trail[-1] if trail else None, PAGE)
            shelves[part] = _shelf(page, trail, count, sure=part != "waiting")
        return shelves

    def _numbers(self, day: Day) -> Numbers:
        figures, ended = self.inspection.figures(), day.ended
        lanes = figures.lanes.values()
        return Numbers(
            open=day.open,
            held=day.gate.held + day.gate.limited,
            decided=sum(ended.get(outcome, 0) for outcome in _DECIDED),
            approved=ended.get(Status.APPROVED, 0),
            expired=ended.get(Status.EXPIRED, 0),
            overdue=sum(lane.overdue for lane in lanes),
            set_aside=sum(lane.set_aside for lane in lanes),
            alarms=figures.alarms,
            paused=figures.paused,
        )


def _shelf(page: QueuePage, trail: tuple[str, ...], count: Count, *, sure: bool) -> Shelf:
    """A queue counts what somebody asked themselves or answered already, a page does not."""
    if not trail and page.cursor is None:
        return Shelf(page.requests, len(page.requests))
    exact = sure and count.exact
    return Shelf(page.requests, count.number, exact=exact, trail=trail, cursor=page.cursor)


def _versions(home: Home) -> dict[str, int]:
    shelves = home.shelves.values()
    return {one.id: one.state.version for shelf in shelves for one in shelf.requests}
