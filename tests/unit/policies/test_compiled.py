"""A policy made ready: its plans and conditions, and each fault beyond its form with its place."""

from __future__ import annotations

import pytest

from policies.compiled import PolicyFaults, compiled, vocabulary
from policies.conditions import Budget, ConditionError
from policies.plan import Stage
from policies.schema import Policy

REVIEW = {"reviewers": ["ana@example.com", "ben@example.com"]}
INPUTS = {
    "amount": {"type": "number", "minimum": 0},
    "maybe": {"type": "number", "minimum": 0, "required": False},
    "low": {"type": "number"},
    "name": {"type": "string", "secret": True},
    "tags": {"type": "list"},
}


def policy(**form):
    return Policy.model_validate({"policy": "tried", "review": REVIEW, "inputs": INPUTS} | form)


def rule(**form):
    return {"id": "r", "then": "review", "because": "b"} | form


def approving(**limit):
    return rule(then="approve", limit={"window": "1d"} | limit)


def faults(**form):
    with pytest.raises(PolicyFaults) as caught:
        compiled(policy(**form))
    return [(fault.path, _message(fault.problem)) for fault in caught.value.faults]


def _message(problem):
    return problem if isinstance(problem, str) else problem.message


COMMENTED = [{"id": "x", "label": "X", "comment": True}]
FOUR = dict.fromkeys(("ambiguity", "frequency", "confidence", "anomaly"), "payload.low > 1")


@pytest.mark.parametrize(
    ("form", "path", "message"),
    [
        ({"review": {"channel": "#a"}}, ("review",), "needs `reviewers`, or `stages`"),
        ({"auto": True}, ("auto",), "goes with `risk` and no `rules`"),
        ({"risk": {"speed": "payload.low > 1"}}, ("risk", "speed"), "`speed` is no risk question"),
        ({"risk": {"ambiguity": "payload.lo > 1"}}, ("risk", "ambiguity", "when"), "mean low?"),
        ({"risk": FOUR, "review": {"reviewers": ["a@b.c"]}}, ("review",), "name another reviewer"),
        (
            {"review": REVIEW | {"confirm": "amuont"}},
            ("review", "confirm"),
            "amuont is not (did you mean amount?)",
        ),
        (
            {"inputs": None, "review": REVIEW | {"confirm": "amount"}},
            ("review", "confirm"),
            "`confirm` needs an input that is declared",
        ),
        (
            {"inputs": None, "rules": [rule(review={"confirm": "amount"})]},
            ("rules", 0, "review", "confirm"),
            "`confirm` needs an input that is declared",
        ),
        (
            {"rules": [rule(review={"confirm": "name"})]},
            ("rules", 0, "review", "confirm"),
            "name is secret, so nobody can see what to type",
        ),
        (
            {"rules": [rule(review={"confirm": "tags"})]},
            ("rules", 0, "review", "confirm"),
            "`confirm` goes with text and numbers; tags is of type list",
        ),
        (
            {"rules": [rule(review={"confirm": "maybe"})]},
            ("rules", 0, "review", "confirm"),
            "maybe may be missing, and then nobody could approve",
        ),
        (
            {"risk": FOUR, "review": REVIEW | {"choices": COMMENTED}},
            ("review", "choices"),
            "2 people have to agree",
        ),
        (
            {"review": REVIEW | {"quorum": "all", "choices": COMMENTED}},
            ("review", "choices"),
            "2 people have to agree",
        ),
        ({"signals": {"anomaly": {"type": "boolean"}}}, ("signals", "anomaly"), "there already"),
        ({"rules": [rule(when="payload.lo > 1")]}, ("rules", 0, "when"), "mean low?"),
        ({"rules": [rule(review={"quorum": 3})]}, ("rules", 0, "review"), "can never approve"),
        (
            {"rules": [rule(review={"quorum": 2, "choices": COMMENTED})]},
            ("rules", 0, "review"),
            "2 people have to agree",
        ),
        (
            {"rules": [rule(then="watch", **{"for": "7d"})]},
            ("rules", 0, "for"),
            "has to end before the request expires",
        ),
        (
            {"rules": [rule(then="watch", **{"for": "1h"})], "reversible": False},
            ("rules", 0, "then"),
            "write then: review",
        ),
        (
            {"rules": [approving(sum="payload.gone", most=1)]},
            ("rules", 0, "limit", "sum"),
            "gone is not",
        ),
        (
            {"rules": [approving(sum="payload.maybe", most=1)]},
            ("rules", 0, "limit", "sum"),
            "take required: false out",
        ),
        (
            {"rules": [approving(sum="payload.low", most=1)]},
            ("rules", 0, "limit", "sum"),
            "give the input minimum: 0",
        ),
        (
            {"rules": [approving(sum="payload.name", most=1)]},
            ("rules", 0, "limit", "sum"),
            "name is of type string",
        ),
        (
            {"rules": [approving(count=1, per="payload.tags")]},
            ("rules", 0, "limit", "per"),
            "tags is of type list",
        ),
        (
            {"inputs": None, "rules": [approving(count=1, per="payload.name")]},
            ("rules", 0, "limit", "per"),
            "needs an input that is declared",
        ),
        ({"tests": [{"expect": "gone"}]}, ("tests", 0, "expect"), "there is no rule gone"),
        (
            {"rules": [rule()], "tests": [{"expect": "r", "spent": ["r"]}]},
            ("tests", 0, "spent"),
            "the rule r has no limit",
        ),
    ],
)
def test_each_fault_is_told_at_its_place(form, path, message):
    ((found, said),) = faults(**form)
    assert found == path
    assert message in said


