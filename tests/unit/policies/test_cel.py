"""What CEL means here, row by row, so that another library could be put behind conditions.py.

Numbers are doubles, nothing is converted, a missing value is an error and an error never holds.
"""

from __future__ import annotations

import pytest

from policies.conditions import MAX_ENTRIES, Budget, ConditionError, Vocabulary

TYPED = Vocabulary(
    {
        "amount": "number",
        "limit": "integer",
        "count": "integer",
        "name": "string",
        "quoted": "string",
        "ok": "boolean",
        "items": "list",
        "order": "object",
        "reason": "string",
    },
    {"confidence": "number", "reversible": "boolean"},
    risk=True,
)
FREE = Vocabulary(None, {"confidence": "number"})
PAYLOAD = {
    "amount": 120,
    "limit": 2,
    "count": 5,
    "name": "Acmé",
    "quoted": 'it\'s "5 < 3"\n\\',
    "ok": True,
    "items": [1, 2.5, "x", {"price": 4}, None, True],
    "order": {"total": 3, "lines": [{"price": 7}], "none": None, "paid": True, "a b": 1},
}
GIVEN = {"payload": PAYLOAD, "signals": {"reversible": False}, "risk": {"flags": 2}}

YES, NO, ERROR, REFUSED = "yes", "no", "an error", "refused"

