"""The schedule of a callback that fails."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.retry import WAITS_S, next_attempt_ms

NOW = 1_763_640_000_000
DAY_MS = 24 * 3600 * 1000


def wait_s(failures, retry_after_s=None, jitter=0.0):
    at = next_attempt_ms(failures, NOW, retry_after_s, jitter)
    return None if at is None else (at - NOW) / 1000


def test_two_quick_retries_come_before_the_schedule_of_standard_webhooks():
    assert [wait_s(failures) for failures in range(1, 11)] == [
        1, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]  # fmt: skip


def test_it_is_given_up_after_the_tenth_retry():
    assert wait_s(11) is None
    assert wait_s(11, retry_after_s=5.0) is None


def test_a_receiver_that_is_down_over_a_weekend_still_gets_its_callback():
    assert max(accumulate(WAITS_S)) > 3 * 24 * 3600


def test_jitter_only_ever_lengthens_a_wait_and_by_less_than_a_fifth():
    assert wait_s(3, jitter=0.5) == pytest.approx(330)
    assert 300 < wait_s(3, jitter=0.999) < 360


def test_retry_after_puts_the_next_attempt_off():
    assert wait_s(1, retry_after_s=90.0) == 90


def test_retry_after_never_brings_it_forward():
    assert wait_s(4, retry_after_s=2.0) == 1_800


def test_a_fraction_of_a_millisecond_is_rounded_up():
    assert wait_s(1, retry_after_s=1.5001) == 1.501


def test_retry_after_counts_up_to_a_day():
    assert wait_s(1, retry_after_s=1e9) == 24 * 3600


@given(st.integers(1, 10), st.floats(0, 1e12), st.floats(0, 1, exclude_max=True))
def test_an_attempt_is_never_early_and_never_more_than_a_day_and_a_fifth_away(
    failures, retry_after_s, jitter
):
    at = next_attempt_ms(failures, NOW, retry_after_s, jitter)
    earliest_s = max(WAITS_S[failures - 1], min(retry_after_s, 24 * 3600))
    assert at is not None
    assert NOW + earliest_s * 1000 <= at <= NOW + 1.2 * DAY_MS
