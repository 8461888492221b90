"""What is filled in comes out as values of the policy's types, each complaint beside its input."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InputsRefused
from app.slack import form_ids, typed
from app.slack.blocks import inputs
from app.slack.submission import Values
from policies.schema import Input
from tests.unit.slack.filling import filled_in, kept

TEXT = Input(type="string")
NUMBER = Input(type="number")
WHOLE = Input(type="integer")
YES_OR_NO = Input(type="boolean")
TIER = Input(type="string", enum=("standard", "enterprise"))
LINES = Input(type="list")
OBJECT = Input(type="object")

plain = st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=300)
line = plain.filter(lambda text: "\n" not in text and text.strip())
exact = st.floats(-(2.0**53), 2.0**53, allow_nan=False).filter(lambda one: inputs.fits(NUMBER, one))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def asked(draw: Any) -> tuple[Input, Any]:
    """An input, and a value that fits it."""
    choices = draw(st.lists(plain, min_size=1, max_size=100, unique=True))
    numbers = draw(st.lists(st.integers(-9, 9) | exact, min_size=1, max_size=9, unique=True))
    return draw(
        st.one_of(
            plain.map(lambda value: (TEXT, value)),
            st.dates().map(lambda day: (Input(type="string", format="date"), day.isoformat())),
            st.just((Input(type="string", format="url"), "https://example.com/a?b=c")),
            exact.map(lambda value: (NUMBER, value)),
            st.integers(-(2**53), 2**53).map(lambda value: (WHOLE, value)),
            st.booleans().map(lambda value: (YES_OR_NO, value)),
            st.sampled_from(choices).map(
                lambda value: (Input(type="string", enum=tuple(choices)), value)
            ),
            st.sampled_from(numbers).map(
                lambda value: (Input(type="number", enum=tuple(numbers)), value)
            ),
            st.lists(line, min_size=1, max_size=9).map(lambda value: (LINES, value)),
            st.dictionaries(plain, json_values, max_size=4).map(lambda value: (OBJECT, value)),
        )
    )


@settings(max_examples=40)
@given(st.lists(asked(), min_size=1, max_size=8))
def test_what_stands_in_a_form_is_the_payload_that_it_was_made_from(fields):
    declared = {f"field_{place}": one for place, (one, _) in enumerate(fields)}
    payload = {f"field_{place}": value for place, (_, value) in enumerate(fields)}
    values = kept(inputs.drawn(declared, payload))
    found = typed.payload_of(declared, values)
    assert found == payload
    assert [type(found[name]) is bool for name in found] == [
        type(value) is bool for value in payload.values()
    ]
    assert typed.edited(declared, payload, values) == {}


@settings(max_examples=40)
@given(st.lists(asked(), min_size=1, max_size=8))
def test_what_is_left_empty_is_not_in_the_payload(fields):
    declared = {f"field_{place}": one for place, (one, _) in enumerate(fields)}
    assert typed.payload_of(declared, kept(inputs.drawn(declared, {}))) == {}


@pytest.mark.parametrize(
    ("declared", "text", "value"),
    [
        (NUMBER, "0.1", 0.1),
        (NUMBER, "5", 5),
        (NUMBER, " -2.50 ", -2.5),
        (NUMBER, "1e3", 1000.0),
        (WHOLE, "20", 20),
        (WHOLE, "20.0", 20),
        (WHOLE, "2.5", 2.5),  # which the judge refuses, with its own words
        (LINES, "a\n\n  b\r\nc\n", ["a", "  b", "c"]),
        (OBJECT, '{"a": [1, 0.5]}', {"a": [1, 0.5]}),
        (TEXT, " two\r\nlines ", " two\nlines "),
    ],
)
def test_text_becomes_a_value_of_the_inputs_type(declared, text, value):
    [found] = typed.payload_of({"it": declared}, filled_in({"it": declared}, it=text)).values()
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("declared", "text", "complaint"),
    [
        (NUMBER, "a lot", "Must be a number."),
        (NUMBER, "٣", "Must be a number."),
        (NUMBER, "NaN", "Must be a number."),
        (NUMBER, "1e999", "Must be a finite number."),
        (WHOLE, "1" * 300, "Must lie within ±9,007,199,254,740,992"),
        (OBJECT, "{", "Is not JSON: line 1, column 2 can't be read."),
        (OBJECT, "[1]", "Must be an object"),
        (OBJECT, '{"a": 1, "a": 2}', "Has a key that is there twice."),
        (OBJECT, '{"a": NaN}', "Holds a number that JSON does not have."),
        (OBJECT, '{"a": 1e999}', "Must be a finite number."),
        (OBJECT, '{"a": "\\ud800"}', "Holds text that is not valid Unicode."),
        (OBJECT, '{"a":' + "[" * 40 + "]" * 40 + "}", "Is nested more than 32 levels deep."),
        (OBJECT, '{"a":' + "[" * 1_400 + "]" * 1_400 + "}", "Is nested"),
    ],
)
def test_what_is_no_such_value_is_said_beside_the_input(declared, text, complaint):
    values = filled_in({"it": declared}, it=text)
    with pytest.raises(InputsRefused) as caught:
        typed.payload_of({"it": declared}, values)
    [(block, words)] = typed.beside(caught.value, values, "elsewhere").items()
    assert block == form_ids.input_block("it")
    assert words.startswith(complaint)


def test_every_complaint_stands_beside_its_own_input_and_the_rest_where_there_is_one():
    values = filled_in({"amount": NUMBER, "tier": TEXT}, amount="1", tier="x")
    refused = InputsRefused(
        (
            ("payload.amount", "must be at most 5, not 9"),
            ("payload.reason", "is required"),
            ("payload.amount", "must be round"),
            ("signals.confidence", "must be a number, not text"),
        )
    )
    assert typed.beside(refused, values, "title") == {
        form_ids.input_block("amount"): "Must be at most 5, not 9. Must be round.",
        "title": "payload.reason is required. signals.confidence must be a number, not text.",
    }


def test_a_choice_that_the_policy_no_longer_has_is_not_taken_for_another():
    old = Input(type="string", enum=("gold", "silver"))
    values = filled_in({"tier": old}, tier="gold")
    with pytest.raises(InputsRefused) as caught:
        typed.payload_of({"tier": TIER}, values)
    assert "not to be chosen any more" in str(caught.value.problems)


def test_a_choice_can_be_left_out_again():
    declared = {"tier": Input(type="string", enum=("a", "b"), required=False)}
    assert typed.payload_of(declared, filled_in(declared, tier=typed.NOT_SAID)) == {}


def test_no_is_not_the_same_as_no_answer():
    declared = {"sure": YES_OR_NO, "new": YES_OR_NO}
    assert typed.payload_of(declared, filled_in(declared, sure=False)) == {"sure": False}


def test_a_secret_is_written_and_not_chosen_so_that_the_form_does_not_tell_it():
    secret = {"pin": Input(type="string", secret=True, enum=("tulip", "rose"))}
    [block] = inputs.drawn(secret, {})
    assert "tulip" not in str(block)
    assert typed.payload_of(secret, filled_in(secret, pin="tulip")) == {"pin": "tulip"}


def test_only_what_was_changed_counts_as_edited():
    declared = {"amount": NUMBER, "sure": YES_OR_NO, "note": TEXT, "long": TEXT}
    present: dict[str, Any] = {
        "amount": 120,
        "sure": True,
        "note": "two\r\nlines",
        "long": "not in the form",
    }
    drawn = {name: one for name, one in declared.items() if name != "long"}
    same = filled_in(drawn, amount="120.0", sure=True, note="two\nlines")
    assert typed.edited(declared, present, same) == {}
    changed = filled_in(drawn, amount="100", sure=False, note="two\nlines")
    assert typed.edited(declared, present, changed) == {"amount": 100, "sure": False}


def test_a_value_can_not_be_taken_away_while_approving():
    values = filled_in({"note": TEXT}, note="")
    with pytest.raises(InputsRefused) as caught:
        typed.edited({"note": TEXT}, {"note": "as agreed"}, values)
    assert caught.value.problems == (("payload.note", "can't be taken away here"),)
    assert typed.edited({"note": TEXT}, {"note": ""}, values) == {}
    assert typed.edited({"note": TEXT}, {}, values) == {}


def test_an_input_that_is_not_there_is_left_out():
    assert typed.payload_of({"amount": NUMBER}, Values()) == {}
