"""A policy names the calendars of its holidays; they are read beside its file, and nowhere else."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from policies.calendar_files import MAX_BYTES
from policies.loader import PolicyErrors, Problem, load_file, load_folder, load_text
from tests.calendars import calendar

POLICY = """\
policy: tried
review:
  reviewers: ["@a"]
  sla:
    hours: {zone: Europe/London, holidays: %s}
"""
XMAS = calendar("DTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY")
IN_2026 = date(2026, 11, 25)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "uk.ics").write_bytes(XMAS)
    (tmp_path / "ours.ics").write_bytes(calendar("DTSTART;VALUE=DATE:20261224"))
    return tmp_path


def write(folder: Path, holidays: str) -> Path:
    (folder / "tried.yaml").write_text(POLICY % holidays)
    return folder / "tried.yaml"


def holidays(folder: Path, written: str, today: date = IN_2026) -> tuple[str, ...]:
    hours = load_file(write(folder, written), today).plan.hours
    assert hours is not None
    return hours.holidays


def refused(folder: Path, written: str) -> Problem:
    with pytest.raises(PolicyErrors) as caught:
        load_file(write(folder, written), IN_2026)
    [problem] = caught.value.problems
    return problem


YEARS = tuple(f"{year}-12-25" for year in range(2026, 2031))


def test_a_calendar_becomes_dates_of_the_plan(folder):
    assert holidays(folder, "uk.ics") == YEARS
    hours = load_folder(folder, IN_2026)["tried"].plan.hours
    assert hours is not None
    assert hours.holidays == YEARS


def test_the_years_begin_with_the_one_in_which_it_is_loaded(folder):
    assert holidays(folder, "uk.ics", date(2030, 1, 1))[0] == "2030-12-25"


def test_calendars_and_dates_go_together_in_one_order_and_each_day_once(folder):
    mixed = "[ours.ics, 2026-01-01, uk.ics, 2026-12-25]"
    assert holidays(folder, mixed) == ("2026-01-01", "2026-12-24", *YEARS)


def test_a_single_date_needs_no_list(folder):
    assert holidays(folder, "2026-01-01") == ("2026-01-01",)


def test_a_calendar_can_lie_in_a_folder_below(folder):
    (folder / "below").mkdir()
    (folder / "below" / "uk.ICS").write_bytes(XMAS)
    assert holidays(folder, "below/uk.ICS") == YEARS


def test_a_link_within_the_folder_is_followed(folder):
    (folder / "now.ics").symlink_to("uk.ics")
    assert holidays(folder, "now.ics") == YEARS


def test_a_rule_can_have_hours_of_its_own(folder):
    own = "{sla: {hours: {zone: UTC, holidays: uk.ics}}}"
    rules = f"rules:\n  - {{id: a, then: review, because: x, review: {own}}}\n"
    file = write(folder, "[]")
    file.write_text(file.read_text() + rules)
    hours = load_file(file, IN_2026).plans["a"].hours
    assert hours is not None
    assert hours.holidays == YEARS


def test_the_hash_follows_the_calendars_and_not_the_year(folder):
    file = write(folder, "[uk.ics, ours.ics]")
    before = load_file(file, IN_2026).hash
    assert load_file(file, date(2027, 1, 1)).hash == before
    (folder / "ours.ics").write_bytes(calendar("DTSTART;VALUE=DATE:20261223"))
    assert load_file(file, IN_2026).hash != before


@pytest.mark.parametrize(
    ("written", "column", "message"),
    [
        ("none.ics", 44, "none.ics can't be used: there is no such file in the policy's folder"),
        ("/etc/passwd.ics", 44, "lies outside of the policy's folder"),
        ("../up.ics", 44, "lies outside of the policy's folder"),
        ("out.ics", 44, "lies outside of the policy's folder"),
        ("[2026-01-01, circle.ics]", 57, "circle.ics can't be used: "),
        ("pipe.ics", 44, "it is no regular file"),
        ("dir.ics", 44, "it is no regular file"),
        ("big.ics", 44, "it has more than 1,024 kB"),
        ("page.ics", 44, "page.ics can't be used: this is no iCalendar file"),
        ("odd.ics", 44, "odd.ics can't be used: its event Odd can't be used: "),
        ('"a\\0.ics"', 44, "this is no name of a file"),
        ("holidays.txt", 44, "is no date; write one such as 2026-12-25, or a calendar such as"),
        ("5", 44, "must be a list"),
        ("[5]", 45, "write text here, not a number"),
    ],
)
def test_what_can_not_be_used_is_told_at_its_place(folder, written, column, message):
    (folder / "out.ics").symlink_to("/etc/passwd")
    (folder / "circle.ics").symlink_to("circle.ics")
    os.mkfifo(folder / "pipe.ics")
    (folder / "dir.ics").mkdir()
    (folder / "big.ics").write_bytes(b"x" * (MAX_BYTES + 1))
    (folder / "page.ics").write_bytes(b"<html>")
    (folder / "odd.ics").write_bytes(calendar("SUMMARY:Odd"))
    (folder.parent / "up.ics").write_bytes(XMAS)
    problem = refused(folder, written)
    assert (problem.line, problem.column) == (5, column)
    assert message in problem.message


def test_all_of_them_together_are_at_most_500_days(folder):
    days = [date.fromordinal(date(2024, 1, 1).toordinal() + n).isoformat() for n in range(496)]
    problem = refused(folder, f"[uk.ics, {', '.join(days)}]")
    assert "these are 501 days off; write at most 500" in problem.message


def test_in_an_unknown_zone_only_the_zone_is_told(folder):
    file = write(folder, "uk.ics")
    file.write_text(file.read_text().replace("London", "Londn"))
    with pytest.raises(PolicyErrors) as caught:
        load_file(file, IN_2026)
    assert ["is no time zone" in one.message for one in caught.value.problems] == [True]


def test_a_text_in_no_folder_can_name_no_calendar():
    with pytest.raises(PolicyErrors) as caught:
        load_text((POLICY % "uk.ics").encode(), "draft")
    [problem] = caught.value.problems
    assert (problem.line, problem.column) == (5, 44)
    assert "this one is in no folder; write the dates here" in problem.message
