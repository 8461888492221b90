"""The policies that ship do what they say."""

from __future__ import annotations

import pytest

from policies.evaluate import Facts, check_payload, evaluate
from policies.loader import load_playbooks
from policies.plan import Outcome, Route
from policies.review_form import can_be_met

PLAYBOOKS = load_playbooks()
RULES = [(name, rule.id) for name, one in PLAYBOOKS.items() for rule in one.policy.rules]
TESTS = [(name, test) for name, one in PLAYBOOKS.items() for test in one.policy.tests]


def decided(policy, payload, signals=None, spent=()):
    loaded = PLAYBOOKS[policy]
    assert check_payload(loaded, payload, signals or {}) == ()
    return evaluate(loaded, Facts(payload, signals or {}, frozenset(spent)))


def test_the_playbooks_are_these():
    assert sorted(PLAYBOOKS) == [
        "agent-tool-call",
        "contract-exception",
        "data-sync-conflict",
        "default",
        "outbound-message",
        "refund",
    ]
    assert {name: one.source.rpartition("/")[2] for name, one in PLAYBOOKS.items()} == {
        name: f"{name}.yaml" for name in PLAYBOOKS
    }


@pytest.mark.parametrize(("name", "test"), TESTS, ids=[f"{n}: {test.name}" for n, test in TESTS])
def test_every_test_in_a_playbook_passes(name, test):
    evaluation = decided(name, test.payload, test.signals, test.spent)
    assert evaluation.error is None
    assert (evaluation.rule or evaluation.route.value) == test.expect
    if test.quorum is not None:
        assert evaluation.plan is not None
        assert evaluation.plan.people == test.quorum


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_every_rule_of_a_playbook_has_a_test_that_it_decides(name, rule):
    assert rule in [test.expect for test in PLAYBOOKS[name].policy.tests]


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_what_no_other_rule_decides_is_left_to_one_that_always_holds(name):
    rules = PLAYBOOKS[name].policy.rules
    assert [rule.id for rule in rules if rule.when is None] == ["otherwise"][: len(rules)]
    assert all(rule.then is Route.REVIEW for rule in rules[-1:])


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_what_goes_ahead_without_a_person_is_limited_and_rests_on_the_payload_too(name):
    loaded = PLAYBOOKS[name]
    for rule in loaded.policy.rules:
        if rule.then in (Route.APPROVE, Route.WATCH):
            assert rule.limit is not None, rule.id
            assert "payload" in loaded.conditions[rule.id].sources, rule.id


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_playbook_asks_only_people_and_channels_that_the_sandbox_has(name):
    known = {"@finance-approvers", "cfo@example.com", "eve@example.com"}
    loaded = PLAYBOOKS[name]
    for plan in (loaded.plan, *loaded.plans.values()):
        assert plan.channel == "#approvals"
        assert set(plan.reviewers) <= known
        for stage in plan.stages:
            can_be_met(stage.reviewers, stage.quorum)


@pytest.mark.parametrize(
    ("amount", "signals", "route", "rule"),
    [
        (20, {"confidence": 0.9}, Route.APPROVE, "routine"),
        (49.99, {"confidence": 0.8}, Route.APPROVE, "routine"),
        (20, {"confidence": 0.9, "reversible": True}, Route.APPROVE, "routine"),
        (20, {"confidence": 0.9, "reversible": False}, Route.REVIEW, "otherwise"),
        (20, {"confidence": 0.9, "anomaly": True}, Route.REVIEW, "otherwise"),
        (50, {"confidence": 1}, Route.REVIEW, "otherwise"),
        (20, {"confidence": 0.79}, Route.REVIEW, "otherwise"),
        (20, {}, Route.REVIEW, "otherwise"),
        (120, {}, Route.REVIEW, "otherwise"),
        (4_999.99, {}, Route.REVIEW, "otherwise"),
        (5_000, {}, Route.REVIEW, "large"),
        (100_000, {}, Route.REVIEW, "large"),
        (100_001, {}, Route.REJECT, "impossible"),
    ],
)
def test_refunds_go_the_way_of_their_amount_and_confidence(amount, signals, route, rule):
    payload = {"amount": amount, "customer": "Acme", "tier": "standard"}
    evaluation = decided("refund", payload, signals)
    assert (evaluation.route, evaluation.rule, evaluation.error) == (route, rule, None)


def test_the_usual_refund_asks_one_person_with_three_buttons():
    plan = decided("refund", {"amount": 120, "customer": "Acme", "tier": "standard"}).plan
    assert plan is not None
    assert (plan.people, plan.outcomes, plan.choices) == (1, tuple(Outcome), ())
    assert plan.reviewers == ("@finance-approvers",)


def test_a_refund_is_shown_as_money():
    payload = {"amount": 120, "customer": "Acme", "tier": "standard", "reason": "Late"}
    fields = decided("refund", payload).fields
    assert [field.label for field in fields] == ["Amount", "Customer", "Tier", "Reason"]
    assert (fields[0].format, fields[0].currency) == ("money", "USD")


