"""The plans of the simulated week: working hours in two zones, holidays, nights and weekends."""

from __future__ import annotations

from datetime import UTC, datetime

from policies.plan import Escalation, Hours, Outcome, ReviewPlan, Stage
from tests.builders import plan

WEEKDAYS, WEEKEND, DAILY = (0, 1, 2, 3, 4), (5, 6), (0, 1, 2, 3, 4, 5, 6)
LONDON, NEW_YORK = "Europe/London", "America/New_York"

H = 3_600

HOURS = {
    "around the clock": None,
    "London": Hours(zone=LONDON, days=WEEKDAYS, open=((540, 1050),), holidays=("2026-10-22",)),
    "New York": Hours(
        zone=NEW_YORK, days=WEEKDAYS, open=((480, 720), (780, 1080)), holidays=("2026-10-26",)
    ),
    # Open while London's clocks go back, at 02:00 on 25 October, and an hour longer that night.
    "London by night": Hours(zone=LONDON, days=DAILY, open=((0, 360), (1320, 1440))),
    "London at the weekend": Hours(zone=LONDON, days=WEEKEND, open=((0, 1440),)),
}

SLAS = {
    "around the clock": ((H // 2, 2 * H, 8 * H), (4 * H, 12 * H), 24 * H),
    "London": ((H, 4 * H, 10 * H), (6 * H, 12 * H), 20 * H),
    "New York": ((H // 2, 3 * H, 9 * H), (5 * H, 14 * H), 18 * H),
    "London by night": ((H // 4, 3 * H, 9 * H), (2 * H, 8 * H), 14 * H),
    "London at the weekend": ((2 * H, 6 * H, 26 * H), (4 * H, 24 * H), 30 * H),
}
"""Reminders, escalations and expiry, in seconds of open time."""


def october(day: int, hour: int = 0) -> int:
    """An instant (ms) of October 2026, UTC."""
    return int(datetime(2026, 10, day, hour, tzinfo=UTC).timestamp() * 1000)


def plan_of(hours: str, team: tuple[str, ...], quorum: int) -> ReviewPlan:
    """Three of a team review, two more are asked at each of two escalations."""
    remind_s, after_s, expire_s = SLAS[hours]
    steps = zip(after_s, (team[3:5], team[5:7]), strict=True)
    return plan(
        stages=(Stage(reviewers=team[:3], quorum=quorum),),
        outcomes=(Outcome.APPROVE, Outcome.REJECT),
        remind_s=remind_s,
        escalations=tuple(Escalation(after_s=after, ask=ask) for after, ask in steps),
        expire_s=expire_s,
        hours=HOURS[hours],
    )
