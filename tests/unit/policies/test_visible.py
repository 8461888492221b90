"""What a policy keeps from whom: `secret` from everybody, `visible: reviewers` from a channel."""

from __future__ import annotations

from typing import Any

import pytest

from policies.evaluate import Facts, check_payload, evaluate
from policies.examples import example
from policies.explain import explain
from policies.loader import PolicyErrors, load_text

REVIEW = "review: {reviewers: ['@approvers'], channel: '#approvals'}"
MARK = "hunter2"


def load(text: str) -> Any:
    return load_text(f"policy: pay\n{text}\n{REVIEW}\n".encode(), "pay.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "inputs: {a: {type: string, secret: true, visible: reviewers}}",
            "a `secret` input is shown to nobody, reviewers included; take `secret` out, or",
        ),
        (
            "inputs: {a: {type: string, secret: true, editable: true}}",
            "a `secret` input is never shown, so that nobody can edit it",
        ),
        (
            "signals: {mood: {type: string, visible: reviewers}}",
            "`secret`, `editable` and `visible` go with inputs; a signal is always shown",
        ),
        ("inputs: {a: {type: string, visible: nobody}}", "everyone"),
        *(
            (
                "inputs: {a: {type: number, minimum: 0, secret: true}}\nrules:\n"
                f"  - {{id: r, then: approve, because: Fine., limit: {{{limit}, window: 1d}}}}",
                "a is secret, and a limit would tell of it by and by; write `count` alone",
            )
            for limit in ("sum: payload.a, most: 10", "count: 1, per: payload.a")
        ),
    ],
)
def test_what_can_t_be_kept_is_refused_with_what_to_write(text: str, message: str):
    with pytest.raises(PolicyErrors) as refused:
        load(text)
    assert message in str(refused.value)


def test_nobody_can_be_asked_to_type_a_secret():
    text = "policy: pay\ninputs: {a: {type: string, secret: true}}\n"
    with pytest.raises(PolicyErrors, match="nobody can see what to type; name another input"):
        load_text(f"{text}review: {{reviewers: ['@a'], confirm: a}}".encode(), "pay.yaml")


@pytest.mark.parametrize("kept", ["secret: true", "visible: reviewers"])
def test_why_it_could_not_be_evaluated_repeats_no_value_that_is_kept(kept: str):
    """Which is told to everybody: on the card, in the log, in the summary."""
    policy = load(
        f"inputs: {{a: {{type: string, {kept}}}, names: {{type: object}}}}\n"
        "rules: [{id: r, when: 'payload.names[payload.a] == 1', then: reject, because: No.}]"
    )
    found = evaluate(policy, Facts({"a": MARK, "names": {}}))
    assert found.error == "rule r: the key asked for was not given"
    told = (found.error, found.because, found.summary)
    assert MARK not in f"{told}"


@pytest.mark.parametrize("kept", ["secret: true", "visible: reviewers"])
def test_nor_how_long_a_list_is_that_is_too_long(kept: str):
    policy = load(
        f"inputs: {{a: {{type: list, {kept}}}}}\n"
        "rules: [{id: r, when: 'payload.a.exists(x, x == 1)', then: reject, because: No.}]"
    )
    found = evaluate(policy, Facts({"a": [0] * 2_345}))
    assert found.error == "rule r: what it looks at has more than 2,000 entries"


def test_a_rule_about_a_secret_is_told_by_its_name_alone():
    policy = load(
        "inputs: {a: {type: string, secret: true}}\n"
        f"risk: {{ambiguity: payload.a == '{MARK}'}}\n"
        f"rules: [{{id: r, when: \"payload.a == '{MARK}' && size(payload.a) > 1\", then: reject, "
        "because: No.}]"
    )
    facts = Facts({"a": MARK})
    found = evaluate(policy, facts)
    assert found.trace[0].phrase == "a condition on what is secret: yes, a is secret"
    assert MARK not in found.model_dump_json()
    phrases = [part.phrase for rule in explain(policy, facts).rules for part in rule.parts]
    assert phrases
    assert MARK not in f"{phrases}"


@pytest.mark.parametrize(
    ("kind", "value"),
    [("string", MARK), ("object", {"deep": {MARK: MARK}}), ("list", [MARK]), ("number", MARK)],
)
def test_what_is_wrong_with_a_secret_repeats_nothing_of_it(kind: str, value: Any):
    most = ", max_length: 1" if kind == "string" else ""
    policy = load(f"inputs: {{a: {{type: {kind}, secret: true{most}}}}}")
    assert MARK not in f"{check_payload(policy, {'a': value}, {})}"
    assert MARK not in evaluate(policy, Facts({"a": value})).model_dump_json()


def test_an_example_has_none_of_the_secrets_that_stand_in_a_test():
    policy = load(
        "inputs: {a: {type: string, secret: true}, b: {type: number}}\n"
        "rules: [{id: r, then: review, because: Look.}]\n"
        f"tests: [{{payload: {{a: {MARK}, b: 7}}, expect: r}}]"
    )
    assert example(policy).payload == {"a": "Example", "b": 7}


def test_explain_says_what_is_kept_from_whom():
    policy = load(
        "inputs: {token: {type: string, secret: true}, "
        "salary: {type: number, visible: reviewers, editable: true}}"
    )
    people = explain(policy, Facts({"token": MARK, "salary": 5})).people
    assert people is not None
    assert (people.secret, people.reserved) == (("Token",), ("Salary",))
