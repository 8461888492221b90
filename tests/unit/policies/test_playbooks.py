"""The policies that ship do what they say."""

from __future__ import annotations

import pytest

from policies.evaluate import Facts, check_payload, evaluate
from policies.loader import load_playbooks
from policies.plan import Route

PLAYBOOKS = load_playbooks()


@pytest.mark.parametrize(
    ("amount", "signals", "route", "rule"),
    [
        (20, {"confidence": 0.9}, Route.APPROVE, "routine"),
        (49.99, {"confidence": 0.8}, Route.APPROVE, "routine"),
        (50, {"confidence": 1}, Route.REVIEW, "otherwise"),
        (20, {"confidence": 0.79}, Route.REVIEW, "otherwise"),
        (120, {}, Route.REVIEW, "otherwise"),
        (5_000, {}, Route.REVIEW, "large"),
        (100_000, {}, Route.REVIEW, "large"),
        (100_001, {}, Route.REJECT, "impossible"),
        (20, {}, Route.REVIEW, None),
    ],
)
def test_refunds_go_the_way_of_their_amount_and_confidence(amount, signals, route, rule):
    payload = {"amount": amount, "customer": "Acme", "tier": "standard"}
    assert check_payload(PLAYBOOKS["refund"], payload, signals) == ()
    evaluation = evaluate(PLAYBOOKS["refund"], Facts(payload, signals))
    assert (evaluation.route, evaluation.rule) == (route, rule)


def test_a_refund_is_shown_as_money():
    payload = {"amount": 120, "customer": "Acme", "tier": "standard", "reason": "Late"}
    fields = evaluate(PLAYBOOKS["refund"], Facts(payload)).fields
    assert [field.label for field in fields] == ["Amount", "Customer", "Tier", "Reason"]
    assert (fields[0].format, fields[0].currency) == ("money", "USD")


def test_the_default_takes_anything_and_always_asks():
    default = PLAYBOOKS["default"]
    for payload in ({}, {"anything": [{"at": "all"}]}):
        assert check_payload(default, payload, {}) == ()
        assert evaluate(default, Facts(payload)).route is Route.REVIEW
