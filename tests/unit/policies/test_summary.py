"""What people are told: why they are asked, what each button does, what silence does."""

from __future__ import annotations

import pytest

from policies.evaluate import Facts, evaluate
from policies.plan import Outcome

POLICY = """
inputs: {amount: {type: number, minimum: 0}}
risk: {impact_radius: payload.amount >= 7000}
rules:
  - {id: impossible, when: payload.amount > 100000, then: reject, because: It is far too much.}
  - id: routine
    when: payload.amount < 50 && signals.confidence >= 0.8
    then: approve
    because: Refunds under 50 USD are routine.
    limit: {count: 3, window: 1d}
  - id: large
    when: payload.amount >= 5000
    then: review
    because: Large refunds need a careful look.
    review: {reviewers: ["@finance"], quorum: 2}
  - id: undone
    when: payload.amount >= 4000
    then: watch
    for: 15m
    stop: reject
    because: It can be undone
  - {id: otherwise, then: review, because: Every other refund gets one look.}
"""


@pytest.fixture
def summary(load):
    policy = load(POLICY)
    return lambda amount, spent=frozenset(), **signals: (
        evaluate(policy, Facts({"amount": amount}, signals, spent)).summary
    )


def test_it_says_why_in_the_words_of_the_rule(summary):
    assert summary(6000).why == ("Large refunds need a careful look. (Policy tried, rule large.)")


def test_it_says_what_could_not_be_evaluated(summary):
    assert summary(20).why == (
        "The rule routine could not be evaluated (signals.confidence was not given), "
        "so a person is asked. (Policy tried.)"
    )


def test_it_names_the_risk_flags_beside_the_rule(summary):
    assert summary(7000).why == (
        "Large refunds need a careful look. Risk flags raised (1): "
        "It reaches far: many people, or much money. (Policy tried, rule large.)"
    )


def test_it_names_a_limit_that_is_reached(summary):
    assert summary(20, spent=frozenset({"routine"}), confidence=1).why == (
        "Every other refund gets one look. "
        "The limit of rule routine is reached (3 requests in 1 day). "
        "(Policy tried, rule otherwise.)"
    )


def test_it_names_that_limit_beside_a_later_error(load):
    policy = load("""
        rules:
          - {id: first, then: approve, because: b, limit: {count: 1, window: 1h}}
          - {id: second, when: signals.anomaly, then: reject, because: b}
    """)
    assert evaluate(policy, Facts({}, spent=frozenset({"first"}))).summary.why == (
        "The rule second could not be evaluated (signals.anomaly was not given), "
        "so a person is asked. The limit of rule first is reached (1 request in 1 hour). "
        "(Policy tried.)"
    )


def test_it_says_why_it_is_not_only_watched(summary):
    assert summary(4000, reversible=False).why == (
        "It can be undone. It would go ahead unless stopped, but it can't be undone. "
        "(Policy tried, rule undone.)"
    )
    assert summary(4000, reversible=False).watching is None


def test_of_a_watch_it_says_when_it_goes_ahead_and_what_stop_does(summary):
    watched = summary(4000, reversible=True)
    assert watched.why == "It can be undone. (Policy tried, rule undone.)"
    assert watched.watching == (
        "It goes ahead by itself 15 minutes after it is shown here, unless somebody stops it. "
        "Stop: it is rejected, and the workflow is told that the answer is no."
    )
    assert summary(6000).watching is None


def test_each_button_says_what_it_does(summary):
    buttons = dict(summary(120, confidence=0).buttons)
    assert list(buttons) == [Outcome.APPROVE, Outcome.REVISE, Outcome.REJECT]
    assert buttons[Outcome.APPROVE] == "Approve: the workflow goes on with exactly what is shown."
    assert buttons[Outcome.REVISE].startswith("Revise: nothing is done")
    assert buttons[Outcome.REJECT].startswith("Reject: nothing is done")


def test_where_several_have_to_approve_each_approval_says_so(summary):
    buttons = dict(summary(6000).buttons)
    assert buttons[Outcome.APPROVE] == (
        "Approve: one of 2 approvals; with the last of them "
        "the workflow goes on with exactly what is shown."
    )
    assert buttons[Outcome.REJECT].startswith("Reject: nothing is done")


