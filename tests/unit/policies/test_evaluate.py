"""The first rule that holds decides; whatever goes wrong, a person does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.conditions import ConditionError
from policies.evaluate import Facts, check_payload, evaluate
from policies.loader import load_playbooks
from policies.plan import Outcome, Route
from policies.schema import Policy

INPUTS = "inputs: {amount: {type: number}, note: {type: string, required: false}}\n"
RULES = (
    INPUTS
    + """
rules:
  - {id: huge, when: payload.amount > 1000, then: reject, because: It is too much.}
  - {id: sure, when: signals.confidence >= 0.8, then: approve, because: The agent is sure.}
  - {id: marked, when: payload.note == 'ok', then: approve, because: It is marked.}
"""
)


@pytest.fixture
def decided(load):
    policy = load(RULES)
    return lambda payload, signals=None: evaluate(policy, Facts(payload, signals or {}))


def test_the_first_rule_that_holds_decides(decided):
    evaluation = decided({"amount": 5000}, {"confidence": 1})
    assert (evaluation.route, evaluation.rule) == (Route.REJECT, "huge")
    assert evaluation.because == "It is too much."
    assert [step.rule for step in evaluation.trace] == ["huge"]


def test_a_rule_that_does_not_hold_leaves_it_to_the_next(decided):
    evaluation = decided({"amount": 5}, {"confidence": 0.9})
    assert (evaluation.route, evaluation.rule) == (Route.APPROVE, "sure")
    assert [(step.rule, step.matched) for step in evaluation.trace] == [
        ("huge", False),
        ("sure", True),
    ]


def test_when_no_rule_holds_a_person_is_asked(decided):
    evaluation = decided({"amount": 5, "note": "no"}, {"confidence": 0.1})
    assert (evaluation.route, evaluation.rule, evaluation.error) == (Route.REVIEW, None, None)
    assert evaluation.because == "No rule decides this, so a person is asked."


def test_a_missing_signal_ends_in_a_review_that_says_so(decided):
    evaluation = decided({"amount": 5, "note": "ok"})
    assert (evaluation.route, evaluation.rule) == (Route.REVIEW, None)
    assert evaluation.error == "rule sure: signals.confidence was not given"
    assert "rule sure could not be evaluated" in evaluation.because
    assert "a person is asked" in evaluation.because


def test_no_rule_after_one_that_failed_is_looked_at(decided):
    assert [step.rule for step in decided({"amount": 5, "note": "ok"}).trace] == ["huge", "sure"]


def test_a_missing_optional_input_ends_in_a_review(decided):
    evaluation = decided({"amount": 5}, {"confidence": 0.1})
    assert evaluation.error == "rule marked: payload.note was not given"


def test_a_rule_after_the_one_that_decides_cannot_fail_it(decided):
    assert decided({"amount": 5000}).error is None


def test_a_rule_without_a_condition_always_holds(load):
    policy = load("rules: [{id: all, then: reject, because: Closed for the year.}]\n")
    evaluation = evaluate(policy, Facts({"x": 1}))
    assert (evaluation.route, evaluation.rule) == (Route.REJECT, "all")


def test_a_policy_without_rules_asks_a_person(load):
    evaluation = evaluate(load(""), Facts({}))
    assert evaluation.route is Route.REVIEW
    assert evaluation.because == "This policy always asks a person."


def test_each_step_tells_what_it_looked_at(decided):
    steps = decided({"amount": 5}, {"confidence": 0.9}).trace
    assert steps[0].phrase == "payload.amount > 1000: no, amount is 5"
    assert steps[1].phrase == "signals.confidence >= 0.8: yes, confidence is 0.9"


def test_a_review_carries_its_whole_plan(tmp_path):
    policy = Policy.model_validate(
        {
            "policy": "tried",
            "review": {
                "channel": "C0123ABCD",
                "reviewers": ["ana@example.com", "U0123ABCD", "S0123ABCD", "@finance"],
                "outcomes": ["approve", "reject"],
                "sla": {"expire": "4h"},
            },
        }
    )
    plan = evaluate(policy, Facts({})).plan
    assert plan is not None
    assert plan.channel == "C0123ABCD"
    assert plan.stages[0].reviewers == ("ana@example.com", "U0123ABCD", "S0123ABCD", "@finance")
    assert plan.stages[0].quorum == 1
    assert plan.outcomes == (Outcome.APPROVE, Outcome.REJECT)
    assert plan.expire_s == 4 * 3600


def test_a_decision_by_the_policy_alone_has_no_plan(decided):
    assert decided({"amount": 5000}).plan is None


def test_fields_are_drawn_as_the_policy_says_and_only_those_given(load):
    policy = load("""
        inputs:
          note:     {type: string, required: false}
          amount:   {type: number, label: Refund, format: money, currency: EUR}
          order_id: {type: string}
    """)
    fields = evaluate(policy, Facts({"order_id": "o1", "amount": 5})).fields
    assert [(f.name, f.label, f.format, f.currency) for f in fields] == [
        ("amount", "Refund", "money", "EUR"),
        ("order_id", "Order id", "plain", None),
    ]


def test_fields_that_were_not_declared_are_drawn_by_their_values(load):
    payload = {"b_c": True, "i": 1, "n": 1.5, "l": [1], "o": {}, "s": "x", "z": None, "": 1}
    fields = evaluate(load(""), Facts(payload)).fields
    assert [(f.name, f.type) for f in fields] == [
        ("b_c", "boolean"), ("i", "integer"), ("n", "number"), ("l", "list"), ("o", "object"),
        ("s", "string"), ("z", "string"), ("", "integer"),
    ]  # fmt: skip
    assert fields[0].label == "b_c", "two keys that differ never read the same"


def test_a_policy_that_was_not_loaded_is_compiled_on_the_spot():
    form = {"policy": "a", "inputs": {}, "review": {"reviewers": ["@x"]}}
    rule = {"id": "r", "when": "payload.typo", "then": "approve", "because": "b"}
    with pytest.raises(ConditionError, match="takes no inputs"):
        evaluate(Policy.model_validate(form | {"rules": [rule]}), Facts({}))
    fine = rule | {"when": "signals.anomaly"}
    policy = Policy.model_validate(form | {"rules": [fine]})
    assert evaluate(policy, Facts({}, {"anomaly": True})).route is Route.APPROVE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
SIGNALS = st.fixed_dictionaries(
    {},
    optional={
        "confidence": st.floats(0, 1) | JSON,
        "reversible": st.booleans() | JSON,
        "affected": st.integers(0, 99) | JSON,
        "anomaly": st.booleans() | JSON,
    },
)
REFUND = load_playbooks()["refund"]
REFUNDS = st.fixed_dictionaries(
    {
        "amount": st.integers(0, 200_000) | st.floats(0, 200_000) | JSON,
        "customer": st.text(max_size=9) | JSON,
        "tier": st.sampled_from(["standard", "enterprise"]) | JSON,
    },
    optional={"order": st.text(max_size=9) | JSON, "reason": JSON, "other": JSON},
)


@given(REFUNDS, SIGNALS)
def test_what_passes_the_check_is_evaluated_without_an_exception(payload, signals):
    if not check_payload(REFUND, payload, signals):
        evaluation = evaluate(REFUND, Facts(payload, signals))
        assert evaluation.error is None or evaluation.route is Route.REVIEW
        assert evaluation.model_dump_json()


@given(REFUNDS, SIGNALS)
def test_the_same_facts_give_the_same_evaluation(payload, signals):
    if not check_payload(REFUND, payload, signals):
        facts = Facts(payload, signals)
        again = load_playbooks()["refund"]
        assert evaluate(REFUND, facts) == evaluate(again, facts)


FREE = Policy.model_validate(
    {
        "policy": "free",
        "review": {"reviewers": ["@x"]},
        "rules": [
            {"id": f"r{n}", "when": when, "then": "approve", "because": "It holds."}
            for n, when in enumerate(
                [
                    "payload.a > 3",
                    "payload.a.b == payload.c",
                    "payload.l.all(x, x > 1)",
                    "size(payload.l) / payload.a > 1",
                    "payload.l[payload.a] == 'x' || signals.confidence > 0.5",
                    "payload.flag",
                    "!(payload.a * payload.a <= payload.c)",
                ]
            )
        ],
    }
)
ANYTHING = st.dictionaries(st.sampled_from(["a", "c", "l", "flag", "z"]), JSON)


@given(ANYTHING, SIGNALS)
def test_an_error_in_a_reached_rule_always_asks_a_person(payload, signals):
    if check_payload(FREE, payload, signals):
        return
    evaluation = evaluate(FREE, Facts(payload, signals))
    if evaluation.error:
        assert (evaluation.route, evaluation.rule) == (Route.REVIEW, None)
        assert evaluation.plan is not None
        assert not any(step.matched for step in evaluation.trace)
    elif evaluation.route is Route.APPROVE:
        assert evaluation.trace[-1].matched
        assert evaluation.trace[-1].rule == evaluation.rule
