"""Each input of a policy as the input of a form that fits it, within Slack's limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import OutcomeNotOffered
from app.slack import form_ids, ids, typed
from app.slack.asking import Asking
from app.slack.blocks import asking, edit, inputs
from policies.plan import Choice, Field, Outcome
from policies.schema import Input
from sandbox.blockkit import checked_view
from tests.builders import evaluation, pending, plan
from tests.unit.slack.anything import HOSTILE, any_text

SHOWN = ids.Form(form_ids.EDIT, ids.Shown("req_" + "0" * 26, "a" * 64))


def drawn(declared: Input, value: Any = None, name: str = "it") -> dict[str, Any]:
    [block] = inputs.drawn({name: declared}, {} if value is None else {name: value})
    return block


def element(declared: Input, value: Any = None) -> dict[str, Any]:
    found: dict[str, Any] = drawn(declared, value)["element"]
    return found


def hint(declared: Input) -> str:
    return str(drawn(declared).get("hint", {}).get("text", ""))


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        (Input(type="string"), "plain_text_input"),
        (Input(type="string", enum=tuple("abcdef")), "radio_buttons"),
        (Input(type="string", enum=tuple("abcdefg")), "static_select"),
        (Input(type="integer", enum=(1, 2)), "radio_buttons"),
        (Input(type="number"), "number_input"),
        (Input(type="integer"), "number_input"),
        (Input(type="boolean"), "radio_buttons"),
        (Input(type="string", format="date"), "datepicker"),
        (Input(type="string", format="url"), "url_text_input"),
        (Input(type="list"), "plain_text_input"),
        (Input(type="object"), "plain_text_input"),
    ],
)
def test_each_type_has_the_input_that_fits_it(declared, kind):
    assert element(declared)["type"] == kind


@pytest.mark.parametrize("value", ["n/a", "https://a.example@b.example"])
def test_what_is_no_plain_address_is_edited_as_text(value):
    declared = Input(type="string", format="url", editable=True)
    assert element(declared, value)["type"] == "plain_text_input"
    assert element(declared, "https://a.example/b")["type"] == "url_text_input"


def test_a_label_of_the_policy_stands_above_and_else_the_name_in_words():
    assert drawn(Input(type="string", label="Who gets it"))["label"]["text"] == "Who gets it"
    assert drawn(Input(type="string"), name="order_id")["label"]["text"] == "Order id"


def test_what_is_required_is_not_optional():
    assert drawn(Input(type="string")).get("optional") is False
    assert drawn(Input(type="string", required=False))["optional"] is True


@pytest.mark.parametrize(
    ("declared", "value", "multiline", "most"),
    [
        (Input(type="string"), None, False, 3_000),
        (Input(type="string"), "x" * 251, True, 3_000),
        (Input(type="string"), "two\nlines", True, 3_000),
        (Input(type="string", max_length=250), None, False, 250),
        (Input(type="string", max_length=251), None, True, 251),
        (Input(type="string", max_length=65_536), None, True, 3_000),
        (Input(type="list"), None, True, 3_000),
    ],
)
def test_there_is_room_for_long_text_and_never_more_than_slack_takes(
    declared, value, multiline, most
):
    found = element(declared, value)
    assert (found["multiline"], found["max_length"]) == (multiline, most)


def test_numbers_are_written_out_and_their_limits_are_slacks_too():
    amount = Input(type="number", minimum=0, maximum=5_000.5, format="money", currency="USD")
    found = element(amount, 1e-7)
    assert found["initial_value"] == "0.0000001"
    assert (found["min_value"], found["max_value"]) == ("0", "5000.5")
    assert found["is_decimal_allowed"] is True
    assert hint(amount) == "In USD. From 0.00 to 5,000.50."
    whole = Input(type="integer", minimum=0.5, maximum=9.5)
    assert (element(whole)["min_value"], element(whole)["max_value"]) == ("1", "9")
    assert element(whole)["is_decimal_allowed"] is False


def test_a_day_is_picked_and_an_instant_is_written():
    due = Input(type="string", format="date")
    assert element(due, "2026-03-31")["initial_date"] == "2026-03-31"
    assert element(due, "2026-03-31T17:00:00Z")["initial_value"] == "2026-03-31T17:00:00Z"


def test_choices_that_are_too_long_are_numbered_and_stand_in_full_below():
    long = tuple(f"{'the same beginning of a long choice ' * 3}{end}" for end in "ab")
    declared = Input(type="string", enum=long)
    texts = [one["text"]["text"] for one in element(declared)["options"]]
    assert [text[:2] for text in texts] == ["1.", "2."]
    assert all(len(text) == 75 and text.endswith("…") for text in texts)
    assert hint(declared) == f"1. {long[0]}\n2. {long[1]}"


def test_choices_that_look_alike_can_be_told_apart():
    texts = [
        one["text"]["text"] for one in element(Input(type="string", enum=("a", "a ")))["options"]
    ]
    assert texts == ["1. a", "2. a"]


def test_what_was_chosen_is_chosen_in_the_form():
    found = element(Input(type="boolean"), False)
    assert found["initial_option"]["text"]["text"] == "No"
    assert "initial_option" not in element(Input(type="boolean"))


def test_a_choice_that_may_be_left_out_can_be_taken_back():
    optional = Input(type="boolean", required=False)
    assert [one["text"]["text"] for one in element(optional)["options"]] == [
        "Yes",
        "No",
        "Leave it out",
    ]


def test_a_secret_says_who_can_read_it_and_tells_nothing_else():
    secret = Input(type="string", secret=True, enum=("tulip",), max_length=5)
    assert hint(secret) == "Secret: the card does not show it, but this form does, to you."
    number = Input(type="number", secret=True, minimum=7, maximum=9)
    assert "min_value" not in element(number)
    assert "7" not in hint(number)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("as agreed", True),
        ("two\r\nlines", True),
        ("x" * 3_000, True),
        ("x" * 3_001, False),
        ("👍" * 1_501, False),
        ("\u202egnp.exe", False),
        (12, True),
        (0.1, True),
        (1e-300, False),
        (True, False),
    ],
)
def test_only_what_an_input_shows_as_it_is_can_be_changed_there(value, fits):
    kind = "number" if isinstance(value, int | float) else "string"
    assert inputs.fits(Input(type=kind), value) is fits


texts = st.text(min_size=1, max_size=75).filter(lambda text: text.strip())
numbers = st.floats(-(2.0**53), 2.0**53, allow_nan=False)
hostile = any_text.filter(lambda text: "\ud800" not in text)


@st.composite
def declared(draw: Any) -> Input:
    kind = draw(st.sampled_from(["string", "number", "integer", "boolean", "list", "object"]))
    given: dict[str, Any] = {
        "type": kind,
        "label": draw(st.none() | texts | st.just(HOSTILE[:75])),
        "required": draw(st.booleans()),
        draw(st.sampled_from(["secret", "editable"])): kind not in ("list", "object"),
    }
    if kind == "string":
        choices = st.lists(hostile, min_size=1, max_size=100, unique=True).map(tuple)
        given |= {"format": draw(st.sampled_from(["plain", "date", "url"]))}
        given |= {"enum": draw(st.none() | choices)}
        given |= {"max_length": draw(st.none() | st.integers(1, 65_536))}
    if kind in ("number", "integer"):
        given |= {"format": draw(st.sampled_from(["plain", "money"]))}
        least, most = sorted(draw(st.tuples(numbers, numbers)))
        given |= draw(
            st.sampled_from([{}, {"minimum": least}, {"minimum": least, "maximum": most}])
        )
    return Input(**given)


policies = st.dictionaries(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,62}", fullmatch=True), declared(), max_size=50
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(policies, st.none() | hostile, hostile, hostile)
def test_any_form_that_asks_by_hand_keeps_slacks_limits(inputs_, about, title, quote):
    asked = Asking(policy="refund", quote=quote[:1_000])
    view = asking.ask(inputs_, about, asking.titled(title), asked)
    checked_view(view, "modal")


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,63}", fullmatch=True), st.none() | hostile, min_size=1)
)
def test_any_list_of_policies_keeps_slacks_limits(about):
    checked_view(asking.choose(about, Asking()), "modal")


def test_of_too_many_policies_the_first_hundred_are_listed_and_the_rest_is_said():
    view = asking.choose({f"policy-{number:03}": None for number in range(120)}, Asking())
    checked_view(view, "modal")
    assert view["blocks"][0]["hint"]["text"].endswith("20 more are not in this list.")


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(policies, st.data())
def test_any_form_that_edits_keeps_slacks_limits_or_is_refused(inputs_, data):
    payload = {
        name: data.draw(hostile if one.type == "string" else numbers, label=name)
        for name, one in inputs_.items()
        if data.draw(st.booleans())
    }
    fields = tuple(
        Field(name=name, label=one.label or name, type=one.type, editable=one.editable)
        for name, one in inputs_.items()
        if name in payload
    )
    own = plan(
        choices=(Choice(id="pay", label=HOSTILE[:75], outcome=Outcome.APPROVE, effect="Paid."),)
    )
    request = pending(payload=payload, evaluation=evaluation(fields=fields, plan=own))
    try:
        view = edit.form(request, inputs_, SHOWN)
    except OutcomeNotOffered:
        return
    checked_view(view, "modal")


def test_a_free_request_says_what_should_be_done():
    [block] = inputs.drawn(typed.WHAT, {})
    assert block["label"]["text"] == "What should be done?"
    assert block["element"]["multiline"] is True
