"""Conditions: numbers as people write them, mistakes found when loading, errors that never hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.conditions import MAX_ENTRIES, ConditionError, Vocabulary
from policies.dialect import MAX_PRODUCTS

TYPED = Vocabulary(
    {
        "amount": "number",
        "limit": "integer",
        "count": "integer",
        "name": "string",
        "ok": "boolean",
        "items": "list",
        "order": "object",
        "reason": "string",
    },
    {"confidence": "number", "reversible": "boolean"},
)
FREE = Vocabulary(None, {"confidence": "number"})
PAYLOAD = {
    "amount": 120,
    "limit": 2,
    "count": 5,
    "name": "Acme",
    "ok": True,
    "items": [1, 2.5, "x", {"price": 4}],
    "order": {"total": 3, "lines": [{"price": 7}], "none": None},
}


def found(text, payload=PAYLOAD, signals=None, vocabulary=TYPED):
    return vocabulary.compile(text).test(payload, signals or {})


def mistake(text, vocabulary=TYPED):
    with pytest.raises(ConditionError) as caught:
        vocabulary.compile(text)
    return caught.value.problems


@pytest.mark.parametrize(
    "text",
    [
        "payload.amount < 150",
        "payload.amount > 119.5",
        "payload.amount == 120",
        "payload.amount == 120.0",
        "payload.count == 5.0",
        "payload.count * 2 < payload.amount",
        "payload.count / 2 == 2.5",
        "payload.amount >= payload.limit",
        "payload.amount - 0.5 > payload.count + 1",
        "-payload.amount < -5",
        "payload.limit in [-1, 2, 3.5, payload.count]",
        "size(payload.items) > 3",
        "size(payload.items) / 8 == 0.5",
        "size(payload.name) * payload.amount == 480",
        "size([1, (2)]) == 2 && (payload.amount + 1) * (payload.count - (2)) == 363",
        "payload.items[0] == 1",
        "payload.items[payload.limit] == 'x'",
        "payload.items[1] > payload.limit",
        "payload.order.total >= payload.limit",
        "payload.order['total'] == 3",
        "payload.order.lines[0].price == 7",
        "payload.items.exists(item, item == 2.5)",
        "payload.items.exists_one(item, item == 1)",
        "payload.order.lines.all(line, line.price > 6)",
        "size(payload.items.filter(item, item == 1)) == 1",
        "(payload.ok ? 1 : 2) < 1.5",
        "payload.amount > 1e2 && payload.amount < .5e3",
    ],
)
def test_integers_and_decimals_mix_freely(text):
    assert found(text).holds, found(text).error


@pytest.mark.parametrize(
    "text",
    [
        "payload.name == 'Acme' && payload.name != \"5 < 3\"",
        "payload.name + '!' == 'Acme!'",
        "payload.name.startsWith('Ac') && payload.name.endsWith('e')",
        "payload.name.matches('^A.{2}e$')",
        r"payload.name.matches(r'^\w+$')",
        "payload.name in ['Acme', 'Other']",
        "'total' in payload.order && !('tax' in payload.order)",
        "payload.order.none == null",
        "payload.ok",
        "has(payload.name) && !has(payload.reason)",
        "has(payload.order.total) && !has(payload.order.tax)",
    ],
)
def test_texts_lists_and_presence_are_asked_for_as_in_cel(text):
    assert found(text).holds, found(text).error


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("payload.amout < 50", 1, "did you mean amount?"),
        ("50 > payload.amout", 6, "did you mean amount?"),
        ("size(payload.items) > 3 || payload.amout < 50", 28, "did you mean amount?"),
        ("payload.odrer.total == 3", 1, "did you mean order?"),
        ("has(payload.resaon)", 5, "did you mean reason?"),
        ("signals.confidance > 0.5", 1, "did you mean confidence?"),
        ("payload.name.startWith('a')", 14, "did you mean startsWith?"),
        ("amount < 50", 1, "write payload.… or signals.…"),
        ("payload < 50", 1, "such as payload.amount"),
        ("payload['amount'] > 3", 1, "such as payload.amount"),
        ("payload.amount == 'x'", 16, "`==` does not go with a number and text"),
        ("payload.name > 5", 14, "`>` does not go with text and a number"),
        ("payload.count / payload.name > 5", 15, "`/` does not go with a number and text"),
        ("payload.ok == 1", 12, "true or false and a number"),
        ("payload.items['a'] == 1", 14, "`[ ]` does not go with a list and text"),
        ("payload.amount in ['a']", 16, "`in` does not go with a number and a list"),
        ("payload.amount == null", 16, "has("),
        ("payload.amount + 5", 1, "true or false, not a number"),
        ("payload.name", 1, "true or false, not text"),
        ("payload.amount <", 17, "ends too early"),
        ("payload.amount < 5 and payload.ok", 20, "write && for and"),
        ("payload.amount = 5", 16, "== for equal"),
        ("payload.amount % 2 == 0", 16, "no remainder"),
        ("payload.items.size() > 3", 14, "write size(x)"),
        ("payload.name.matches(payload.reason)", 14, "quoted text"),
        ("payload.name.matches('(')", 22, "missing )"),
        ("payload.amount < 5 // small", 20, "no comment"),
        ("payload.name == '''a'''", 17, "single or double quotes"),
        ("payload.amount < 5u", 18, "no number"),
        ("payload.amount < 0x10", 18, "no number"),
        ("payload.amount < 99999999999999999999", 18, "within ±9,007,199,254,740,992"),
        ("timestamp('2026-01-01T00:00:00Z') > payload.name", 1, "not known here"),
        ("(" * 60 + "true" + ")" * 60, 1, "too deeply nested"),
        ("payload.order" + ".a" * 60 + " == 1", 1, "too deeply nested"),
        ("*".join(["payload.amount"] * 14) + " > 1", 195, "at most 12 times"),
        ("[payload.amount * 2].all(x, x * x > 1)", 17, "no arithmetic between [ ]"),
        ("[1 - -payload.amount].all(x, x > 1)", 4, "no arithmetic between [ ]"),
        ("payload.ok ||" * 200 + "payload.ok", 1, "at most 2,000 characters"),
    ],
)
def test_a_mistake_is_found_before_the_first_request_at_its_place(text, column, message):
    first = mistake(text)[0]
    assert (first.line, first.column) == (1, column)
    assert message in first.message


def test_places_are_right_over_several_lines_and_after_other_alphabets():
    assert mistake("payload.name == 'é'\n  && 5 > payload.bogus")[0][:2] == (2, 10)


def test_several_mistakes_are_told_at_once():
    assert [problem.column for problem in mistake("payload.amout < 5 && payload.nme == 'a'")] == [
        1,
        22,
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("signals.confidence > 0.5", "signals.confidence was not given"),
        ("payload.reason == 'late'", "payload.reason was not given"),
        ("payload.order.tax > 5", 'the key "tax" was not given'),
        ("payload.items[9] == 1", "element 9 was wanted of a list of 4"),
        ("payload.items[0.5] == 1", "whole number"),
        ("payload.items.all(item, item > 0)", "`>` does not go with text and a number"),
        ("payload.order.total.deep == 1", "not an object"),
        ("payload.amount / (payload.count - 5) > 0", "divides by zero"),
        ("0 / (payload.count - 5) != 1", "divides by zero"),
        ("payload.amount / 1e-300 > 0", "too large"),
        ("payload.order.total", "true or false, not a number"),
        ("payload.order", None),
    ],
)
def test_what_cannot_be_evaluated_does_not_hold_and_says_why(text, reason):
    if reason is None:
        assert "true or false, not an object" in mistake(text)[0].message
        return
    finding = found(text)
    assert not finding.holds
    assert reason in str(finding.error)
    assert finding.phrase.startswith(f"{text}: could not be evaluated, ")


def test_a_truthy_result_that_is_not_true_does_not_hold():
    for value in ("yes", 1, [1], {"a": 1}):
        finding = FREE.compile("payload.flag").test({"flag": value}, {})
        assert not finding.holds
        assert finding.error


def test_an_error_counts_for_nothing_where_the_other_side_decides():
    assert found("signals.confidence > 0.5 && payload.amount > 1000").error is None
    assert found("signals.confidence > 0.5 || payload.amount > 1000").error


def test_too_many_steps_are_stopped():
    many = {"items": list(range(MAX_ENTRIES))}
    text = "payload.items.all(a, payload.items.all(b, a >= 0 && b >= 0))"
    assert found(text, many).error == "it takes too many steps"


def test_a_list_too_long_to_walk_through_is_an_error_and_not_a_pause():
    finding = found("payload.items.all(a, true)", {"items": [0] * (MAX_ENTRIES + 1)})
    assert "more than 2,000 entries" in str(finding.error)


def test_a_pattern_that_makes_others_backtrack_is_answered_at_once():
    assert not found("payload.name.matches('^(a+)+$')", {"name": "a" * 50_000 + "!"}).holds


def test_the_phrase_holds_the_values_that_were_looked_at():
    assert found("payload.amount < 50").phrase == "payload.amount < 50: no, amount is 120"
    assert (
        found("payload.ok && has(payload.reason)").phrase
        == "payload.ok && has(payload.reason): no, ok is true and reason is not given"
    )


def test_a_long_value_is_cut_in_the_phrase():
    phrase = found("payload.name == 'a'", {"name": "x\n<!channel>" * 1_000}).phrase
    assert len(phrase) < 120
    assert "\n" not in phrase


def test_without_declared_inputs_any_field_can_be_asked_about():
    payload = {"amount": 7, "customer-id": "c1", "deep": {"a": [1]}}
    for text in (
        "payload.amount < 50",
        "payload.amount * 2 == 14.0",
        "payload['customer-id'] == 'c1'",
        "payload.deep.a[0] == 1",
        "has(payload.amount) && !has(payload.other)",
        "size(payload) == 3",
    ):
        assert found(text, payload, vocabulary=FREE).holds, text
    assert found("payload.other > 3", payload, vocabulary=FREE).error


NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-(2.0**53), 2.0**53)


@given(NUMBERS, NUMBERS)
def test_comparing_is_what_python_does_with_doubles_whatever_the_declared_type(left, right):
    payload = {"amount": left, "limit": right}
    for sign, expected in (
        ("<", float(left) < float(right)),
        ("<=", float(left) <= float(right)),
        ("==", float(left) == float(right)),
        ("!=", float(left) != float(right)),
    ):
        assert found(f"payload.amount {sign} payload.limit", payload).holds is expected


@given(st.integers(0, 2**53) | st.floats(0, 2.0**53))
def test_a_literal_is_read_as_the_number_that_it_shows(number):
    assert found(f"payload.amount == {number!r}", {"amount": number}).holds


@given(st.lists(st.sampled_from([2**53, -(2**53), 1, 0, 5e-324]), min_size=3, max_size=3))
def test_no_arithmetic_on_allowed_numbers_makes_an_infinity_or_a_nan(numbers):
    payload = dict(zip(("amount", "limit", "count"), numbers, strict=True))
    product = "*".join(["(payload.amount - payload.limit)"] * 6 + ["payload.count"])
    assert found(f"{product} - {product} == 0", payload).holds
    assert float(2**64) ** (MAX_PRODUCTS + 1) < float("inf")


SIGNS = st.sampled_from(
    ["payload.amount", "payload.name", "signals.reversible", "has(", "size(", "(", ")", "[", "]",
     "<", "==", "&&", "||", "!", "?", ":", "+", "*", "/", "-", "1", "0", "2.5", "'a'", "'", '"',
     "in", "true", "payload", ".", ",", "{", "}", "matches('", "\n", "\\", "é", "exists(x, x > 1)"]
)  # fmt: skip


@given(st.lists(SIGNS, max_size=25).map(" ".join))
def test_any_text_is_a_condition_or_a_refusal_with_a_place(text):
    try:
        condition = TYPED.compile(text)
    except ConditionError as error:
        problems = error.problems
    else:
        problems = ()
        finding = condition.test(PAYLOAD, {})
        assert finding.error is None or not finding.holds
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + 1
        assert 1 <= problem.column <= len(text) + 2
        assert problem.message
