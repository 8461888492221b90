"""What the admins hear of a trouble: when it begins, hourly while it lasts, and when it is over."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.due import Lane
from app.domain.episodes import AGAIN_MS, Episode, Trouble, heard
from app.domain.findings import Kind
from tests.builders import NOW

LOOK_MS = 15_000
OVERDUE = Trouble(Kind.OVERDUE, Lane.SLACK, 3, ("req_1", "req_2", "req_3"))
LOST = Trouble(Kind.LOST_DUE, Lane.TIME, 2, ("req_1", "req_2"))


def told(looks: Sequence[Sequence[Trouble]], every_ms: int = LOOK_MS) -> list[list[str]]:
    """What is said after each of these looks."""
    episodes: dict[str, Episode] = {}
    said = []
    for number, troubles in enumerate(looks):
        alarms, episodes = heard(episodes, troubles, NOW + number * every_ms)
        said.append([alarm.text for alarm in alarms])
    return said


def test_what_lasts_is_said_when_it_begins_and_when_it_is_over():
    said = told([[OVERDUE], [OVERDUE], [OVERDUE], *[[]] * 10])
    words = [line for look in said for line in look]
    assert words == [
        "Requests overdue by more than two minutes (lane slack): 3 (req_1, req_2, req_3).",
        "Over: Requests overdue by more than two minutes (lane slack).",
    ]
    assert said[0] == words[:1]
    assert said[3] == [], "not as soon as one look misses it"


def test_what_comes_and_goes_is_not_said_each_time():
    assert sum(map(len, told([[OVERDUE], []] * 50))) == 1


def test_what_lasts_is_said_again_every_hour():
    said = told([[OVERDUE]] * (1 + 2 * AGAIN_MS // LOOK_MS))
    words = [line for look in said for line in look]
    assert len(words) == 3
    assert words[1].startswith("Still, since 2026-09-21T14:13:20.000Z: Requests overdue ")


def test_what_is_repaired_is_said_once_and_what_follows_is_summed_up_hourly():
    quiet: list[list[Trouble]] = [[]] * (AGAIN_MS // LOOK_MS)
    said = told([[LOST], [LOST], [LOST], *quiet, *quiet, [LOST]])
    words = [line for look in said for line in look]
    label = "Requests that had lost their place among what is due (lane time)"
    assert words == [
        f"{label}: 2 (req_1, req_2). Repaired.",
        f"{label}: 4 more since 2026-09-21T14:13:20.000Z. Repaired.",
        f"{label}: 2 (req_1, req_2). Repaired.",
    ]


def test_each_lane_and_each_kind_is_a_trouble_of_its_own():
    other = Trouble(Kind.OVERDUE, Lane.TIME, 1)
    assert [len(look) for look in told([[OVERDUE], [OVERDUE, other], [LOST]])] == [1, 1, 1]


def test_of_many_requests_a_few_are_named():
    many = Trouble(Kind.UNREADABLE, None, 700, tuple(f"req_{n}" for n in range(700)))
    alarms, _ = heard({}, [many], NOW)
    assert alarms[0].text == (
        "Requests that can't be read: 700 (for example req_0, req_1, req_2, req_3, req_4)."
    )
    assert len(alarms[0].ids) == 5
