"""Strict JSON: what two readers could understand in two ways is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.http.errors import InvalidJson, NumberTooLarge
from app.http.strict_json import DEEPEST, LARGEST_INTEGER, parse, size

TEXT = st.text(st.characters(codec="utf-8"))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.floats(-(2.0**53) + 1, 2.0**53 - 1)
    | TEXT
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20
)


@given(VALUES)
def test_what_is_json_comes_through_as_it_is(value: Any):
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary())
def test_any_bytes_are_a_value_or_a_refusal(body: bytes):
    with suppress(InvalidJson, NumberTooLarge):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}{}",
        b"nope",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"{} \x00",
        b'"\n"',
        b"{'a': 1}",
        b'{"a": 1,}',
        b"// no\n{}",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b'{"a": 1, "a": 2}',
        b'{"a": 1, "\\u0061": 2}',
        b'{"x": [{"a": null, "b": 1, "a": null}]}',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'{"\\udfff": 1}',
        b"01",
        b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
        b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_not_strict_json_is_refused(body: bytes):
    with pytest.raises(InvalidJson) as refused:
        parse(body)
    assert refused.value.advice


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"9007199254740992", ""),
        (b"-9007199254740992", ""),
        (b'{"payload": {"amount": 9007199254740993}}', "payload.amount"),
        (b'{"payload": {"lines": [1, {"id": 12345678901234567890}]}}', "payload.lines[1].id"),
        (b'{"a": 1e999}', "a"),
        (b"[9007199254740993.0]", "[0]"),
        (b"[-1e999]", "[0]"),
        (b"1" * 100_000, ""),
    ],
    ids=lambda given: repr(given[:30]),
)
def test_a_number_that_json_can_not_carry_is_refused_with_its_place(body: bytes, field: str):
    with pytest.raises(NumberTooLarge) as refused:
        parse(body)
    assert [where for where, _ in refused.value.problems] == [field]
    assert "string" in str(refused.value.advice)


def test_the_largest_exact_numbers_and_the_deepest_nesting_come_through():
    assert parse(b"9007199254740991") == LARGEST_INTEGER
    assert parse(b"-9007199254740991") == -LARGEST_INTEGER
    assert parse(b"[" * DEEPEST + b"]" * DEEPEST)
    assert parse(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


def test_the_error_names_a_key_that_is_there_twice():
    with pytest.raises(InvalidJson, match='"amount" is there twice'):
        parse(b'{"amount": 10, "amount": 10000}')


def test_an_error_quotes_no_more_than_a_little_of_a_hostile_key():
    key = b"k" * 300_000
    with pytest.raises(InvalidJson) as twice:
        parse(b'{"' + key + b'": 1, "' + key + b'": 2}')
    with pytest.raises(NumberTooLarge) as large:
        parse(b'{"' + key + b'": 9007199254740992}')
    assert len(twice.value.message) < 300
    assert len(large.value.problems[0][0]) <= 100


def test_the_size_of_a_value_is_that_of_its_compact_form():
    assert size({"a": [1, "é"]}) == len('{"a":[1,"é"]}'.encode())
