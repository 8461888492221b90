"""Working hours: how long a duration takes when only open time counts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.hours import DAYS, in_words, known_zone, later, weekdays, windows
from policies.plan import Hours
from policies.sla_form import HoursForm, Sla

LONDON = Hours(zone="Europe/London", days=(0, 1, 2, 3, 4), open=((9 * 60, 18 * 60),))
NIGHT = Hours(zone="Europe/London", days=(6,), open=((0, 3 * 60),))
SPLIT = Hours(zone="Europe/London", days=(0,), open=((9 * 60, 12 * 60), (13 * 60, 17 * 60)))


def ms(text: str, zone: str = "Europe/London") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("start", "duration_s", "end"),
    [
        ("2026-11-25 10:00", 3600, "2026-11-25 11:00"),  # a Wednesday
        ("2026-11-25 17:30", 3600, "2026-11-26 09:30"),
        ("2026-11-25 18:00", 60, "2026-11-26 09:01"),
        ("2026-11-25 03:00", 60, "2026-11-25 09:01"),
        ("2026-11-27 17:00", 7200, "2026-11-30 10:00"),  # over a weekend
        ("2026-11-28 12:00", 60, "2026-11-30 09:01"),
        ("2026-11-25 09:00", 9 * 3600, "2026-11-25 18:00"),  # on the very end of a day
        ("2026-11-25 09:00", 24 * 3600, "2026-11-27 15:00"),
    ],
)
def test_only_open_time_counts(start: str, duration_s: int, end: str):
    assert later(ms(start), duration_s, LONDON) == ms(end)


def test_without_hours_time_is_always_open():
    assert later(1000, 60, None) == 61_000


def test_a_holiday_is_skipped():
    closed = LONDON.model_copy(update={"holidays": ("2026-12-25", "2026-12-28")})
    assert later(ms("2026-12-24 17:30"), 3600, closed) == ms("2026-12-29 09:30")


def test_a_break_at_noon_is_no_open_time():
    assert later(ms("2026-11-30 11:30"), 3600, SPLIT) == ms("2026-11-30 13:30")


def test_the_hour_that_daylight_saving_takes_away_is_not_counted():
    # On 2027-03-28 the clocks go from 01:00 to 02:00: midnight to three has two hours.
    assert later(ms("2027-03-28 00:00"), 2 * 3600, NIGHT) == ms("2027-03-28 03:00")


def test_the_hour_that_comes_twice_counts_twice():
    # On 2026-10-25 the clocks go from 02:00 back to 01:00: midnight to three has four hours.
    assert later(ms("2026-10-25 00:00"), 4 * 3600, NIGHT) == ms("2026-10-25 03:00")


def test_a_day_that_ends_at_midnight_ends_there():
    late = LONDON.model_copy(update={"open": ((22 * 60, 24 * 60),)})
    assert later(ms("2026-11-25 23:30"), 1800, late) == ms("2026-11-26 00:00")
    assert later(ms("2026-11-25 23:30"), 1860, late) == ms("2026-11-26 22:01")


def test_hours_that_never_add_up_are_an_error_and_not_endless():
    holidays = tuple(f"{year}-01-{day:02}" for year in range(2026, 2060) for day in range(1, 32))
    never = Hours(zone="UTC", days=(0,), open=((0, 1),), holidays=holidays)
    with pytest.raises(ValueError, match="never add up"):
        later(ms("2026-11-25 10:00", "UTC"), 90 * 86_400, never)


def test_whatever_an_sla_may_say_comes_to_its_end():
    """The fewest hours and the longest time that load together, and as many holidays."""
    mondays = [date(2027, 1, 4) + timedelta(weeks=week) for week in range(500)]
    form: dict[str, Any] = {"zone": "Europe/London", "days": "mon", "open": "00:00-20:47"}
    form["holidays"] = [day.isoformat() for day in mondays]
    hours = HoursForm.model_validate(form)
    sla = Sla.model_validate({"expire": "90d", "hours": hours})
    plan_hours = hours.planned
    assert later(ms("2027-01-01 00:00"), sla.expire_s, plan_hours) > ms("2038-01-01 00:00")
    form["open"] = "00:00-20:46"
    with pytest.raises(ValidationError, match="more than two years"):
        Sla.model_validate({"expire": "90d", "hours": HoursForm.model_validate(form)})


@given(
    st.integers(1_700_000_000_000, 2_000_000_000_000),
    st.integers(60, 10 * 86_400),
    st.integers(60, 10 * 86_400),
)
def test_two_durations_one_after_the_other_are_their_sum(start_ms: int, first: int, second: int):
    once = later(start_ms, first + second, LONDON)
    assert later(later(start_ms, first, LONDON), second, LONDON) == once
    assert once >= start_ms + (first + second) * 1000


@given(
    st.integers(1_700_000_000_000, 2_000_000_000_000),
    st.integers(60, 10 * 86_400),
    st.sets(st.dates(date(2023, 11, 1), date(2034, 1, 1)), max_size=500),
)
def test_whenever_it_ends_somebody_is_at_work(start_ms: int, duration: int, off: set[date]):
    hours = LONDON.model_copy(update={"holidays": tuple(map(str, sorted(off)))})
    end = datetime.fromtimestamp(later(start_ms, duration, hours) / 1000, ZoneInfo("Europe/London"))
    assert end.weekday() in hours.days
    assert end.date() not in off
    assert time(9) <= end.time() <= time(18)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("Mon, wed,fri", (0, 2, 4)),
        ("mon-thu, sat", (0, 1, 2, 3, 5)),
        ("sat-tue", (0, 1, 5, 6)),
        ("sun", (6,)),
        ("mon-sun", tuple(range(7))),
    ],
)
def test_days_are_written_as_people_write_them(text: str, days: tuple[int, ...]):
    assert weekdays(text) == days


@pytest.mark.parametrize("text", ["", "monday", "mon-", "-fri", "mon--fri", "0-4", "mon fri"])
def test_other_days_are_refused_with_an_example(text: str):
    with pytest.raises(ValueError, match="write mon-fri"):
        weekdays(text)


def test_windows_are_minutes_of_the_day_in_order():
    assert windows("13:30-18:00, 09:00-12:30") == ((540, 750), (810, 1080))
    assert windows("00:00-24:00") == ((0, 1440),)


@pytest.mark.parametrize("text", ["", "9-17", "18:00-09:00", "09:00-09:00", "09:00", "22:00-24:30"])
def test_other_windows_are_refused_with_an_example(text: str):
    with pytest.raises(ValueError, match="write 09:00-18:00"):
        windows(text)


def test_windows_that_overlap_are_refused():
    with pytest.raises(ValueError, match="overlaps"):
        windows("09:00-12:00, 11:00-13:00")


@pytest.mark.parametrize("zone", ["Europe/Londn", "", "../etc/passwd", "BST-ish", "\0"])
def test_an_unknown_zone_is_refused(zone: str):
    with pytest.raises(ValueError, match="is no time zone"):
        known_zone(zone)


def test_people_read_hours_in_words():
    assert in_words(LONDON) == "Mon, Tue, Wed, Thu, Fri 09:00-18:00 Europe/London"


def test_every_day_has_a_name():
    assert [weekdays(day) for day in DAYS] == [(number,) for number in range(7)]
