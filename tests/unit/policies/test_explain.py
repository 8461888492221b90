"""An explanation names every rule, every operand, the people and the times."""

from __future__ import annotations

import pytest

from policies.evaluate import Facts
from policies.explain import explain
from policies.operands import operands
from policies.plan import Outcome, Route

POLICY = """
inputs: {amount: {type: number, minimum: 0}, code: {type: string, secret: true}}
risk: {impact_radius: payload.amount > 10}
rules:
  - id: small
    when: payload.amount < 5 && signals.confidence > 0.5 && payload.code != 'x && y'
    then: approve
    because: x
    limit: {count: 3, window: 1d}
  - {id: undone, when: payload.amount < 50 && signals.reversible, then: watch, for: 15m, because: x}
  - {id: otherwise, then: review, because: y, review: {quorum: 2, checklist: [Look., Twice.]}}
"""


@pytest.fixture
def why(load):
    def explained(amount: float, spent: frozenset[str] = frozenset(), **signals):
        payload = {"amount": amount, "code": "hidden"}
        return explain(load(POLICY), Facts(payload, signals, spent))

    return explained


def test_it_tells_what_reviewers_may_change_and_must_type_and_how_long_they_can_undo(load):
    policy = load("""
inputs: {amount: {type: number, label: Amount, editable: true}, code: {type: string}}
rules: [{id: all, then: review, because: y, review: {confirm: amount, undo: 2m}}]
""")
    people = explain(policy, Facts({"amount": 1, "code": "x"}, {}, frozenset())).people
    assert people is not None
    told = (people.editable, people.confirm, people.undo)
    assert told == (("Amount",), "amount", "2 minutes")


def test_a_rule_that_is_not_reached_says_so(why):
    found = why(1, confidence=1)
    assert (found.route, found.rule) == (Route.APPROVE, "small")
    assert [(rule.rule, rule.reached, rule.matched) for rule in found.rules] == [
        ("small", True, True),
        ("undone", False, False),
        ("otherwise", False, False),
    ]
    assert found.rules[1].parts == ()


def test_each_operand_has_its_own_answer(why):
    parts = why(20, confidence=1, reversible=False).rules[0].parts
    assert [(part.text, part.holds) for part in parts] == [
        ("payload.amount < 5", False),
        ("signals.confidence > 0.5", True),
        ("payload.code != 'x && y'", True),
    ]
    assert parts[0].phrase == "payload.amount < 5: no, amount is 20"


def test_an_operand_that_can_not_be_evaluated_is_neither_true_nor_false(why):
    found = why(1)
    assert [part.holds for part in found.rules[0].parts] == [True, None, True]
    assert found.error is not None
    assert found.rules[1].reached is False


def test_a_secret_value_is_in_no_part_of_it(why):
    assert "hidden" not in why(1, confidence=1).model_dump_json()
    assert "hidden" not in why(20, confidence=1, reversible=False).model_dump_json()


def test_a_limit_is_told_in_words_and_a_spent_one_passes_the_rule_over(why):
    found = why(1, frozenset({"small"}), confidence=1, reversible=True)
    assert found.rules[0].limit == "3 requests in 1 day"
    assert found.rules[0].matched is False
    assert found.rule == "undone"


def test_the_people_are_those_of_the_rule_that_decides(why):
    found = why(60, confidence=1, reversible=False)
    assert found.people.channel == "#approvals"
    [stage] = found.people.stages
    assert (stage.reviewers, stage.quorum) == (("@finance-approvers",), 2)
    assert found.people.checklist == ("Look.", "Twice.")
    assert [button.outcome for button in found.people.buttons] == list(Outcome)


def test_buttons_stand_in_the_policys_order(load):
    written = "rules: [{id: a, then: review, because: x, review: {outcomes: [reject, approve]}}]"
    found = explain(load(written), Facts({}))
    assert found.people is not None
    assert [button.label for button in found.people.buttons] == ["Reject", "Approve"]


def test_the_policys_own_buttons_say_what_they_do(load):
    choices = "[{id: crm, label: Use CRM, effect: It is written.}]"
    written = f"rules: [{{id: a, then: review, because: x, review: {{choices: {choices}}}}}]"
    people = explain(load(written), Facts({})).people
    assert people is not None
    [button] = people.buttons
    assert (button.label, button.effect) == ("Use CRM", "It is written.")


def test_silence_ends_a_review_without_an_approval(why):
    at_once, end = why(60, confidence=1, reversible=False).timeline
    assert at_once.what == "asked in #approvals: @finance-approvers, 2 of whom have to approve"
    assert (end.after_s, end.after) == (7 * 86_400, "7 days")
    assert "not approved" in end.what


def test_silence_lets_a_watch_go_ahead(why):
    went = why(20, confidence=1, reversible=True).timeline[1]
    assert (went.after_s, went.after) == (900, "15 minutes")
    assert "goes ahead" in went.what


def test_where_the_policy_decides_nobody_is_asked(why):
    found = why(1, confidence=1)
    assert found.people is None
    assert [moment.what for moment in found.timeline] == [
        "it is approved by the policy, and nobody is asked"
    ]


def test_the_people_say_in_which_hours_their_time_runs(load):
    hours = "{zone: UTC, open: '09:00-17:00', holidays: [2026-12-25, 2026-12-28]}"
    rule = f"{{id: a, then: review, because: x, review: {{sla: {{hours: {hours}}}}}}}"
    people = explain(load(f"rules: [{rule}]"), Facts({})).people
    assert people is not None
    assert people.hours == "Mon, Tue, Wed, Thu, Fri 09:00-17:00 UTC, but for 2 holidays"


def test_flags_are_told(why):
    [flag] = why(20, confidence=1, reversible=True).flags
    assert (flag.question, flag.raised) == ("impact_radius", True)


@pytest.mark.parametrize(
    ("condition", "operator", "parts"),
    [
        ("a", None, ("a",)),
        ("a && b && c", "&&", ("a", "b", "c")),
        ("a || b", "||", ("a", "b")),
        ("(a || b) && c", "&&", ("(a || b)", "c")),
        ("a && b || c", "||", ("a && b", "c")),
        ("x == 'a && b'", None, ("x == 'a && b'",)),
        (r"x == 'it\'s && so' && b", "&&", (r"x == 'it\'s && so'", "b")),
        ('x == "\' || " || b', "||", ('x == "\' || "', "b")),
        ("l.exists(x, x > 1 && x < 5)", None, ("l.exists(x, x > 1 && x < 5)",)),
        ("a in ['&&', '||'] && b", "&&", ("a in ['&&', '||']", "b")),
        ("a && b ? c : d", None, ("a && b ? c : d",)),
        ("a\n  && b", "&&", ("a", "b")),
    ],
)
def test_a_condition_is_split_outside_of_quotes_and_brackets(condition, operator, parts):
    assert operands(condition) == (operator, parts)