NUMBERS = [
    ("payload.amount < 150", YES, ""),
    ("payload.amount > 119.5", YES, ""),
    ("payload.amount == 120 && payload.amount == 120.0", YES, ""),
    ("payload.count == 5.0 && payload.limit <= payload.amount", YES, ""),
    ("payload.count * 2 < payload.amount", YES, ""),
    ("payload.count / 2 == 2.5 && -7 / 2 == -3.5", YES, ""),
    ("payload.count / 3 * 3 == 5", YES, ""),
    ("payload.amount - 0.5 > payload.count + 1", YES, ""),
    ("-payload.amount < -5 && -(-1) == 1", YES, ""),
    ("payload.amount > 1e2 && payload.amount < .5e3", YES, ""),
    ("0.1 + 0.2 == 0.3", NO, ""),
    ("0 == -0.0 && 5e-324 > 0 && 5e-324 / 2 == 0", YES, ""),
    ("9007199254740992 + 1 == 9007199254740992", YES, ""),
    ("payload.amount < 9007199254740993", YES, ""),
    ("payload.amount < 9007199254740994", REFUSED, "within ±9,007,199,254,740,992"),
    ("payload.amount < 1e400", REFUSED, "within ±9,007,199,254,740,992"),
    ("payload.amount / (payload.count - 5) > 0", ERROR, "divides by zero"),
    ("0 / (payload.count - 5) != 1", ERROR, "divides by zero"),
    ("!(0 / -0.0 == 0)", ERROR, "divides by zero"),
    ("payload.amount / 1e-300 > 0", ERROR, "too large"),
    ("payload.amount % 2 == 0", REFUSED, "no remainder"),
    ("50 < payload.amount < 200", REFUSED, "`<` does not go with true or false and a number"),
    ("risk.flags == 2 && risk.flags >= 1.5", YES, ""),
]
MISSING = [
    ("signals.confidence > 0.5", ERROR, "signals.confidence was not given"),
    ("!(signals.confidence > 0.5)", ERROR, "signals.confidence was not given"),
    ("payload.reason == 'late'", ERROR, "payload.reason was not given"),
    ("payload.reason != 'late'", ERROR, "payload.reason was not given"),
    ("payload.order.tax > 5", ERROR, 'the key "tax" was not given'),
    ("payload.order['tax'] != 5", ERROR, 'the key "tax" was not given'),
    ("payload.order.tax == null", ERROR, 'the key "tax" was not given'),
    ("has(payload.name) && !has(payload.reason)", YES, ""),
    ("has(signals.reversible) && !has(signals.confidence)", YES, ""),
    ("has(payload.order.total) && !has(payload.order.tax)", YES, ""),
    ("has(payload.order.none)", YES, ""),
    ("has(payload.reason) && payload.reason == 'late'", NO, ""),
    ("has(payload.reason) ? payload.reason == 'late' : payload.ok", YES, ""),
    ("has(payload.order.lines[0].price)", YES, ""),
    ("has(payload.items[0])", REFUSED, "has("),
]
NULL_AND_BOOLEANS = [
    ("payload.order.none == null && payload.order.total != null", YES, ""),
    ("payload.items[4] == null", YES, ""),
    ("payload.order.none == 0 || payload.order.none == false || payload.order.none == ''", NO, ""),
    ("payload.order.none > 1", ERROR, "`>` does not go with null and a number"),
    ("payload.order.none", ERROR, "its result must be true or false, not null"),
    ("payload.amount == null", REFUSED, "has("),
    ("payload.ok && !signals.reversible", YES, ""),
    ("payload.ok == true && payload.order.paid != false", YES, ""),
    ("payload.ok == 1", REFUSED, "`==` does not go with true or false and a number"),
    ("payload.items[5] == 1 || payload.items[0] == true", NO, ""),
    ("payload.ok < true", REFUSED, "`<` does not go with"),
    ("!payload.amount", REFUSED, "`!` does not go with a number"),
    ("payload.order.paid", YES, ""),
    ("payload.order.total", ERROR, "its result must be true or false, not a number"),
    ("payload.order.lines", ERROR, "its result must be true or false, not a list"),
    ("payload.amount", REFUSED, "a condition is true or false, not a number"),
    ("'true'", REFUSED, "a condition is true or false, not text"),
    ("payload.order", REFUSED, "a condition is true or false, not an object"),
]
LOGIC = [
    ("signals.confidence > 0.5 && payload.amount > 1000", NO, ""),
    ("payload.amount > 1000 && signals.confidence > 0.5", NO, ""),
    ("signals.confidence > 0.5 || payload.amount > 100", YES, ""),
    ("payload.amount > 100 || signals.confidence > 0.5", YES, ""),
    ("signals.confidence > 0.5 || payload.amount > 1000", ERROR, "confidence was not given"),
    ("payload.amount > 100 && signals.confidence > 0.5", ERROR, "confidence was not given"),
    ("true || false && false", YES, ""),
    ("payload.order.total && true", ERROR, "neither true nor false where it has to be"),
    ("!payload.order.total", ERROR, "neither true nor false where it has to be"),
    ("payload.order.total ? true : false", ERROR, "neither true nor false where it has to be"),
    ("payload.order.total || true", YES, ""),
    ("(payload.ok ? 1 : 2) < 1.5", YES, ""),
    ("payload.ok ? true : signals.confidence > 0.5", YES, ""),
    ("payload.ok ? payload.amount : 'x'", REFUSED, "`?:` does not go with"),
]
TEXT = [
    ("payload.name == 'Acmé' && payload.name != \"5 < 3\"", YES, ""),
    (r"""payload.quoted == 'it\'s "5 < 3"\n\\'""", YES, ""),
    (r"""payload.quoted == "it's \"5 < 3\"\n\\" """, YES, ""),
    (r"payload.name == 'Acm\u00e9' && payload.name == '\x41cmé'", YES, ""),
    (r"payload.name == r'Acm\u00e9'", NO, ""),
    (r"payload.name == '\ud800'", REFUSED, r"\ud800 is invalid"),
    ("payload.name == b'Acmé'", REFUSED, "without a b"),
    ("payload.name == r'''Acmé'''", REFUSED, "single or double quotes"),
    ("payload.name + '!' == 'Acmé!'", YES, ""),
    ("payload.name + 1 == 'Acmé1'", REFUSED, "`+` does not go with text and a number"),
    ("'10' < '9' && 'A' < 'a' && 'z' < 'é'", YES, ""),
    ("size(payload.name) == 4 && size('é😀') == 2 && size('') == 0", YES, ""),
    ("size(payload.name) * payload.amount == 480", YES, ""),
    ("payload.name.startsWith('Ac') && payload.name.endsWith('é')", YES, ""),
    ("payload.name.contains('cm') && payload.name.contains('')", YES, ""),
    ("payload.name.contains('ACM')", NO, ""),
    ("payload.name.contains(5)", REFUSED, "`contains` does not go with text and a number"),
    ("payload.name.matches('^A.{2}é$') && payload.name.matches('cm')", YES, ""),
    (r"payload.name.matches(r'^\S+$') && payload.name.matches('(?i)ACM')", YES, ""),
    ("payload.name.matches('(?=A)')", REFUSED, "the pattern can't be used"),
    ("payload.name.matches('(A)\\\\1')", REFUSED, "the pattern can't be used"),
    ("payload.name.lowerAscii() == 'acme'", REFUSED, "lowerAscii is not known here"),
    ("payload.name[0] == 'A'", REFUSED, "`[ ]` does not go with text and a number"),
]
COLLECTIONS = [
    ("payload.limit in [-1, 2, 3.5, payload.count]", YES, ""),
    ("payload.name in ['Acmé', 'Other'] && !('x' in ['X'])", YES, ""),
    ("'x' in payload.items && !(120 in payload.items)", YES, ""),
    ("'total' in payload.order && !('tax' in payload.order)", YES, ""),
    ("payload.name in 'Acmé'", REFUSED, "`in` does not go with text and text"),
    ("size(payload.items) == 6 && size(payload.order) == 5 && size([]) == 0", YES, ""),
    ("size(payload.items) / 12 == 0.5", YES, ""),
    ("size([1, (2)]) == 2 && (payload.amount + 1) * (payload.count - (2)) == 363", YES, ""),
    ("payload.items[0] == 1 && payload.items[payload.limit] == 'x'", YES, ""),
    ("payload.items[1] > payload.limit && payload.items[3].price == 4", YES, ""),
    ("payload.order.total >= payload.limit && payload.order['a b'] == 1", YES, ""),
    ("payload.order.lines[0].price == 7", YES, ""),
    ("payload.items[2] == 1", NO, ""),
    ("payload.items[6] == 1", ERROR, "element 6 was wanted of a list of 6"),
    ("payload.items[-1] == 1", ERROR, "element -1 was wanted of a list of 6"),
    ("payload.items[0.5] == 1", ERROR, "whole number"),
    ("payload.items['a'] == 1", REFUSED, "`[ ]` does not go with a list and text"),
    ("payload.order[0] == 1", REFUSED, "`[ ]` does not go with an object and a number"),
    ("payload.order.total.deep == 1", ERROR, "not an object"),
    ("payload.order.total > 'a'", ERROR, "`>` does not go with a number and text"),
    ("payload.order.total == 'a'", NO, ""),
    ("[1, 2] == [1.0, 2.0] && [1] + ['a'] == [1, 'a'] && {'a': 1} == {'a': 1}", YES, ""),
    ("{'a': 1, 'a': 2}.a == 1", REFUSED, "duplicate key"),
    ("payload.items.exists(item, item == 2.5)", YES, ""),
    ("payload.items.exists_one(item, item == 1)", YES, ""),
    ("payload.order.lines.all(line, line.price > 6)", YES, ""),
    ("size(payload.items.filter(item, item == 1)) == 1", YES, ""),
    ("payload.order.exists(key, key == 'total')", YES, ""),
    ("[].all(x, x > 1) && ![].exists(x, x > 1)", YES, ""),
    ("payload.items.all(item, item > 2)", NO, ""),
    ("payload.items.exists(item, item > 2)", YES, ""),
    ("payload.items.all(item, item > 0)", ERROR, "`>` does not go with text and a number"),
    ("payload.items.filter(item, item > 1) == []", ERROR, "`>` does not go with"),
    ("payload.order.lines.map(line, line.price)[0] == 7", REFUSED, "map is not known here"),
]
NAMES = [
    ("payload.amout < 50", REFUSED, "did you mean amount?"),
    ("Payload.amount < 50", REFUSED, "Payload.amount is not known here"),
    ("risk.flag > 3", REFUSED, "did you mean flags?"),
    ("payload.`amount` < 50", REFUSED, "without `"),
    ("type(payload.amount) == double", REFUSED, "type is not known here"),
    ("int(payload.amount) == 120", REFUSED, "int is not known here"),
    ("timestamp('2026-01-01T00:00:00Z') < payload.name", REFUSED, "timestamp is not known here"),
    ("duration('1h') > duration('1m')", REFUSED, "duration is not known here"),
    ("now() > 1", REFUSED, "now is not known here"),
]
ROWS = [*NUMBERS, *MISSING, *NULL_AND_BOOLEANS, *LOGIC, *TEXT, *COLLECTIONS, *NAMES]


