"""What `make bench` makes of what it measured."""

from __future__ import annotations

import json

import pytest

from bench.report import Report
from bench.results import Results, percentile

FACTS = {"date": "2026-12-01", "Python": "3.12.1"}


@pytest.fixture
def results():
    results = Results()
    results.add("bare Redis", "a second", [11_000, 9_000, 10_000])
    results.add("trips", "a second", [500, 490, 400], floor="bare Redis", aim="more than 480")
    results.add("an empty route", "ms", [0.5])
    results.add("click to ack", "ms", [2, 3, 4], floor="an empty route", aim="at most 2.5")
    return results


def rows(results: Results) -> list[list[str]]:
    lines = Report(results, FACTS).printed().splitlines()[1:-2]
    return [[cell.strip() for cell in line.split("  ") if cell] for line in lines]


def test_a_row_has_the_median_of_its_rounds_and_the_extremes(results):
    assert rows(results)[0] == ["bare Redis", "a second", "10,000", "9,000", "11,000"]


def test_a_ratio_says_how_many_times_as_long_it_takes_of_rates_and_of_times_alike(results):
    assert "20.4" in rows(results)[1]
    assert "6.0" in rows(results)[3]


def test_an_aim_is_met_or_not_by_the_median(results):
    assert rows(results)[1][-2:] == ["more than 480", "yes"]
    assert rows(results)[3][-2:] == ["at most 2.5", "no"]


def test_a_floor_that_was_not_measured_in_this_run_gives_no_ratio():
    results = Results()
    results.add("trips", "a second", [500], floor="bare Redis")
    assert rows(results)[0] == ["trips", "a second", "500", "500", "500"]


def test_the_page_has_the_table_between_its_marks_however_often_it_is_written(results, tmp_path):
    page = tmp_path / "speed.md"
    marks = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
    page.write_text("before\n{}\nold\n{}\nafter\n".format(*marks))
    for _ in range(2):
        Report(results, FACTS).write(tmp_path, page)
    before, table, after = page.read_text().replace(marks[1], marks[0]).split(marks[0])
    assert (before, after) == ("before\n", "\nafter\n")
    assert table.strip() == (tmp_path / "latest.md").read_text().strip()
    assert "| trips | a second | 490 | 400 | 500 | 20.4 | more than 480 | yes |" in table
    assert "old" not in table


def test_every_value_is_kept_beside_what_it_was_measured_on(results, tmp_path):
    page = tmp_path / "speed.md"
    page.write_text("")
    Report(results, FACTS).write(tmp_path, page)
    told = json.loads((tmp_path / "latest.json").read_text())
    assert told["facts"] == FACTS
    assert told["figures"][1]["values"] == [500, 490, 400]


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 50), (0.99, 99), (1, 100)])
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(share, value):
    assert percentile(range(1, 101), share) == value
