"""What a worker does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..claims import BatchWork, Timers, drain, serve, singly
from ..domain.due import Lane
from ..home_lane import HomeLane
from ..lanes import CallbackLane, TimeLane
from ..people_lane import PeopleLane
from ..settings import Settings
from ..slack.directory import SlackDirectory
from ..slack.gateway import SlackCards
from ..slack.home_tabs import SlackHomeTabs
from ..slack_lane import SlackLane
from ..staffing import Staffing
from .shared import callbacks_of, looking_of, slack_api
from .store import build_store

_BATCH = {Lane.TIME: 100, Lane.SLACK: 1, Lane.CALLBACK: 1, Lane.PEOPLE: 1, Lane.HOME: 1}
"""Requests claimed at a time: one where a single one can take 20 s."""


def build_shifts(settings: Settings) -> Callable[[Lane, Callable[[], bool]], None]:
    """What a worker does in a lane for as long as it is on duty there."""
    store = build_store(settings)
    api = slack_api(settings, store)
    cards = SlackCards(api, store.pace, store.near)
    directory = SlackDirectory(api, store.near)
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
