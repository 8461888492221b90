"""The risk questions: flags with a phrase, and how many there may be."""

from __future__ import annotations

import pytest

from policies.conditions import Budget
from policies.plan import Flag
from policies.risk import QUESTIONS, SIGNAL_FLAGS, because, counts, flags, told

GIVEN = {"payload": {"amount": 500, "name": "Acme"}, "signals": {"confidence": 0.5, "mood": "low"}}


def flag(question, raised, why="Because"):
    return Flag(question=question, raised=raised, because=why, phrase="")


@pytest.fixture
def answered(load):
    def answer(risk):
        policy = load(f"signals: {{mood: {{type: string}}}}\nrisk:\n{risk}")
        return flags(policy.policy, policy.questions, GIVEN, Budget())

    return answer


def test_each_question_is_answered_in_the_order_of_the_policy(answered):
    found = answered("  rework_cost: payload.amount > 100\n  ambiguity: payload.name == ''\n")
    assert [(one.question, one.raised) for one in found] == [
        ("rework_cost", True),
        ("ambiguity", False),
    ]


def test_a_flag_shows_what_it_looked_at(answered):
    (found,) = answered("  rework_cost: payload.amount > 100\n")
    assert found.phrase == "payload.amount > 100: yes, amount is 500"


def test_what_cannot_be_answered_is_neither_raised_nor_not(answered):
    (found,) = answered("  rework_cost: signals.affected > 100\n")
    assert found.raised is None
    assert found.phrase.endswith("could not be evaluated, signals.affected was not given")


def test_signals_can_be_asked_about_under_their_own_name(answered):
    found = answered("  confidence: signals.confidence < 0.8\n  mood: \"signals.mood == 'low'\"\n")
    assert [(one.raised, one.because) for one in found] == [
        (True, "The requester is not sure enough."),
        (True, "It raises mood."),
    ]


@pytest.mark.parametrize(("name", "words"), [*QUESTIONS.items(), *SIGNAL_FLAGS.items()])
def test_each_of_the_six_questions_and_signals_has_words_of_its_own(load, name, words):
    policy = load(f"risk:\n  {name}: payload.x\n").policy
    assert because(policy, name) == words
    own = load(f"risk:\n  {name}: {{when: payload.x, because: Ours.}}\n").policy
    assert because(own, name) == "Ours."


@pytest.mark.parametrize(
    ("raised", "possible"),
    [
        ([], [0]),
        ([False, False], [0]),
        ([True, False, True], [2]),
        ([None], [0, 1]),
        ([True, None, None, False], [1, 2, 3]),
    ],
)
def test_a_question_without_an_answer_may_be_a_flag_or_none(raised, possible):
    found = tuple(flag(f"q{at}", each) for at, each in enumerate(raised))
    assert list(counts(found)) == possible


def test_raised_flags_are_told_in_their_own_words():
    found = (flag("a", True, "It is much"), flag("b", False), flag("c", True, "It is odd!"))
    assert told(found, counted=False) == "Risk flags raised (2): It is much. It is odd!"


def test_questions_without_an_answer_are_told_where_their_number_counts():
    found = (flag("a", None), flag("b", False), flag("c", None))
    assert told(found, counted=False) == ""
    assert told(found, counted=True) == "Could not be answered, so it counts as raised: a and c."


def test_nothing_raised_is_nothing_to_tell():
    assert told((), counted=True) == ""
    assert told((flag("a", False),), counted=True) == ""