def test_a_choice_says_its_own_effect_or_that_of_its_outcome(load):
    policy = load("""
        rules:
          - id: pick
            then: review
            because: Two systems disagree.
            review:
              choices:
                - {id: crm, label: Use CRM, effect: the ERP gets the value of the CRM}
                - {id: neither, label: Neither, outcome: reject}
    """)
    assert evaluate(policy, Facts({})).summary.buttons == (
        (Outcome.APPROVE, "Use CRM: the ERP gets the value of the CRM."),
        (
            Outcome.REJECT,
            "Neither: nothing is done, and the workflow is told that the answer is no.",
        ),
    )


def test_it_says_what_happens_when_nobody_answers(summary):
    assert summary(6000).silence == (
        "If it is not decided within 7 days the request expires: "
        "it is not approved, and the workflow is told."
    )


def test_a_decision_by_the_policy_alone_says_so_and_has_no_buttons(summary):
    approved = summary(20, confidence=0.9)
    assert approved.why == (
        "Approved by the policy alone: Refunds under 50 USD are routine. "
        "(Policy tried, rule routine.)"
    )
    assert summary(200_000).why.startswith("Rejected by the policy alone: It is far too much.")
    assert approved.buttons == ()
    assert approved.silence == "Nobody is asked, so no answer is awaited."


def test_without_rules_it_counts_the_flags(load):
    policy = load("""
        auto: true
        risk:
          ambiguity: {when: payload.odd, because: Nobody knows}
          frequency: "payload.count < 3"
    """)
    assert evaluate(policy, Facts({"odd": True, "count": 9})).summary.why == (
        "1 of 2 risk flags is raised, and a person is asked. "
        "Risk flags raised (1): Nobody knows. (Policy tried.)"
    )
    assert evaluate(policy, Facts({"odd": True})).summary.why == (
        "2 of 2 risk flags are raised, and a person is asked. "
        "Risk flags raised (1): Nobody knows. "
        "Could not be answered, so it counts as raised: frequency. (Policy tried.)"
    )
    assert evaluate(policy, Facts({"odd": False, "count": 9})).summary.why == (
        "Approved by the policy alone: No risk flag is raised. (Policy tried.)"
    )


def test_only_the_outcomes_of_the_policy_have_a_button(load):
    plain = evaluate(load(""), Facts({})).summary
    assert [outcome for outcome, _ in plain.buttons] == list(Outcome)
    assert "within 7 days" in plain.silence
    rule = "{id: a, then: review, because: b, review: {outcomes: [reject, approve]}}"
    fewer = evaluate(load(f"rules: [{rule}]\n"), Facts({})).summary
    assert [outcome for outcome, _ in fewer.buttons] == [Outcome.REJECT, Outcome.APPROVE]


def test_where_several_have_to_reject_each_rejection_says_so(load):
    usual = "rules: [{id: a, then: review, because: b, review: {reject_quorum: 2"
    plain = dict(evaluate(load(usual + "}}]"), Facts({})).summary.buttons)
    assert plain[Outcome.REJECT] == (
        "Reject: one of 2 rejections; with the last of them "
        "nothing is done, and the workflow is told that the answer is no."
    )
    choices = "choices: [{id: y, label: Go}, {id: n, label: No, outcome: reject}]"
    chosen = evaluate(load(f"{usual}, {choices}}}}}]"), Facts({})).summary.buttons
    assert dict(chosen)[Outcome.REJECT].endswith("2 people have to reject.")


def test_it_says_whom_it_asks_and_who_is_asked_later(load):
    sla = "{escalate: 4h, further: [{after: 8h, ask: [ceo@e.com]}, {after: 12h, ask: ['@b']}]}"
    review = f"{{assign: least_loaded, backups: ['@c'], sla: {sla}}}"
    policy = load(f"rules: [{{id: a, then: review, because: b, review: {review}}}]")
    assert evaluate(policy, Facts({})).summary.silence == (
        "Asked are those with the fewest open requests; all who are named may decide. "
        "After 4 hours backups are asked too, and further people after 8 hours and 12 hours. "
        "If it is not decided within 7 days the request expires: "
        "it is not approved, and the workflow is told."
    )


def test_in_working_hours_no_day_is_taken_for_one_of_work(load):
    sla = "{remind: [1d], expire: 1d12h, hours: {zone: UTC}}"
    policy = load(f"rules: [{{id: a, then: review, because: b, review: {{sla: {sla}}}}}]")
    assert evaluate(policy, Facts({})).summary.silence == (
        "Reminders come after 24 hours. Only working hours count. If it is not decided within "
        "36 hours the request expires: it is not approved, and the workflow is told."
    )
