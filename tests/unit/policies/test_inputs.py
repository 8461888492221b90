"""Does a payload fit: every mistake by field, in words, and nothing unsound gets through."""

from __future__ import annotations

import math

import pytest

from policies.evaluate import check_payload

TYPED = """
    inputs:
      amount:   {type: number, minimum: 0, maximum: 1000.5, format: money, currency: USD}
      count:    {type: integer, required: false}
      tier:     {type: string, enum: [standard, enterprise], required: false}
      level:    {type: integer, enum: [1, 2], required: false}
      note:     {type: string, max_length: 5, required: false}
      urgent:   {type: boolean, required: false}
      items:    {type: list, max_length: 2, required: false}
      extra:    {type: object, required: false}
      day:      {type: string, format: date, required: false}
      page:     {type: string, format: url, required: false}
"""


@pytest.fixture
def wrong(load):
    """What is wrong with a payload that has an amount and these fields, as {field: message}."""
    policy = load(TYPED)
    return lambda signals=None, **fields: dict(
        check_payload(policy, {"amount": 5} | fields, signals or {})
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"amount": 0},
        {"amount": 1000.5},
        {"count": 20},
        {"count": 20.0},
        {"tier": "standard", "note": "12345", "urgent": False, "items": [1, 2]},
        {"level": 2},
        {"extra": {"a": [{"b": None}]}},
        {"day": "2026-03-31"},
        {"day": "2026-03-31T17:00:00Z"},
        {"page": "https://example.com/a?b=c#d"},
    ],
)
def test_a_payload_that_fits_is_fine(wrong, fields):
    assert wrong(**fields) == {}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"amount": "5"}, "must be a number, not text"),
        ({"amount": True}, "must be a number, not true or false"),
        ({"amount": None}, "must be a number, not null"),
        ({"amount": [5]}, "must be a number, not a list"),
        ({"amount": math.nan}, "must be a finite number"),
        ({"amount": -math.inf}, "must be a finite number"),
        ({"amount": 10**400}, "send larger numbers as text"),
        ({"amount": -1}, "must be at least 0, not -1"),
        ({"amount": 1001}, "must be at most 1000.5, not 1001"),
        ({"count": 20.5}, "must be a whole number, not 20.5"),
        ({"count": None}, "must be a whole number, not null; leave it out instead"),
        ({"count": 2**53 + 1}, "within ±9,007,199,254,740,992"),
        ({"tier": "gold"}, 'must be "standard" or "enterprise", not "gold"'),
        ({"level": 3}, "must be 1 or 2, not 3"),
        ({"level": True}, "must be a whole number, not true or false"),
        ({"note": "123456"}, "must have at most 5 characters, not 6"),
        ({"note": "\ud800"}, "not valid Unicode"),
        ({"urgent": 1}, "must be true or false, not a number"),
        ({"items": [1, 2, 3]}, "must have at most 2 elements, not 3"),
        ({"items": [math.nan]}, "must be a finite number"),
        ({"items": "ab"}, "must be a list, not text"),
        ({"extra": {"\udfff": 1}}, "not valid Unicode"),
        ({"extra": {1: 1}}, "not text"),
        ({"extra": {"a": {1, 2}}}, "not JSON"),
        ({"extra": [1]}, "must be an object, not a list"),
        ({"day": "31.3.2026"}, "must be a date such as 2026-03-31"),
        ({"day": "2026-02-30"}, "must be a date such as 2026-03-31"),
        ({"page": "javascript:alert(1)"}, "must be an address such as https://"),
        ({"page": "https://"}, "must be an address such as https://"),
        ({"page": "https://a b"}, "must be an address such as https://"),
        ({"page": "https://[x"}, "must be an address such as https://"),
        ({"page": "https://x|<!channel>"}, "must be an address such as https://"),
    ],
)
def test_a_field_that_does_not_fit_is_named_with_what_it_must_be(wrong, fields, message):
    (field,) = fields
    found = wrong(**fields)
    assert list(found) == [f"payload.{field}"]
    assert message in found[f"payload.{field}"]


def test_a_missing_field_is_asked_for(load):
    assert check_payload(load(TYPED), {}, {}) == (("payload.amount", "is required"),)


def test_an_unknown_field_is_refused_with_the_nearest_name_and_all_names(wrong):
    message = wrong(ammount=5)["payload.ammount"]
    assert "did you mean amount?" in message
    assert "known are amount, count, tier" in message


def test_everything_wrong_is_told_at_once_up_to_a_limit(wrong):
    assert len(wrong(amount="x", count="y", nonsense=1)) == 3
    assert len(wrong(**{f"field{number}": 1 for number in range(5_000)})) == 20


def test_hostile_names_come_back_short_and_printable(wrong):
    (field,) = wrong(**{"\ud800\n<!channel>" + "x" * 50_000: 1})
    assert len(field) < 80
    assert field.isprintable()
    assert field.encode()


def test_a_payload_nested_deeper_than_anyone_reads_is_refused(wrong):
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    assert "more than 32 levels" in wrong(items=deep)["payload.items"]


def test_without_declared_inputs_any_sound_json_will_do(load):
    policy = load("")
    assert check_payload(policy, {"a-b": 1, "": None, "ü": {"x": [1.5]}}, {}) == ()
    assert check_payload(policy, {}, {}) == ()
    assert [field for field, _ in check_payload(policy, {"a": [math.inf], "b": 2**60}, {})] == [
        "payload.a",
        "payload.b",
    ]


def test_an_empty_list_of_inputs_takes_an_empty_payload_alone(load):
    policy = load("inputs: {}\n")
    assert check_payload(policy, {}, {}) == ()
    assert "takes no inputs" in check_payload(policy, {"a": 1}, {})[0].message


@pytest.mark.parametrize(
    ("signals", "message"),
    [
        ({"confidence": 1.5}, "must be at most 1"),
        ({"confidence": "high"}, "must be a number"),
        ({"reversible": "yes"}, "must be true or false"),
        ({"affected": -1}, "must be at least 0"),
        ({"affected": 1.5}, "must be a whole number"),
        ({"anomaly": 0}, "must be true or false"),
        ({"confidense": 1}, "did you mean confidence?"),
    ],
)
def test_signals_have_types_of_their_own(wrong, signals, message):
    (name,) = signals
    assert message in wrong(signals=signals)[f"signals.{name}"]


def test_any_of_the_four_signals_may_be_given_or_left_out(wrong):
    signals = {"confidence": 0.9, "reversible": True, "affected": 3, "anomaly": False}
    assert wrong(signals=signals) == {}
    assert wrong(signals={}) == {}


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("{type: string, enum: [first, second], secret: true}", "hunter2"),
        ("{type: number, maximum: 5, secret: true}", 4711),
        ("{type: integer, secret: true}", 47.11),
        ("{type: string, format: date, secret: true}", "hunter2"),
        ("{type: string, max_length: 3, secret: true}", "hunter2"),
    ],
)
def test_what_is_wrong_with_a_secret_repeats_neither_it_nor_what_it_could_be(load, declared, value):
    policy = load(f"""
        inputs: {{pin: {declared}}}
    """)
    [problem] = check_payload(policy, {"pin": value}, {})
    assert problem.field == "payload.pin"
    assert problem.message.startswith("does not fit")
    assert "first" not in problem.message


def test_a_secret_that_fits_is_fine(load):
    policy = load("""
        inputs: {pin: {type: string, enum: [first, second], secret: true}}
    """)
    assert check_payload(policy, {"pin": "second"}, {}) == ()
