"""The first rule that holds decides; whatever goes wrong, a person does."""

from __future__ import annotations

import pytest

from policies.compiled import compiled
from policies.evaluate import Facts, evaluate
from policies.plan import Outcome, Route, Watch
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


def test_a_review_carries_its_whole_plan():
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
    plan = evaluate(compiled(policy), Facts({})).plan
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


def test_fields_say_what_is_secret_and_what_can_be_edited(load):
    policy = load("""
        inputs:
          token:  {type: string, secret: true}
          amount: {type: number, editable: true}
    """)
    fields = evaluate(policy, Facts({"token": "t", "amount": 5})).fields
    assert [(f.name, f.secret, f.editable) for f in fields] == [
        ("token", True, False),
        ("amount", False, True),
    ]


def test_no_secret_value_is_in_an_evaluation(load):
    policy = load("""
        inputs: {token: {type: string, secret: true}, names: {type: object}}
        risk: {ambiguity: payload.token == 'x'}
        rules:
          - {id: a, when: payload.token == 'x', then: approve, because: b}
          - {id: c, when: "payload.names[payload.token] == 1", then: approve, because: b}
    """)
    evaluation = evaluate(policy, Facts({"token": "hunter2", "names": {}}))
    assert evaluation.error == "rule c: the key asked for was not given"
    assert "hunter2" not in evaluation.model_dump_json()


STRICTER = """
rules:
  - id: asks
    when: payload.amount > 10
    then: review
    because: b
    review: {stages: [{reviewers: [a@b.c, d@e.f], quorum: 2}, {reviewers: [g@h.i]}]}
  - {id: marked, when: signals.confidence > 0.5, then: approve, because: b}
"""


def test_after_an_error_the_strictest_plan_of_the_policy_is_asked(load):
    evaluation = evaluate(load(INPUTS + STRICTER), Facts({"amount": 5}))
    assert evaluation.error == "rule marked: signals.confidence was not given"
    assert evaluation.plan is not None
    assert [stage.quorum for stage in evaluation.plan.stages] == [2, 1]


def test_when_no_rule_holds_the_plan_is_that_of_the_policy(load):
    plan = evaluate(load(INPUTS + STRICTER), Facts({"amount": 5}, {"confidence": 0})).plan
    assert plan is not None
    assert plan.reviewers == ("@finance-approvers",)


WATCHED = """
rules:
  - {id: seen, then: watch, for: 15m, stop: reject, because: It can be undone.}
"""


def watched(load, said, signals):
    return evaluate(load(f"{said}{WATCHED}"), Facts({}, signals))


@pytest.mark.parametrize(
    ("said", "signals"),
    [
        ("", {"reversible": True}),
        ("reversible: true\n", {}),
        ("reversible: true\n", {"anomaly": False}),
    ],
)
def test_what_can_be_undone_goes_ahead_unless_it_is_stopped(load, said, signals):
    evaluation = watched(load, said, signals)
    assert (evaluation.route, evaluation.rule) == (Route.WATCH, "seen")
    assert evaluation.plan is not None
    assert evaluation.plan.watch == Watch(for_s=900, stop=Route.REJECT)


@pytest.mark.parametrize(
    ("said", "signals", "why"),
    [
        ("", {}, "nothing says that it can be undone"),
        ("", {"reversible": False}, "it can't be undone"),
        ("reversible: true\n", {"reversible": False}, "it can't be undone"),
        ("", {"reversible": True, "anomaly": True}, "an anomaly is reported"),
    ],
)
def test_else_it_waits_for_a_person_and_says_why(load, said, signals, why):
    evaluation = watched(load, said, signals)
    assert (evaluation.route, evaluation.rule, evaluation.error) == (Route.REVIEW, "seen", None)
    assert evaluation.plan is not None
    assert evaluation.plan.watch is None
    assert f"It would go ahead unless stopped, but {why}." in evaluation.summary.why
    assert evaluation.allowance is None


LIMITED = (
    INPUTS
    + """
rules:
  - id: routine
    when: payload.amount < 50
    then: approve
    because: Small ones are routine.
    limit: {count: 20, window: 1d}
  - {id: next, when: payload.amount < 20, then: approve, because: Very small.}
"""
)


