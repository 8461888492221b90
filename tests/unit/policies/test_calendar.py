"""Durations, written and read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.calendar import duration_s, in_words, written


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1_800), ("4h", 14_400), ("1d", 86_400), ("1d12h", 129_600)],
)
def test_a_duration_is_written_in_days_hours_minutes_and_seconds(text, seconds):
    assert duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "d", "1 d", "-1d", "1.5h", "1h1d", "1w", "١d", "1d\n"])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="write one such as 30m"):
        duration_s(text)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (60, "1 minute"),
        (86_400, "1 day"),
        (129_600, "1 day 12 hours"),
        (7_265, "2 hours 1 minute 5 seconds"),
        (0, "0 seconds"),
    ],
)
def test_people_read_a_duration_in_words(seconds, words):
    assert in_words(seconds) == words


@given(st.integers(0, 10**7))
def test_the_words_say_exactly_the_duration(seconds):
    as_written = re.sub(r"(\d+) (\w)\w*", r"\1\2", in_words(seconds)).replace(" ", "")
    assert duration_s(as_written) == seconds
    assert written(seconds) == as_written
