"""A file that was begun from answers loads, passes its tests, and gives no cause for caution."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.check import cautions
from policies.loader import load_text
from policies.starter import KINDS, NUMBERS, Answers, StarterField, starter
from policies.trial import trials

MONEY = StarterField(name="amount", kind="money", currency="EUR")


def answers(**changes) -> Answers:
    given_ = {
        "name": "credit-note",
        "description": "A credit note.",
        "fields": (MONEY, StarterField(name="customer")),
        "reviewers": ("@finance",),
        "channel": "#approvals",
        "amount": "amount",
    }
    return Answers.model_validate(given_ | changes)


def loaded(given_: Answers):
    return load_text(starter(given_).encode(), "credit-note.yaml")


@given(
    kind=st.sampled_from(NUMBERS),
    below=st.none() | st.floats(0.01, 1e9),
    from_=st.none() | st.floats(0.01, 1e9),
    others=st.lists(st.sampled_from(KINDS), max_size=5),
)
def test_whatever_is_answered_the_file_is_sound(kind, below, from_, others):
    if below is not None and from_ is not None and below > from_:
        below, from_ = from_, below
    fields = (
        StarterField(name="amount", kind=kind),
        *(StarterField(name=f"other{at}", kind=each) for at, each in enumerate(others)),
    )
    policy = loaded(answers(fields=fields, approve_below=below, two_from=from_))
    assert cautions(policy) == ()
    assert [trial.failures for trial in trials(policy) if not trial.passed] == []
    assert len(policy.policy.tests) >= 1


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_a_description_is_taken_to_the_letter(text):
    policy = loaded(answers(description=text)).policy
    assert policy.description == text


def test_the_thresholds_become_rules():
    policy = loaded(answers(approve_below=50, two_from=5000))
    assert [rule.id for rule in policy.policy.rules] == ["routine", "large", "otherwise"]
    assert policy.plans["large"].people == 2
    assert policy.policy.rules[0].limit is not None


def test_without_thresholds_a_person_always_looks():
    assert [rule.id for rule in loaded(answers()).policy.rules] == ["otherwise"]


def test_a_policy_can_do_without_fields_and_channel():
    policy = loaded(answers(fields=(), amount=None, channel=None)).policy
    assert policy.inputs == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"approve_below": 50, "two_from": 20},
        {"approve_below": 50, "amount": "customer"},
        {"approve_below": 50, "amount": None},
        {"approve_below": -1},
        {"two_from": 0},
        {"approve_below": 2e9},
    ],
)
def test_answers_that_contradict_each_other_are_refused(changes):
    with pytest.raises(ValueError, match=r"field|amount|needs nobody"):
        starter(answers(**changes))


def test_lines_fit_an_editor():
    text = starter(answers(approve_below=50, two_from=5000))
    assert max(map(len, text.splitlines())) <= 100
