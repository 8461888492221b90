"""What people are told: why they are asked, what each button does, what silence does."""

from __future__ import annotations

import pytest

from policies.evaluate import Facts, evaluate
from policies.loader import load_playbooks
from policies.plan import Outcome

REFUND = load_playbooks()["refund"]
FACTS = {"customer": "Acme", "tier": "standard"}


@pytest.fixture
def summary():
    return lambda amount, **signals: (
        evaluate(REFUND, Facts(FACTS | {"amount": amount}, signals)).summary
    )


def test_it_says_why_in_the_words_of_the_rule(summary):
    assert summary(6000).why == (
        "Refunds of 5,000 USD or more need a careful look at the account. "
        "(Policy refund, rule large.)"
    )


def test_it_says_what_could_not_be_evaluated(summary):
    assert summary(20).why == (
        "The rule routine could not be evaluated (signals.confidence was not given), "
        "so a person is asked. (Policy refund.)"
    )


def test_each_button_says_what_it_does(summary):
    buttons = dict(summary(120).buttons)
    assert list(buttons) == [Outcome.APPROVE, Outcome.REVISE, Outcome.REJECT]
    assert buttons[Outcome.APPROVE] == "Approve: the workflow goes on with exactly what is shown."
    assert buttons[Outcome.REVISE].startswith("Revise: nothing is done")
    assert buttons[Outcome.REJECT].startswith("Reject: nothing is done")


def test_it_says_what_happens_when_nobody_answers(summary):
    assert summary(120).silence == (
        "If nobody answers within 1 day the request expires: "
        "it is not approved, and the workflow is told."
    )


def test_a_decision_by_the_policy_alone_says_so_and_has_no_buttons(summary):
    approved = summary(20, confidence=0.9)
    assert approved.why.startswith("Approved by the policy alone: Refunds under 50 USD")
    assert summary(200_000).why.startswith("Rejected by the policy alone: No single refund")
    assert approved.buttons == ()
    assert approved.silence == "Nobody is asked, so no answer is awaited."


def test_only_the_outcomes_of_the_policy_have_a_button(load):
    policy = load("")
    plain = evaluate(policy, Facts({})).summary
    assert [outcome for outcome, _ in plain.buttons] == list(Outcome)
    assert "within 7 days" in plain.silence
