"""What a worker and a clock do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..audit.announcing import Announcer
from ..auditor import Auditor
from ..claims import BatchWork, Timers, drain, serve, singly
from ..domain.due import Lane
from ..home_lane import HomeLane
from ..lanes import CallbackLane, TimeLane
from ..people_lane import PeopleLane
from ..settings import Settings
from ..slack.directory import SlackDirectory
from ..slack.gateway import SlackCards
from ..slack.home_tabs import SlackHomeTabs
from ..slack.operators import SlackAdmins, SlackCheckpoints
from ..slack_lane import SlackLane
from ..staffing import Staffing
from ..store.connection import connect
from ..store.lanes import RedisLanes
from ..store.pulse import RedisPulse
from .record import keeping_of
from .shared import callbacks_of, looking_of, slack_api
from .store import build_store

_BATCH = {Lane.TIME: 100, Lane.SLACK: 1, Lane.CALLBACK: 1, Lane.PEOPLE: 1, Lane.HOME: 1}
"""Requests claimed at a time: one where a single one can take 20 s."""


@dataclass(frozen=True)
class Clock:
    """What a clock rings, and what it does beside that, again and again.

    Each of these says whether it did something, so that there may be more. `announce` is None
    without a channel.
    """

    lanes: RedisLanes
    audit: Callable[[], bool]
    keep: Callable[[], bool]
    announce: Callable[[], bool] | None


def build_clock(settings: Settings) -> Clock:
    """Raises `SettingsRefused` for a key or a folder of the record that can't be used."""
    store = build_store(settings)
    api, channel = slack_api(settings, store), settings.audit_channel
    hears = settings.admin_channel
    admins = None if hears is None else SlackAdmins(api, hears)
    announce = None
    if channel is None:
        store.upkeep.no_slack()
    else:
        announce = Announcer(store.upkeep, SlackCheckpoints(api, channel)).run
    return Clock(
        lanes=store.lanes,
        audit=Auditor(store.inspection, store.alarms, admins).run,
        keep=keeping_of(settings, store).run,
        announce=announce,
    )


def build_pulse(settings: Settings) -> RedisPulse:
    """What a worker and a clock say with that they are at work."""
    return RedisPulse(connect(settings.redis_url))


def build_shifts(settings: Settings) -> Callable[[Lane, Callable[[], bool]], None]:
    """What a worker does in a lane for as long as it is on duty there."""
    store = build_store(settings)
    api = slack_api(settings, store)
    cards = SlackCards(api, store.pace, store.cache)
    directory = SlackDirectory(api, store.cache)
    staffing = Staffing(store.requests, directory, store.absences)
    slack = SlackLane(store.requests, store.lanes, cards, directory, staffing)
    callback = CallbackLane(store.requests, store.lanes, callbacks_of(settings), store.clients)
    people = PeopleLane(store.requests, store.lanes, store.absences, staffing, cards)
    home = HomeLane(
        lanes=store.lanes,
        homes=store.homes,
        tabs=SlackHomeTabs(api, store.pace),
        looking=looking_of(settings, store, directory),
        absences=store.absences,
        inspection=store.inspection,
    )
    work: dict[Lane, BatchWork] = {
        Lane.TIME: TimeLane(store.requests, store.lanes),
        Lane.SLACK: singly(store.lanes, slack),
        Lane.CALLBACK: singly(store.lanes, callback),
        Lane.PEOPLE: singly(store.lanes, people),
        Lane.HOME: singly(store.lanes, home),
    }
    timers = Timers()

    def look(lane: Lane) -> None:
        if lane is not Lane.TIME:
            drain(store.lanes, lane, work[lane], _BATCH[lane], timers.give_way)
            return
        with timers.first():
            drain(store.lanes, lane, work[lane], _BATCH[lane])

    def shift(lane: Lane, on_duty: Callable[[], bool]) -> None:
        serve(store.lanes, lane, partial(look, lane), on_duty)

    return shift
