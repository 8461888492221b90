"""How long an approval can be used: written in the file, frozen into the evaluation, and said."""

from __future__ import annotations

import pytest

from policies.evaluate import Facts, evaluate
from policies.explain import explain
from policies.loader import PolicyErrors, load_text
from policies.plan import Evaluation

FILE = """
policy: refund
inputs: {amount: {type: number, minimum: 0}}
VALID
review: {reviewers: ["@finance-approvers"]}
rules:
  - {id: never, when: payload.amount > 9000, then: reject, because: Never so much.}
  - {id: routine, when: payload.amount < 50, then: approve, because: It is routine.}
  - {id: wrong, when: 1 / payload.amount < 0.001, then: review, because: Large.}
"""


def judged(amount: float, valid: str = "valid: 15m") -> Evaluation:
    policy = load_text(FILE.replace("VALID", valid).encode(), "refund.yaml")
    return evaluate(policy, Facts({"amount": amount}))


@pytest.mark.parametrize("amount", [0, 20, 100, 5000])
def test_it_is_in_each_evaluation_whoever_decides_then(amount: float):
    assert judged(amount).valid_s == 900


def test_without_it_there_is_no_such_time():
    evaluation = judged(100, "")
    assert evaluation.valid_s is None
    assert "act within" not in evaluation.summary.silence


@pytest.mark.parametrize(("written", "seconds"), [("1s", 1), ("90s", 90), ("90d", 7_776_000)])
def test_it_is_a_second_to_ninety_days(written: str, seconds: int):
    assert judged(100, f"valid: {written}").valid_s == seconds


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("0s", "0s is out of range; write between 1 second and 90 days"),
        ("91d", "91d is out of range"),
        ("15", "write a duration such as 90s, 15m or 1d"),
        ("soon", "'soon' is not a duration"),
        ("[15m]", "write a duration"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(written: str, problem: str):
    with pytest.raises(PolicyErrors) as refused:
        judged(100, f"valid: {written}")
    assert problem in str(refused.value)


def test_reviewers_read_it_and_so_does_the_record_of_what_nobody_was_asked():
    said = "The workflow has to act within 15 minutes of an approval."
    assert judged(100).summary.silence.endswith(said)
    assert judged(20).summary.silence.endswith(said)
    assert said not in judged(9999).summary.silence


def test_explain_tells_it():
    policy = load_text(FILE.replace("VALID", "valid: 15m").encode(), "refund.yaml")
    assert explain(policy, Facts({"amount": 100})).valid == "15 minutes"
    without = load_text(FILE.replace("VALID", "").encode(), "refund.yaml")
    assert explain(without, Facts({"amount": 100})).valid is None
