"""A policy's own tests: expected against got."""

from __future__ import annotations

import pytest

from policies.trial import trials

POLICY = """
inputs: {amount: {type: number}}
rules:
  - {id: large, when: payload.amount > 50, then: review, because: x, review: {quorum: 2}}
  - {id: small, when: payload.amount < 5, then: approve, because: x, limit: {count: 1, window: 1d}}
tests:
"""


@pytest.fixture
def tried(load):
    """The trial of one test."""

    def one(test: str):
        [trial] = trials(load(f"{POLICY}  - {test}\n"))
        return trial

    return one


def test_the_rule_that_decides_is_expected_by_its_id(tried):
    assert tried("{payload: {amount: 60}, expect: large, quorum: 2}").passed
    assert tried("{payload: {amount: 1}, expect: small}").passed


def test_where_no_rule_decides_the_route_is_expected(tried):
    assert tried("{payload: {amount: 10}, expect: review, quorum: 1}").passed


def test_a_spent_limit_is_passed_over(tried):
    assert tried("{payload: {amount: 1}, spent: [small], expect: review}").passed


def test_another_rule_fails_with_what_was_expected_and_what_came(tried):
    trial = tried("{name: a big one, payload: {amount: 60}, expect: small}")
    assert (trial.number, trial.name, trial.passed) == (1, "a big one", False)
    assert (trial.expected, trial.got) == ("small", "large (review)")
    assert trial.failures == ("expected small, got large (review)",)
    assert [step.rule for step in trial.evaluation.trace] == ["large"]


def test_a_route_in_place_of_the_rule_is_told_what_to_write(tried):
    [failure] = tried("{payload: {amount: 60}, expect: review}").failures
    assert failure.endswith("; write expect: large")


def test_another_number_of_people_fails(tried):
    trial = tried("{payload: {amount: 60}, expect: large, quorum: 1}")
    assert trial.failures == ("expected one person, got 2 people",)


def test_where_nobody_is_asked_no_quorum_is_met(tried):
    trial = tried("{payload: {amount: 1}, expect: small, quorum: 1}")
    assert trial.failures == ("expected one person, got nobody asked",)


def test_a_payload_that_does_not_fit_fails_and_says_why(tried):
    trial = tried("{payload: {amount: much}, signals: {sure: 1}, expect: small}")
    assert trial.evaluation is None
    assert [failure.split()[0] for failure in trial.failures] == ["payload.amount", "signals.sure"]


def test_a_policy_without_tests_has_none_to_try(load):
    assert trials(load("")) == ()