def test_an_approval_says_what_it_uses_up_of_its_limit(load):
    evaluation = evaluate(load(LIMITED), Facts({"amount": 30}))
    assert (evaluation.route, evaluation.rule) == (Route.APPROVE, "routine")
    assert evaluation.allowance is not None
    assert (evaluation.allowance.rule, evaluation.allowance.count) == ("routine", 20)


def test_past_its_limit_a_rule_is_passed_over_and_the_next_decides(load):
    evaluation = evaluate(load(LIMITED), Facts({"amount": 10}, spent=frozenset({"routine"})))
    assert (evaluation.route, evaluation.rule, evaluation.allowance) == (
        Route.APPROVE,
        "next",
        None,
    )
    assert [step.matched for step in evaluation.trace] == [False, True]
    assert evaluation.trace[0].phrase == (
        "payload.amount < 50: yes, amount is 10; "
        "but the limit of rule routine is reached (20 requests in 1 day)"
    )
    assert "The limit of rule routine is reached (20 requests in 1 day)." in evaluation.summary.why


def test_a_limit_that_is_reached_is_not_told_where_the_rule_does_not_hold(load):
    evaluation = evaluate(load(LIMITED), Facts({"amount": 90}, spent=frozenset({"routine"})))
    assert "limit" not in evaluation.summary.why
    assert "limit" not in evaluation.trace[0].phrase


def test_past_the_limit_of_its_client_nothing_goes_ahead_by_itself(load):
    policy = load(
        """
reversible: true
inputs: {amount: {type: number}}
rules:
  - {id: routine, when: payload.amount < 5, then: approve, because: Small., limit: {count: 9, window: 1d}}
  - {id: later, when: payload.amount < 50, then: watch, for: 15m, because: It can be undone.}
  - {id: refused, when: payload.amount > 900, then: reject, because: Too much.}
  - {id: large, then: review, because: Large., review: {quorum: 2, reviewers: ["@two"]}}
"""  # noqa: E501
    )

    def over(amount: int):
        return evaluate(policy, Facts({"amount": amount}, over_limit=True))

    for amount, rule, because in ((1, "routine", "Small."), (10, "later", "It can be undone.")):
        judged = over(amount)
        assert (judged.route, judged.rule, judged.allowance) == (Route.REVIEW, rule, None)
        assert judged.because == (
            "The client asked for more than its limit, so nothing goes ahead by itself and "
            "2 people must approve, as where this policy asks most."
        )
        assert f"Within it this would have held: {because}" in judged.summary.why
        assert judged.plan == policy.strictest
    asked = over(100)
    assert (asked.because, asked.plan) == ("Large.", policy.plans["large"])
    assert "asked for more than its limit, so this was held" in asked.summary.why
    assert over(1000) == evaluate(policy, Facts({"amount": 1000}))


def test_a_rule_without_a_limit_cannot_be_spent(load):
    facts = Facts({"amount": 10}, spent=frozenset({"routine", "next"}))
    assert evaluate(load(LIMITED), facts).rule == "next"


FLAGGED = """
inputs: {amount: {type: number}}
risk:
  impact_radius: {when: payload.amount > 100, because: It is much money.}
  confidence: signals.confidence < 0.8
  ambiguity: signals.affected > 5
rules:
  - {id: calm, when: risk.flags == 0, then: approve, because: Nothing is flagged.}
  - {id: wild, when: risk.flags >= 2, then: reject, because: Too much is flagged.}
  - {id: odd, when: "risk.flags == 1", then: approve, because: One flag is fine.}
"""


def test_rules_can_count_the_flags(load):
    policy, sure = load(FLAGGED), {"confidence": 1, "affected": 1}
    assert evaluate(policy, Facts({"amount": 5}, sure)).rule == "calm"
    assert evaluate(policy, Facts({"amount": 500}, sure)).rule == "odd"
    assert evaluate(policy, Facts({"amount": 500}, sure | {"confidence": 0})).rule == "wild"


def test_a_question_without_an_answer_counts_as_raised(load):
    evaluation = evaluate(load(FLAGGED), Facts({"amount": 500}, {"confidence": 1}))
    assert (evaluation.route, evaluation.rule) == (Route.REJECT, "wild")
    assert [flag.raised for flag in evaluation.flags] == [True, False, None]


