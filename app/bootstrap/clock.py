"""What a clock does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..audit.announcing import Announcer
from ..auditor import Auditor
from ..settings import Settings
from ..slack.operators import SlackAdmins, SlackCheckpoints
from ..store.lanes import RedisLanes
from .record import keeping_of
from .shared import slack_api
from .store import build_store


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
