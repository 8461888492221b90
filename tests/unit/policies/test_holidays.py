"""The days off that calendars hold, as those calendars are written in the wild."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.holidays import MAX_REPEATING, SPAN_YEARS, days_off
from tests.calendars import calendar


def found(*events: str, zone: str = "Europe/London", first_year: int = 2026) -> list[str]:
    return list(days_off(calendar(*events), zone, first_year))


def read_or_refused(raw: bytes) -> bool:
    """Any other error than a ValueError with words would pass through."""
    try:
        return all(date.fromisoformat(day).year >= 2026 for day in days_off(raw, "UTC", 2026))
    except ValueError as error:
        return str(error) != ""


XMAS = "SUMMARY:Christmas\nDTSTART;VALUE=DATE:20201225\nDTEND;VALUE=DATE:20201227\n"


def test_an_all_day_event_is_its_days_without_the_one_on_which_it_ends():
    assert found("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227") == [
        "2026-12-25",
        "2026-12-26",
    ]


def test_without_an_end_it_is_one_day_and_a_duration_will_do():
    assert found("DTSTART;VALUE=DATE:20260101") == ["2026-01-01"]
    assert found("DTSTART;VALUE=DATE:20260101\nDURATION:P2D") == ["2026-01-01", "2026-01-02"]


def test_days_before_this_year_and_after_the_span_do_not_count():
    days = ["20251231", "20260101", "20301231", "20310101"]
    assert found(*(f"DTSTART;VALUE=DATE:{day}" for day in days)) == ["2026-01-01", "2030-12-31"]


def test_an_event_that_runs_into_the_span_counts_from_there():
    assert found("DTSTART;VALUE=DATE:20251224\nDTEND;VALUE=DATE:20260103") == [
        "2026-01-01",
        "2026-01-02",
    ]


def test_what_comes_every_year_comes_in_each_year_of_the_span():
    assert found(f"{XMAS}RRULE:FREQ=YEARLY") == [
        f"{year}-12-{day}" for year in range(2026, 2031) for day in (25, 26)
    ]


def test_it_ends_with_its_rule():
    assert found(f"{XMAS}RRULE:FREQ=YEARLY;UNTIL=20271225")[-1] == "2027-12-26"
    assert found(f"{XMAS}RRULE:FREQ=YEARLY;COUNT=7")[-1] == "2026-12-26"


def test_a_day_of_the_week_in_a_month_is_found():
    may_day = "DTSTART;VALUE=DATE:20200504\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=1MO"
    assert found(may_day)[:2] == ["2026-05-04", "2027-05-03"]


def test_days_that_are_taken_out_or_added_are():
    assert found(
        f"{XMAS}RRULE:FREQ=YEARLY;UNTIL=20281225\nEXDATE;VALUE=DATE:20271225\n"
        "RDATE;VALUE=DATE:20260601"
    ) == ["2026-06-01", "2026-06-02", "2026-12-25", "2026-12-26", "2028-12-25", "2028-12-26"]


def test_a_moved_occurrence_stands_in_place_of_its_own():
    assert found(
        f"UID:x\n{XMAS}RRULE:FREQ=YEARLY;UNTIL=20271225",
        "UID:x\nRECURRENCE-ID;VALUE=DATE:20261225\nDTSTART;VALUE=DATE:20261228",
    ) == ["2026-12-28", "2027-12-25", "2027-12-26"]


def test_what_is_cancelled_is_no_day_off_alone_or_in_a_series():
    assert found("DTSTART;VALUE=DATE:20260101\nSTATUS:CANCELLED") == []
    assert found(
        f"UID:x\n{XMAS}RRULE:FREQ=YEARLY;UNTIL=20271225",
        "UID:x\nRECURRENCE-ID;VALUE=DATE:20261225\nDTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED",
    ) == ["2027-12-25", "2027-12-26"]


def test_public_holidays_that_are_marked_as_free_time_count():
    assert found("DTSTART;VALUE=DATE:20260101\nTRANSP:TRANSPARENT\nCLASS:PUBLIC") == ["2026-01-01"]


def test_an_event_with_times_counts_for_the_days_that_it_covers_whole():
    lunch = "DTSTART;TZID=Europe/London:20261224T120000\nDTEND;TZID=Europe/London:20261224T140000"
    assert found(lunch) == []
    retreat = "DTSTART;TZID=Europe/London:20260309T120000\nDTEND;TZID=Europe/London:20260312T093000"
    assert found(retreat) == ["2026-03-10", "2026-03-11"]
    floating = "DTSTART:20260309T000000\nDTEND:20260310T000000"
    assert found(floating, zone="Asia/Tokyo") == ["2026-03-09"]


def test_midnight_as_outlook_and_exchange_write_it_is_midnight():
    outlook = (
        "DTSTART;TZID=W. Europe Standard Time:20261225T000000\n"
        "DTEND;TZID=W. Europe Standard Time:20261226T000000\n"
        "RRULE:FREQ=YEARLY;UNTIL=20271224T230000Z"
    )
    assert found(outlook, zone="Europe/Berlin") == ["2026-12-25", "2027-12-25"]
    exchange = "DTSTART:20261224T230000Z\nDTEND:20261225T230000Z"
    assert found(exchange, zone="Europe/Berlin") == ["2026-12-25"]
    assert found(exchange, zone="Europe/London") == []


def test_a_day_that_daylight_saving_cuts_short_is_covered_by_its_midnights():
    spring = "DTSTART;TZID=Europe/London:20260329T000000\nDTEND;TZID=Europe/London:20260330T000000"
    assert found(spring) == ["2026-03-29"]


def test_an_excluded_instant_is_taken_for_its_day_by_the_clock_of_the_event():
    weekly = (
        "DTSTART;TZID=Europe/Berlin:20260202T000000\nDTEND;TZID=Europe/Berlin:20260203T000000\n"
        "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20260208T230000Z"
    )
    assert found(weekly, zone="Europe/Berlin") == ["2026-02-02", "2026-02-16"]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("SUMMARY:Odd\nDTSTART:soon", "its event Odd can't be used: its DTSTART can't be read"),
        ("SUMMARY:Odd", "its event Odd can't be used: "),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=NEVER", "its RRULE can't be read"),
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=HOURLY", "it repeats within a day"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYHOUR=1,2", "YEARLY can't have BYHOUR"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;BYMONTH=2", "DAILY can't have BYMONTH"),
        ("DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY;COUNT=9", "it repeats since before 1900"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;INTERVAL=0", "INTERVAL below 1"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYDAY=9XX", "can't be used"),
        (
            "DTSTART;VALUE=DATE:20260101\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260101",
            "it changes all that follow",
        ),
        (
            "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY",
            "it has more than 500 days off from 2026 to 2030",
        ),
    ],
)
def test_what_can_not_be_used_is_named(event, message):
    with pytest.raises(ValueError, match=message):
        found(event)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "there is no event in it"),
        (b"<html>Sign in</html>", "this is no iCalendar file"),
        (b"\xff\xfe\x00", "this is no iCalendar file"),
        (calendar("DTSTART;VALUE=DATE:20260101")[:-20], "there is no event in it, or it was cut"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "there is no event in it"),
    ],
)
def test_what_is_no_calendar_says_so(raw, message):
    with pytest.raises(ValueError, match=message):
        days_off(raw, "UTC", 2026)


def test_more_repeating_events_than_anybody_keeps_are_refused():
    with pytest.raises(ValueError, match="of its events repeat"):
        found(*[f"{XMAS}RRULE:FREQ=YEARLY"] * (MAX_REPEATING + 1))


@given(
    start=st.dates(date(1990, 1, 1), date(2032, 1, 1)),
    length=st.integers(1, 5),
    every=st.integers(1, 60),
    without=st.sets(st.integers(0, 40), max_size=3),
    zone=st.sampled_from(["UTC", "America/St_Johns", "Pacific/Auckland"]),
)
def test_days_that_repeat_are_those_that_can_be_counted(start, length, every, without, zone):
    ends = start + timedelta(days=length)
    event = (
        f"DTSTART;VALUE=DATE:{start:%Y%m%d}\nDTEND;VALUE=DATE:{ends:%Y%m%d}\n"
        f"RRULE:FREQ=DAILY;INTERVAL={every * 7};COUNT=40"
    )
    begins = [start + timedelta(days=7 * every * number) for number in range(40)]
    event += "".join(f"\nEXDATE;VALUE=DATE:{begins[n]:%Y%m%d}" for n in without if n < 40)
    kept = [begin for number, begin in enumerate(begins) if number not in without]
    days = {begin + timedelta(days=more) for begin in kept for more in range(length)}
    in_span = {day for day in days if 2026 <= day.year < 2026 + SPAN_YEARS}
    assert found(event, zone=zone) == sorted(map(str, in_span))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_a_file_holds_it_is_read_or_refused(raw):
    for whole in (raw, calendar("DTSTART;VALUE=DATE:20260101").replace(b"PRODID", raw[:50])):
        assert read_or_refused(whole)


@given(
    st.sampled_from(["DTSTART", "DTEND", "RRULE", "RDATE", "EXDATE", "DURATION", "RECURRENCE-ID"]),
    st.sampled_from(["", ";VALUE=DATE", ";TZID=Mars/Base", ";VALUE=PERIOD"]),
    st.text("0123456789TZ-/PD,;=FREQYEARLYWKMONCOUNTINTERVALBYMONTHDAY", max_size=40)
    | st.sampled_from(["00010101", "99991231", "99991231T235959Z", "FREQ=YEARLY;COUNT=3"]),
)
def test_whatever_stands_in_an_event_it_is_read_or_refused(name, parameter, value):
    assert read_or_refused(calendar(f"DTSTART;VALUE=DATE:20261225\n{name}{parameter}:{value}"))
