"""Reading Retry-After from whoever answers whatever."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.callbacks.retry_after import retry_after_s

NOW_S = 1_445_412_480  # Wed, 21 Oct 2015 07:28:00 GMT


def read(value: bytes) -> float | None:
    return retry_after_s(value.decode("latin-1"), NOW_S)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"0", 0.0),
        (b"120", 120.0),
        (b" 120 ", 120.0),
        (b"1.5", 1.5),
        (b"Wed, 21 Oct 2015 07:29:00 GMT", 60.0),
        (b"Wed, 21 Oct 2015 07:29:00 -0000", 60.0),
        (b"Wednesday, 21-Oct-15 07:29:00 GMT", 60.0),
        (b"Wed, 21 Oct 2015 07:00:00 GMT", 0.0),
    ],
)
def test_seconds_fractions_and_dates_are_understood(value, seconds):
    assert read(value) == seconds


def test_a_date_without_a_zone_is_not_read_in_the_zone_of_this_machine(monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert read(b"Wed, 21 Oct 2015 07:29:00 -0000") == 60.0
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"soon",
        b"-5",
        b"nan",
        b"inf",
        b"1e9",
        b"0x10",
        b"\xb2",
        b"9" * 400,
        b"Wed, 99 Oct 2015 07:29:00 GMT",
        b"Wed, 21 Oct 99999999 07:29:00 GMT",
        b"Wed, 21 Oct 2015",
    ],
)
def test_anything_else_is_ignored(value):
    assert read(value) is None


def test_no_header_is_no_wish():
    assert retry_after_s(None, NOW_S) is None


@given(st.from_regex(rb"[A-Za-z]{3,9}, [0-9A-Za-z: -]{18,32}", fullmatch=True) | st.binary())
def test_no_answer_of_a_receiver_breaks_the_reader(value):
    seconds = read(value)
    assert seconds is None or seconds >= 0