def test_small_refunds_are_counted_and_past_the_limit_a_person_looks():
    payload = {"amount": 49.99, "customer": "Acme", "tier": "standard"}
    allowance = decided("refund", payload, {"confidence": 1}).allowance
    assert allowance is not None
    assert (allowance.count, allowance.most, allowance.cost) == (50, 1_000_000_000, 49_990_000)
    past = decided("refund", payload, {"confidence": 1}, ["routine"])
    assert (past.route, past.rule) == (Route.REVIEW, "otherwise")
    assert "limit of rule routine is reached" in past.summary.why


REPLY = {
    "channel": "email",
    "recipients": ["ana@example.com", "ben@example.com"],
    "audience": 2,
    "body": "Yes. Tuesday at 10.30 works.",
    "in_reply_to": "msg-17",
}


@pytest.mark.parametrize(
    ("changes", "signals", "rule"),
    [
        ({}, {}, "internal-reply"),
        ({"audience": 3}, {}, "otherwise"),
        ({"channel": "slack"}, {}, "otherwise"),
        ({"recipients": ["ana@example.com", "kim@customer.example"]}, {}, "otherwise"),
        ({"recipients": ["kim@customer.example, ana@example.com", "b"]}, {}, "otherwise"),
        ({"recipients": ["kim@customer.example\nana@example.com", "b"]}, {}, "otherwise"),
        ({"recipients": ["ana@notexample.com", "ben@example.com"]}, {}, "otherwise"),
        ({"recipients": ["ana@example-com", "ben@exampleXcom"]}, {}, "otherwise"),
        ({"body": "See https://x/"}, {}, "otherwise"),
        ({"body": "See FTP://10.0.0.1"}, {}, "otherwise"),
        ({"body": "It is on Evil.Example"}, {}, "otherwise"),
        ({}, {"confidence": 0.79}, "otherwise"),
        ({}, {"anomaly": True}, "otherwise"),
        ({"audience": 99}, {}, "otherwise"),
        ({"audience": 100}, {}, "mass"),
        ({"recipients": []}, {}, "nobody"),
    ],
)
def test_only_a_plain_reply_to_colleagues_is_sent_unread(changes, signals, rule):
    evaluation = decided("outbound-message", REPLY | changes, {"confidence": 0.9} | signals)
    assert (evaluation.rule, evaluation.error) == (rule, None)


def test_a_message_that_is_no_reply_or_whose_author_is_silent_is_read():
    fresh = {key: value for key, value in REPLY.items() if key != "in_reply_to"}
    assert decided("outbound-message", fresh, {"confidence": 1}).rule == "otherwise"
    assert decided("outbound-message", REPLY).rule == "otherwise"


def test_a_recipient_that_is_no_text_never_gets_a_message_unread():
    evaluation = decided("outbound-message", REPLY | {"recipients": [5]}, {"confidence": 0.9})
    assert evaluation.route is Route.REVIEW


def test_a_message_is_approved_or_revised_and_nothing_else():
    plan = decided("outbound-message", REPLY | {"channel": "sms"}).plan
    assert plan is not None
    assert plan.outcomes == (Outcome.APPROVE, Outcome.REVISE)
    assert len(plan.checklist) == 4


TERMS = {
    "customer": "Acme",
    "account": "standard",
    "value": 20_000,
    "discount": 10,
    "term_months": 12,
    "terms": "standard",
}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, "standard-pricing"),
        ({"value": 99_999, "term_months": 36}, "standard-pricing"),
        ({"value": 100_000}, "otherwise"),
        ({"term_months": 37}, "otherwise"),
        ({"discount": 10.5}, "otherwise"),
        ({"terms": "modified"}, "otherwise"),
        ({"account": "strategic"}, "strategic"),
        ({"account": "strategic", "discount": 30}, "strategic"),
        ({"discount": 30.5}, "legal-and-finance"),
        ({"value": 250_000}, "legal-and-finance"),
        ({"terms": "customer_paper"}, "legal-and-finance"),
        ({"discount": 60, "account": "strategic"}, "legal-and-finance"),
        ({"discount": 60.5}, "out-of-bounds"),
    ],
)
def test_terms_go_the_way_of_how_far_they_are_from_the_standard(changes, rule):
    evaluation = decided("contract-exception", TERMS | changes)
    assert (evaluation.rule, evaluation.error) == (rule, None)


def test_an_exception_goes_to_contract_or_back_to_sales():
    plan = decided("contract-exception", TERMS | {"discount": 15}).plan
    assert plan is not None
    assert [(one.id, one.outcome.value, one.comment) for one in plan.choices] == [
        ("approve_terms", "approve", False),
        ("back_to_sales", "revise", True),
        ("decline", "reject", False),
    ]