def answer(text, given=GIVEN, vocabulary=TYPED):
    """What comes of a condition, and what is said where that is an error or a refusal."""
    try:
        condition = vocabulary.compile(text)
    except ConditionError as error:
        return REFUSED, str(error)
    finding = condition.test(given, Budget())
    if finding.error is not None:
        assert not finding.holds
        assert (
            finding.phrase == f"{' '.join(text.split())}: could not be evaluated, {finding.error}"
        )
        return ERROR, finding.error
    return (YES if finding.holds else NO), ""


def about(payload):
    return {"payload": payload, "signals": {}}


@pytest.mark.parametrize(("text", "expected", "said"), ROWS)
def test_a_condition_gives_the_answer_of_its_row(text, expected, said):
    found, message = answer(text)
    assert found == expected, message
    assert said in message


@pytest.mark.parametrize(
    "text",
    [
        "payload.amount < 50",
        "payload.amount * 2 == 14.0",
        "payload['customer-id'] == 'c1'",
        "payload.deep.a[0] == 1",
        "has(payload.amount) && !has(payload.other)",
        "size(payload) == 3",
        "payload.exists(key, key == 'deep')",
        "'customer-id' in payload",
    ],
)
def test_without_declared_inputs_any_field_can_be_asked_about(text):
    payload = {"amount": 7, "customer-id": "c1", "deep": {"a": [1]}}
    assert answer(text, about(payload), FREE) == (YES, "")