def test_and_no_rule_that_goes_ahead_by_itself_gains_from_that(load):
    """`risk.flags == 1` holds when the unanswered question is raised, and not when it isn't."""
    evaluation = evaluate(load(FLAGGED), Facts({"amount": 5}, {"confidence": 1}))
    assert (evaluation.route, evaluation.rule, evaluation.error) == (Route.REVIEW, None, None)
    assert evaluation.trace[-1].phrase == (
        "risk.flags == 1: yes, flags is 1; but not for fewer, and some could not be answered"
    )


def test_nor_does_a_rule_that_asks_let_go_because_of_it(load):
    """`risk.flags == 1` holds when the unanswered question is not raised, and may be right."""
    policy = load("""
        risk: {ambiguity: payload.odd, confidence: signals.confidence < 0.8}
        rules:
          - {id: one, when: risk.flags == 1, then: review, because: b}
          - {id: rest, then: approve, because: b}
    """)
    evaluation = evaluate(policy, Facts({"odd": True}))
    assert (evaluation.route, evaluation.rule) == (Route.REVIEW, "one")
    assert evaluation.trace[-1].phrase == (
        "risk.flags == 1: yes, flags is 1; more could be, and some could not be answered"
    )
    assert evaluate(policy, Facts({"odd": True}, {"confidence": 0.1})).rule == "rest"


UNSURE = """
reversible: true
inputs: {{amount: {{type: number}}}}
risk: {{impact_radius: payload.amount > 100, confidence: signals.confidence < 0.8}}
rules:
  - {{id: some, when: "risk.flags {condition}", then: watch, for: 15m, because: b}}
  - {{id: rest, then: approve, because: b}}
"""


@pytest.mark.parametrize(
    ("condition", "route"),
    [("== 1", Route.REVIEW), ("== 0", Route.REVIEW), ("<= 1", Route.WATCH), ("> 1", Route.APPROVE)],
)
def test_a_watch_that_may_or_may_not_hold_asks_people(load, condition: str, route: Route):
    """No question is raised, and one is open: there is no flag, or one."""
    evaluation = evaluate(load(UNSURE.format(condition=condition)), Facts({"amount": 5}))
    assert evaluation.route is route
    unanswered = "some risk questions could not be answered" in evaluation.summary.why
    assert unanswered == (route is Route.REVIEW)


def test_a_rule_that_fails_for_one_count_of_flags_asks_people(load):
    policy = load("""
        risk: {ambiguity: payload.odd, confidence: signals.confidence < 0.8}
        rules:
          - {id: some, when: 6 / (risk.flags - 1) > 99, then: review, because: b}
          - {id: rest, then: approve, because: b}
    """)
    evaluation = evaluate(policy, Facts({"odd": True}))
    assert evaluation.route is Route.REVIEW
    assert evaluation.error == "rule some: it divides by zero"


@pytest.mark.parametrize(
    ("raised", "auto", "route", "people"),
    [
        (0, "true", Route.APPROVE, 0),
        (0, "false", Route.REVIEW, 1),
        (1, "true", Route.REVIEW, 1),
        (3, "true", Route.REVIEW, 1),
        (4, "true", Route.REVIEW, 2),
        (5, "false", Route.REVIEW, 2),
    ],
)
def test_without_rules_the_number_of_flags_decides(load, raised, auto, route, people):
    questions = ["latency_tolerance", "ambiguity", "impact_radius", "rework_cost", "frequency"]
    risk = "".join(f"  {name}: payload.n > {at}\n" for at, name in enumerate(questions))
    policy = load(f"inputs: {{n: {{type: integer}}}}\nauto: {auto}\nrisk:\n{risk}")
    evaluation = evaluate(policy, Facts({"n": raised}))
    assert (evaluation.route, evaluation.rule, evaluation.error) == (route, None, None)
    assert (evaluation.plan.people if evaluation.plan else 0) == people


def test_without_rules_a_question_without_an_answer_is_no_reason_to_approve(load):
    policy = load("auto: true\nrisk: {confidence: signals.confidence < 0.8}\n")
    evaluation = evaluate(policy, Facts({}))
    assert (evaluation.route, evaluation.error) == (Route.REVIEW, None)
    assert "Could not be answered, so it counts as raised: confidence." in evaluation.summary.why
    assert evaluate(policy, Facts({}, {"confidence": 0.9})).route is Route.APPROVE