def test_a_large_contract_passes_legal_before_finance_with_the_usual_buttons():
    plan = decided("contract-exception", TERMS | {"value": 1e6}).plan
    assert plan is not None
    assert [(stage.name, stage.quorum) for stage in plan.stages] == [("Legal", 1), ("Finance", 1)]
    assert set(plan.stages[0].reviewers).isdisjoint(plan.stages[1].reviewers)
    assert (plan.choices, plan.outcomes) == ((), tuple(Outcome))


CONFLICT = {
    "record": "A-100",
    "field": "phone",
    "crm_value": "1",
    "erp_value": "2",
    "crm_updated_at": "2026-11-02",
    "erp_updated_at": "2026-11-01T09:30:00Z",
    "proposed": "use_erp",
}


@pytest.mark.parametrize(
    ("changes", "signals", "route", "rule"),
    [
        ({}, {}, Route.WATCH, "harmless"),
        ({}, {"reversible": True}, Route.WATCH, "harmless"),
        ({}, {"reversible": False}, Route.REVIEW, "harmless"),
        ({}, {"anomaly": True}, Route.REVIEW, "harmless"),
        ({"erp_value": ""}, {}, Route.REVIEW, "otherwise"),
        ({"crm_value": ""}, {}, Route.WATCH, "harmless"),
        ({"field": "city"}, {}, Route.REVIEW, "otherwise"),
        ({"field": "iban"}, {}, Route.REVIEW, "money"),
        ({"field": "iban", "crm_value": "2"}, {}, Route.APPROVE, "equal"),
    ],
)
def test_a_conflict_goes_the_way_of_its_field(changes, signals, route, rule):
    evaluation = decided("data-sync-conflict", CONFLICT | changes, signals)
    assert (evaluation.route, evaluation.rule, evaluation.error) == (route, rule, None)


def test_a_conflict_without_a_proposal_is_never_left_to_a_watch():
    without = {key: value for key, value in CONFLICT.items() if key != "proposed"}
    assert decided("data-sync-conflict", without).rule == "otherwise"


def test_a_conflict_is_settled_by_one_of_two_values_or_by_words():
    plan = decided("data-sync-conflict", CONFLICT | {"field": "city"}).plan
    assert plan is not None
    assert [(one.label, one.comment) for one in plan.choices] == [
        ("Use CRM", False),
        ("Use ERP", False),
        ("Custom", True),
    ]


CALL = {
    "tool": "update_ticket",
    "arguments": {"id": 4711},
    "reasoning": "It is answered.",
    "predicted_effect": "It is closed.",
}
SAFE = {"confidence": 0.95, "reversible": True, "affected": 1, "earlier_calls": 40}


@pytest.mark.parametrize(
    ("tool", "signals", "route", "rule"),
    [
        ("read_ticket", {}, Route.APPROVE, "read-only"),
        ("read_ticket", {"anomaly": True}, Route.REVIEW, "destructive"),
        ("read_ticket", {"reversible": False}, Route.REVIEW, "destructive"),
        ("read_ticket", SAFE | {"reversible": False}, Route.REVIEW, "otherwise"),
        ("get_rid_of_customer", SAFE, Route.REVIEW, "otherwise"),
        ("READ_TICKET", SAFE, Route.REVIEW, "otherwise"),
        ("drop_table", SAFE, Route.REJECT, "forbidden"),
        ("send_payment", SAFE, Route.REVIEW, "destructive"),
        ("update_ticket", SAFE, Route.WATCH, "reversible"),
        ("update_ticket", SAFE | {"reversible": False}, Route.REVIEW, "otherwise"),
        ("update_ticket", SAFE | {"anomaly": True}, Route.REVIEW, "reversible"),
        ("update_ticket", {"reversible": True}, Route.REVIEW, "destructive"),
        ("update_ticket", {}, Route.REVIEW, "destructive"),
        ("rename_project", SAFE, Route.REVIEW, "otherwise"),
    ],
)
def test_a_tool_call_goes_the_way_of_its_tool_and_its_risks(tool, signals, route, rule):
    evaluation = decided("agent-tool-call", CALL | {"tool": tool}, signals)
    assert (evaluation.route, evaluation.rule, evaluation.error) == (route, rule, None)


def test_an_agent_that_is_silent_raises_every_question_that_it_could_have_answered():
    silent = {flag.question for flag in decided("agent-tool-call", CALL).flags if flag.raised}
    assert silent == {
        "latency_tolerance",
        "ambiguity",
        "impact_radius",
        "rework_cost",
        "frequency",
    }
    calm = decided("agent-tool-call", CALL, SAFE | {"urgent": True, "confidence": 0.9}).flags
    assert [flag.question for flag in calm if flag.raised is not False] == []


def test_stopping_a_tool_call_rejects_it():
    plan = decided("agent-tool-call", CALL, SAFE).plan
    assert plan is not None
    assert plan.watch is not None
    assert (plan.watch.for_s, plan.watch.stop) == (15 * 60, Route.REJECT)


def test_the_default_takes_anything_and_always_asks():
    for payload in ({}, {"anything": [{"at": "all"}]}):
        assert decided("default", payload).route is Route.REVIEW
