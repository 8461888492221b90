"""What a reader would not see is marked, once, and what people really write is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.seen import clean, is_plain
from tests.corpus.hostile import HOSTILE


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("p\u0430ypal", "p\u0430ypal [mixed letters: U+0430]"),
        ("1\u06600", "1\u06600 [mixed digits: U+0660]"),
        ("\u0410\u0421", "\u0410\u0421 [lookalike letters: U+0410 U+0421]"),
        ("a" + " " * 30 + "b", "a [30 spaces] b"),
        ("a\n\n\n\n\nb", "a\n[4 empty lines]\nb"),
        ("=" * 60, "[60 times =]"),
        ("e" + "\u0301" * 20, "e[20 marks: U+0301]"),
        ("\u0338x", "[U+0338]x"),
        ("a" + "\u200b" * 5, "a[5 times U+200B]"),
    ],
)
def test_a_mark_says_what_stands_there_and_how_many(text, seen):
    assert clean(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "T\u30b7\u30e3\u30c4 \u6771\u4eac\u30bf\u30ef\u30fc",
        "\u041f\u0440\u0438\u0432\u0435\u0442, \u043e\u043d\u0430 \u0430 5 \u043a\u0433",
        "\u05e9\u05dc\u05d5\u05dd na\u00efve Vi\u1ec7t Nam \u20ac5 m\u00b2 \u2764\ufe0f",
        '{\n      "a": [1, 2],\n      "b": "\\n\u0628"\n}',
        "0" * 100,
    ],
)
def test_what_people_write_is_left_alone(text):
    assert is_plain(text)


@given(st.text(alphabet="a1 -=\\n[:", max_size=60))
def test_plain_ascii_is_marked_as_it_is_beside_other_letters(text):
    assert clean(f"{text}aé") == f"{clean(f'{text}a')}é"


@given(st.text() | st.sampled_from(sorted(HOSTILE.values(), key=len)[:-4]))
def test_marking_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)
