"""Limits, escaping and cutting."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.slack.blocks.text import clean, cut, escaped, length, plain


def test_what_fits_is_left_as_it_is():
    assert cut("a" * 150, 150, "below") == "a" * 150


def test_a_cut_says_how_much_is_missing_and_where_it_is():
    assert cut("a" * 1_000, 80, "in the request").endswith("a… (+957 characters, in the request)")


@given(st.text(min_size=70), st.integers(80, 300))
def test_a_cut_text_is_never_too_long_and_counts_what_it_left_out(text, most):
    short = cut(text, most, "below")
    assert length(short) <= most
    if short != text:
        kept, _, rest = short.rpartition("… (+")
        assert text.startswith(kept)
        assert rest == f"{len(text) - len(kept):,} characters, below)"


def test_an_emoji_counts_as_two_for_who_knows_what_slack_counts():
    assert length("👍a") == 3


@pytest.mark.parametrize(
    "text", ["<!channel>", "<https://evil.example|Acme>", "<@U0EVE00001>", "&lt;"]
)
def test_escaped_text_holds_nothing_that_slack_acts_on(text):
    assert "<" not in escaped(text)
    assert ">" not in escaped(text)
    assert html.unescape(escaped(text)) == text


def test_half_a_surrogate_pair_and_control_characters_are_marked_as_unreadable():
    assert clean("a\ud800b\x00c\td\r\ne\x85") == "a\ufffdb\ufffdc\td\ne\ufffd"


def test_plain_text_stays_plain():
    assert plain(":smile: *x*").to_dict() == {
        "type": "plain_text",
        "text": ":smile: *x*",
        "emoji": False,
    }