def test_all_conditions_of_an_evaluation_share_what_they_may_look_at(load):
    """One alone may look at a payload like this; two hundred may not."""
    rules = "".join(
        f'  - {{id: r{number}, when: "payload.items.exists(x, payload.text.contains(x))",'
        " then: reject, because: x}\n"
        for number in range(100)
    )
    inputs = "inputs: {items: {type: list}, text: {type: string}}\nrules:\n"
    facts = Facts({"items": [f"{number:04}" for number in range(400)], "text": "x" * 3000})
    alone = evaluate(load(inputs + rules.splitlines(keepends=True)[0]), facts)
    assert alone.error is None
    together = evaluate(load(inputs + rules), facts)
    assert together.error is not None
    assert "too many steps" in together.error
    assert 1 < len(together.trace) < 100


IN_HAND = "A reviewer changed it while approving it."
PEOPLE = """
inputs: {amount: {type: number}}
reversible: true
rules:
  - {id: small, when: payload.amount < 10, then: approve, because: It is small.}
  - id: limited
    when: payload.amount < 20
    then: approve
    because: It is within the limit.
    limit: {count: 1, window: 1d}
  - {id: seen, when: payload.amount < 50, then: watch, for: 15m, because: Somebody sees it,
     review: {reviewers: ["@ops"]}}
  - {id: large, when: payload.amount < 1000, then: review, because: It is large,
     review: {quorum: 2, confirm: amount}}
  - {id: huge, then: reject, because: It is too much.}
"""


@pytest.fixture
def in_hand(load):
    policy = load(PEOPLE)
    return lambda amount, **more: evaluate(
        policy, Facts({"amount": amount}, in_hand=IN_HAND, **more)
    )


def test_what_is_in_peoples_hands_does_not_go_ahead_without_them(in_hand):
    for amount, because in ((5, "It is small."), (15, "It is within the limit.")):
        found = in_hand(amount)
        assert (found.route, found.because, found.allowance) == (Route.REVIEW, IN_HAND, None)
        assert found.plan.reviewers == ("@finance-approvers",)
        assert f"Without that it would go ahead: {because}" in found.summary.why


def test_of_a_watch_that_is_in_peoples_hands_its_own_people_are_asked(in_hand):
    found = in_hand(30)
    assert (found.route, found.rule, found.plan.watch) == (Route.REVIEW, "seen", None)
    assert found.plan.reviewers == ("@ops",)
    assert found.summary.watching is None


def test_a_rule_that_asks_people_asks_them_all_the_same(in_hand):
    found = in_hand(500)
    assert (found.route, found.rule, found.because) == (Route.REVIEW, "large", "It is large")
    assert (found.plan.people, found.plan.confirm) == (2, "amount")
    assert IN_HAND in found.summary.why


def test_what_a_policy_rejects_stays_rejected_in_whoevers_hands_it_is(in_hand):
    found = in_hand(5000)
    assert (found.route, found.plan, found.because) == (Route.REJECT, None, "It is too much.")


def test_a_limit_that_is_full_leaves_it_to_the_rule_that_comes_next(in_hand):
    assert in_hand(15, spent=frozenset({"limited"})).rule == "seen"


def test_past_its_clients_limit_it_is_asked_where_most_are(in_hand):
    for amount in (5, 30):
        found = in_hand(amount, over_limit=True)
        assert (found.route, found.plan.people) == (Route.REVIEW, 2)
        assert IN_HAND in found.summary.why
    assert in_hand(5000, over_limit=True).route is Route.REJECT


def test_an_error_asks_as_many_in_whoevers_hands_it_is(load):
    policy = load(
        "rules:\n  - {id: sure, when: signals.confidence > 0.9, then: approve, because: x}\n"
        "  - {id: two, then: review, because: y, review: {quorum: 2}}\n"
    )
    found = evaluate(policy, Facts({}, in_hand=IN_HAND))
    assert found.error is not None
    assert found.plan == policy.strictest


def test_without_rules_a_person_is_asked_of_what_raises_no_flag(load):
    policy = load(
        "auto: true\ninputs: {amount: {type: number}}\nrisk: {ambiguity: payload.amount > 100}\n"
    )
    assert evaluate(policy, Facts({"amount": 1})).route is Route.APPROVE
    found = evaluate(policy, Facts({"amount": 1}, in_hand=IN_HAND))
    assert (found.route, found.plan) == (Route.REVIEW, policy.plan)
