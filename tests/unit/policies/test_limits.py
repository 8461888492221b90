"""Limits on autonomy: what an approval uses up, exactly, and whose limit it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.limits import allowance, in_full
from policies.schema import Limit, Rule


def rule(**limit):
    form = {"window": "1d"} | limit
    return Rule.model_validate({"id": "r", "then": "approve", "because": "b", "limit": form})


def used(payload, **limit):
    found = allowance("refund", rule(**limit), payload)
    assert found is not None
    return found


def cost(amount):
    return used({"amount": amount}, sum="payload.amount", most=1000).cost


def key(value):
    return used({"who": value}, count=1, per="payload.who").key


def test_a_rule_without_a_limit_uses_up_nothing():
    plain = Rule.model_validate({"id": "r", "then": "approve", "because": "b"})
    assert allowance("refund", plain, {}) is None


def test_everything_that_is_counted_is_in_it():
    found = used({"amount": 49.5}, count=20, sum="payload.amount", most=1000, window="1d12h")
    assert (found.rule, found.key, found.window_s) == ("r", "refund:r", 129_600)
    assert (found.count, found.most, found.cost) == (20, 1_000_000_000, 49_500_000)


def test_what_is_only_counted_costs_nothing():
    found = used({"amount": 5}, count=20)
    assert (found.count, found.most, found.cost) == (20, None, 0)


@pytest.mark.parametrize(
    ("amount", "millionths"),
    [
        (0, 0),
        (1, 1_000_000),
        (0.1, 100_000),
        (0.1 + 0.2, 300_001),
        (49.99, 49_990_000),
        (49.999999, 49_999_999),
        (49.9999999, 50_000_000),
        (1e-7, 1),
        (5e-324, 1),
        (2**53, 9_007_199_254_740_992_000_000),
    ],
)
def test_a_cost_is_exact_to_the_millionth_and_never_too_small(amount, millionths):
    assert cost(amount) == millionths


def test_ten_times_ten_cents_are_exactly_one():
    assert (
        sum(cost(0.1) for _ in range(10)) == used({"amount": 0}, sum="payload.amount", most=1).most
    )


@pytest.mark.parametrize(
    ("most", "millionths"),
    [(1000, 1_000_000_000), (999.99, 999_990_000), (0.0000019, 1), (1_000_000_000, 10**15)],
)
def test_the_most_is_exact_to_the_millionth_and_never_too_large(most, millionths):
    assert used({"amount": 1}, sum="payload.amount", most=most).most == millionths


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_no_amount_above_the_most_fits_into_it(amount, most):
    if most > 0 and amount > most:
        found = used({"amount": amount}, sum="payload.amount", most=most)
        assert found.most is not None
        assert found.cost > found.most or amount - most < 1e-6


@given(st.lists(st.integers(0, 10**9), max_size=30))
def test_cents_add_up_exactly(cents):
    assert sum(cost(each / 100) for each in cents) == sum(cents) * 10_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "ACME"),
        ("Acme", " acme\t"),
        ("Acme Corp", "Acme \u00a0  Corp"),
        ("Straße", "STRASSE"),
        ("café", "cafe\u0301"),
        ("ＡＣＭＥ", "acme"),
        ("ﬁrst", "first"),
        ("Acme", "Ac\u200bme\ufeff"),
        ("Acme", "Ac\u00adme"),
        ("Acme", "Acme\x00"),
        ("Acme", "\x01A\x7fcme"),
        ("Acme", "Acme\ufe0f"),
        ("Acme", "Ac\u034fme\U000e0100"),
        ("Acme", "\u3164Acme\u2800\uffa0"),
        ("Acme Corp", "Acme\tCorp"),
        (20, 20.0),
        (0, -0.0),
        (4 * 10**15, 4e15),
    ],
)
def test_what_reads_the_same_shares_a_limit(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Acme", "Acmé"), ("Acme", "Ac me"), ("1", "2"), (1, 2), (0.1, 0.2), (True, False), ("", "0")],
)
def test_what_differs_has_a_limit_of_its_own(one, other):
    assert key(one) != key(other)


@pytest.mark.parametrize("value", ["Acme", "x" * 60_000, "a:b\n<!channel>", "👩‍👩‍👧"])
def test_a_key_is_short_and_repeats_no_value(value):
    policy, name, hashed = key(value).split(":")
    assert (policy, name, len(hashed)) == ("refund", "r", 32)
    assert int(hashed, 16) >= 0


def test_the_limits_of_two_rules_and_two_policies_are_apart():
    other = rule(count=1).model_copy(update={"id": "s"})
    keys = {
        one.key
        for policy in ("refund", "other")
        for each in (rule(count=1), other)
        if (one := allowance(policy, each, {}))
    }
    assert len(keys) == 4


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"count": 1_000}, "1,000 requests in 1 day"),
        ({"sum": "payload.amount", "most": 1000}, "amount of 1000 in all in 1 day"),
        (
            {"count": 20, "sum": "payload.amount", "most": 999.5, "per": "payload.customer"},
            "20 requests and amount of 999.5 in all in 1 day for each customer",
        ),
    ],
)
def test_a_limit_that_is_reached_is_told_in_words(limit, words):
    assert in_full(Limit.model_validate({"window": "1d"} | limit)) == words


@given(st.text(max_size=20) | st.integers() | st.floats(0, 1e15) | st.booleans())
def test_a_value_has_one_limit_however_json_writes_it(value):
    assert key(value) == key(json.loads(json.dumps(value)))