def test_all_faults_are_told_at_once_and_together_as_text():
    form = {"auto": True, "rules": [rule(when="payload.lo > 1 && payload.nme == ''")]}
    assert [path for path, _ in faults(**form)] == [
        ("auto",),
        ("rules", 0, "when"),
        ("rules", 0, "when"),
    ]
    with pytest.raises(PolicyFaults, match=r"`auto` goes with .*; payload has no lo .*no nme"):
        compiled(policy(**form))


def test_a_policy_without_faults_has_its_conditions_questions_and_plans_by_name():
    loaded = compiled(
        policy(
            risk={"ambiguity": "payload.low > 1"},
            rules=[
                rule(id="one", when="payload.low > 1", then="approve"),
                rule(id="two", review={"quorum": 2}),
                rule(id="three", then="watch", **{"for": "1h"}),
                rule(id="four", then="reject"),
            ],
        ),
        "sha256:x",
        "a.yaml",
    )
    assert (loaded.hash, loaded.source) == ("sha256:x", "a.yaml")
    assert set(loaded.conditions) == {"one"}
    assert set(loaded.questions) == {"ambiguity"}
    assert set(loaded.plans) == {"two", "three"}
    assert loaded.plan.people == 1
    assert loaded.strictest == loaded.plans["two"]


def test_what_was_loaded_cannot_be_changed():
    loaded = compiled(policy())
    for mapping in (loaded.conditions, loaded.questions, loaded.plans):
        with pytest.raises(TypeError):
            mapping["x"] = None  # type: ignore[index]


def test_the_strictest_plan_waits_for_people_even_where_its_rule_only_watches():
    watching = rule(then="watch", review={"quorum": 2}, **{"for": "1h"})
    strictest = compiled(policy(rules=[watching])).strictest
    assert strictest.people == 2
    assert strictest.watch is None


def test_where_flags_can_ask_two_people_the_strictest_plan_does():
    assert compiled(policy(risk=FOUR)).strictest.stages == (
        Stage(reviewers=tuple(REVIEW["reviewers"]), quorum=2),
    )
    assert compiled(policy(risk=FOUR, rules=[rule()])).strictest.people == 1


def test_flags_can_be_counted_in_rules_alone():
    counting = policy(risk=FOUR, rules=[rule(when="risk.flags > 3")])
    assert compiled(counting).conditions["r"].sources == {"risk"}
    vocabulary(counting, risk=True).compile("risk.flags > 3")
    with pytest.raises(ConditionError, match="there are no risk flags here"):
        vocabulary(counting, risk=False).compile("risk.flags > 3")


def test_conditions_know_the_types_of_inputs_and_signals_and_what_is_secret():
    words = vocabulary(policy(signals={"mood": {"type": "string"}}), risk=True)
    with pytest.raises(ConditionError, match="text and a number"):
        words.compile("signals.mood > 5")
    with pytest.raises(ConditionError, match="text and a number"):
        words.compile("payload.name > 5")
    condition = words.compile("payload.name == 'x'")
    phrase = condition.test({"payload": {"name": "hunter2"}, "signals": {}}, Budget()).phrase
    assert phrase == "a condition on what is secret: no, name is secret"


def test_what_has_to_be_typed_is_told_of_once_where_the_policy_says_it():
    wrong = {"review": REVIEW | {"confirm": "tags"}, "rules": [rule(review={"undo": "30s"})]}
    assert [path for path, _ in faults(**wrong)] == [("review", "confirm")]


def test_a_rule_can_want_another_value_typed_than_the_policy():
    loaded = compiled(
        policy(review=REVIEW | {"confirm": "low"}, rules=[rule(review={"confirm": "amount"})])
    )
    assert (loaded.plan.confirm, loaded.plans["r"].confirm) == ("low", "amount")