def test_without_declared_inputs_a_missing_field_is_an_error_too():
    assert answer("payload.other > 3", about({}), FREE)[0] == ERROR


@pytest.mark.parametrize("value", ["yes", 1, 0, [1], {"a": 1}, None, "", "true"])
def test_a_truthy_result_that_is_not_true_does_not_hold(value):
    assert answer("payload.flag", about({"flag": value}), FREE)[0] == ERROR


LONG = [0.0] * MAX_ENTRIES
WIDE = "a" * 60_000


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("payload.items.all(a, payload.items.all(b, a >= 0 && b >= 0))", {"items": LONG}),
        ("payload.items.all(a, payload.items.filter(b, true) == payload.items)", {"items": LONG}),
        (" && ".join(["payload.items.all(a, a == 0)"] * 6), {"items": LONG}),
        (
            "payload.items.exists(a, " + " || ".join(["payload.name.contains('ab')"] * 40) + ")",
            {"items": LONG, "name": WIDE},
        ),
        (
            "payload.items.exists(a, (" + "+".join(["payload.name"] * 10) + ").contains('ab'))",
            {"items": LONG, "name": WIDE},
        ),
        (
            "payload.items.exists(a, payload.name.matches('(a*)*b') && a > 1)",
            {"items": LONG, "name": WIDE},
        ),
        (
            "payload.items.exists(a, " + " && ".join(["payload.items == payload.items"] * 50) + ")",
            {"items": LONG},
        ),
    ],
    ids=["nested", "filtered", "in a row", "contains", "put together", "pattern", "compared"],
)
def test_unbounded_work_is_stopped(text, payload):
    found, message = answer(text, about(payload))
    assert found == ERROR
    assert message.startswith("it takes too many steps")


def test_work_that_does_not_depend_on_any_payload_is_stopped_too():
    ten = str(list(range(10)))
    text = "true"
    for name in "abcde":
        text = f"{ten}.all({name}, {text})"
    assert answer(text) == (ERROR, "it takes too many steps")


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("payload.items.all(a, a == 0) && payload.items.all(b, b < 1)", {"items": LONG}),
        (
            "payload.items.exists(a, payload.name.contains('ab'))",
            {"items": [1] * 100, "name": WIDE},
        ),
        ("payload.items.all(a, payload.items.all(b, a == b))", {"items": [1] * 90}),
    ],
)
def test_ordinary_work_over_large_values_is_done(text, payload):
    assert answer(text, about(payload))[0] in (YES, NO)


def test_a_list_too_long_to_walk_through_is_an_error_and_not_a_pause():
    found, message = answer("payload.items.all(a, true)", about({"items": [*LONG, 0]}))
    assert found == ERROR
    assert "more than 2,000 entries" in message


def test_a_pattern_that_makes_others_backtrack_is_answered():
    assert answer("payload.name.matches('^(a+)+$')", about({"name": WIDE + "!"})) == (NO, "")
