"""Conditions: mistakes found when loading, at their place; phrases; numbers as Python has them.

What each operator and function means is in test_cel.py.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.conditions import Budget, ConditionError, Vocabulary
from policies.dialect import MAX_PRODUCTS
from policies.plan import FieldType

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
COUNTING = Vocabulary({}, {"anomaly": "boolean"}, risk=True)
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
    return vocabulary.compile(text).test({"payload": payload, "signals": signals or {}}, Budget())


def mistake(text, vocabulary=TYPED):
    with pytest.raises(ConditionError) as caught:
        vocabulary.compile(text)
    return caught.value.problems


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
        ("payload.name == r'''a'''", 17, "single or double quotes"),
        ("payload.name == b'a'", 17, "without a b"),
        ("5 < payload.`amount`", 13, "without `"),
        ("payload.ok && {'a': 1, 'a': 2}.a == 1", 1, "duplicate key"),
        ("payload.ok && risk.flags > 3", 15, "no risk flags here"),
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


def test_the_phrase_holds_the_values_that_were_looked_at():
    assert found("payload.amount < 50").phrase == "payload.amount < 50: no, amount is 120"
    assert (
        found("payload.ok && has(payload.reason)").phrase
        == "payload.ok && has(payload.reason): no, ok is true and reason is not given"
    )


def test_the_phrase_never_holds_a_secret_value():
    vocabulary = Vocabulary({"token": "string", "ok": "boolean"}, {}, frozenset({"token"}))
    payload = {"token": "hunter2", "ok": True}
    for text in (
        "payload.token == 'x' && payload.ok",
        "payload.token.startsWith('h') && payload.ok",
    ):
        phrase = found(text, payload, vocabulary=vocabulary).phrase
        assert phrase.endswith("token is secret and ok is true")
        assert "hunter2" not in phrase
        assert text not in phrase, "it may say what the secret is compared with"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("payload.names[payload.token] == 1", "the key asked for was not given"),
        ("payload.items[payload.pin] == 1", "an element was wanted that the list does not have"),
        ("payload.token == payload.gone", "payload.gone was not given"),
    ],
)
def test_no_error_holds_a_secret_value_either(text, reason):
    inputs: dict[str, FieldType] = {
        "token": "string",
        "pin": "number",
        "names": "object",
        "items": "list",
        "gone": "string",
    }
    vocabulary = Vocabulary(inputs, {}, frozenset({"token", "pin"}))
    finding = found(
        text, {"token": "hunter2", "pin": 4711, "names": {}, "items": []}, None, vocabulary
    )
    assert finding.error == reason
    assert "hunter2" not in finding.phrase
    assert "4711" not in finding.phrase


@pytest.mark.parametrize(
    ("text", "vocabulary", "sources", "reads"),
    [
        ("payload.ok", TYPED, {"payload"}, [("payload", "ok")]),
        ("has(payload.ok)", TYPED, {"payload"}, []),
        ("signals.reversible", TYPED, {"signals"}, [("signals", "reversible")]),
        ("risk.flags > 1", COUNTING, {"risk"}, [("risk", "flags")]),
        (
            "risk . flags > 1 || has(signals.anomaly)",
            COUNTING,
            {"risk", "signals"},
            [("risk", "flags")],
        ),
        ("size(payload) > 1", FREE, {"payload"}, []),
        ("payload['x'] == 1", FREE, {"payload"}, []),
        ("true", FREE, set(), []),
        ("'payload.ok' == 'signals.x'", TYPED, set(), []),
    ],
)
def test_a_condition_says_what_it_looks_at(text, vocabulary, sources, reads):
    condition = vocabulary.compile(text)
    assert condition.sources == sources
    assert list(condition.reads) == reads


def test_a_long_value_is_cut_in_the_phrase():
    phrase = found("payload.name == 'a'", {"name": "x\n<!channel>" * 1_000}).phrase
    assert len(phrase) < 120
    assert "\n" not in phrase


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
        finding = condition.test({"payload": PAYLOAD, "signals": {}}, Budget())
        assert finding.error is None or not finding.holds
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + 1
        assert 1 <= problem.column <= len(text) + 2
        assert problem.message


def test_has_without_a_field_is_told_what_to_ask_for():
    with pytest.raises(ConditionError, match=r"has\(payload\.reason\)"):
        TYPED.compile("has(reason)")
