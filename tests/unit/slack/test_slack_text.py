"""Limits, escaping and cutting."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.seen import clean
from app.slack.blocks.kit import plain
from app.slack.blocks.text import cut, escaped, length


def test_what_fits_is_left_as_it_is():
    assert cut("a" * 150, 150, "below") == "a" * 150


def test_a_cut_says_how_much_is_missing_and_where_it_is():
    assert cut("a" * 1_000, 80, "in the request").endswith("a… (+957 characters, in the request)")


@given(st.text(min_size=70), st.integers(80, 300))
def test_a_cut_text_is_never_too_long_and_counts_what_it_left_out(text, most):
    short = cut(text, most, "below")
    assert length(short) <= most
    whole = clean(text)
    if short != whole:
        kept, _, rest = short.rpartition("… (+")
        assert whole.startswith(kept)
        assert rest == f"{len(whole) - len(kept):,} characters, below)"


def test_an_emoji_counts_as_two_for_who_knows_what_slack_counts():
    assert length("👍a") == 3


@pytest.mark.parametrize(
    "text", ["<!channel>", "<https://evil.example|Acme>", "<@U0EVE00001>", "&lt;"]
)
def test_escaped_text_holds_nothing_that_slack_acts_on(text):
    assert "<" not in escaped(text)
    assert ">" not in escaped(text)
    assert html.unescape(escaped(text)) == text


def test_what_is_not_seen_or_turns_the_direction_is_shown_by_its_code():
    assert clean("a\ud800b\x00c\td\r\ne\x85") == "a[U+D800]b[U+0000]c\td\ne[U+0085]"
    assert clean("USD\u202eabc") == "USD[U+202E]abc"
    assert clean("pay\u200bpal \u2066x\u3164") == "pay[U+200B]pal [U+2066]x[U+3164]"
    assert clean("pay\ufe0fpal a\ufe00 12\U000e0101 \u2065\u17b4\U000e0fff") == (
        "pay[U+FE0F]pal a[U+FE00] 12[U+E0101] [U+2065][U+17B4][U+E0FFF]"
    )
    assert clean("❤\ufe0f ‼\ufe0f") == "❤\ufe0f ‼\ufe0f"
    assert clean("naïve 東京 👍 שלום") == "naïve 東京 👍 שלום"


def test_plain_text_stays_plain():
    assert plain(":smile: *x*") == {
        "type": "plain_text",
        "text": ":smile: *x*",
        "emoji": False,
    }
