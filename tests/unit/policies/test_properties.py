"""What holds of every policy, payload and signals, whatever they are."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from policies.compiled import Fault, PolicyFaults, compiled
from policies.evaluate import Facts, check_payload, evaluate
from policies.plan import Route
from policies.risk import told
from policies.schema import Policy
from policies.wording import sentence

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
INPUTS = {
    "amount": {"type": "number", "minimum": 0},
    "count": {"type": "integer", "required": False},
    "name": {"type": "string", "max_length": 9},
    "token": {"type": "string", "secret": True, "required": False},
    "ok": {"type": "boolean", "required": False},
    "items": {"type": "list", "required": False},
    "order": {"type": "object", "required": False},
}
OWN_SIGNALS = {"mood": {"type": "string", "enum": ["low", "high"]}}
CONDITIONS = [
    "payload.amount < 50",
    "payload.amount >= 50",
    "payload.count * 2 > payload.amount",
    "payload.amount / payload.count > 3",
    "payload.name.startsWith('a') || payload.ok",
    "payload.name in ['a', 'b', '']",
    "payload.token.matches('^[a-z]*$')",
    "payload.order[payload.token] == 1",
    "has(payload.ok) && !payload.ok",
    "payload.items.all(item, item > 1)",
    "payload.items.exists(item, item == payload.amount)",
    "payload.items[payload.count] == payload.items[0]",
    "size(payload.items) > 2",
    "payload.order.total > payload.amount",
    "has(payload.order) ? payload.order.flag : payload.amount < 9",
    "signals.confidence > 0.5",
    "signals.reversible",
    "!signals.anomaly && signals.affected < 9",
    "has(signals.mood) && signals.mood == 'low'",
    "true",
    "false",
]
SURE = [
    "payload.amount < 50",
    "payload.amount >= 20",
    "payload.name in ['a', 'b', '']",
    "has(payload.ok)",
    "true",
    "false",
]
SECRET = [
    "payload.order[payload.token] == 1",
    "payload.token.matches('^[a-z]*$')",
    "payload.token + '!' == payload.name",
]
COUNTING = [
    "risk.flags == 0",
    "risk.flags == 1",
    "risk.flags > 1",
    "risk.flags < 2 && payload.amount < 90",
    "10 / (risk.flags - 1) > 2",
    "payload.amount / risk.flags > 5",
]
LATE = "signals.late > 5"
"""A condition on a signal of the policy's own that no test sends."""

PEOPLE = ["ana@example.com", "ben@example.com", "@ops"]
REVIEWS = st.fixed_dictionaries(
    {},
    optional={
        "quorum": st.sampled_from([1, 2, 3]),
        "channel": st.just("#other"),
        "outcomes": st.sampled_from([["approve"], ["approve", "reject"]]),
        "stages": st.lists(
            st.fixed_dictionaries({"reviewers": st.just(PEOPLE), "quorum": st.integers(1, 3)}),
            min_size=1,
            max_size=3,
        ),
    },
).filter(lambda form: not {"quorum", "stages"} <= set(form))
LIMITS = st.sampled_from(
    [
        {"window": "1d", "count": 3},
        {"window": "2h", "sum": "payload.amount", "most": 100, "per": "payload.name"},
    ]
)


def rules(conditions):
    """Rules of every route, each with what goes with it."""
    given = {"because": st.just("It says so")}
    when = {"when": st.sampled_from(conditions)}
    limit = {"limit": LIMITS}
    review = {"review": REVIEWS}
    return st.one_of(
        st.fixed_dictionaries({"then": st.just("approve"), **given, **when}, optional=limit),
        st.fixed_dictionaries({"then": st.just("reject"), **given, **when}),
        st.fixed_dictionaries({"then": st.just("review"), **given, **when}, optional=review),
        st.fixed_dictionaries(
            {"then": st.just("watch"), "for": st.just("15m"), **given, **when},
            optional=limit | review,
        ),
        st.fixed_dictionaries({"then": st.sampled_from(["approve", "review"]), **given}),
    )


ASKED = ["ambiguity", "impact_radius", "rework_cost", "frequency", "confidence"]
QUESTIONS = st.dictionaries(st.sampled_from(ASKED), st.sampled_from(CONDITIONS), max_size=5)
SURE_QUESTIONS = st.dictionaries(
    st.sampled_from(ASKED), st.sampled_from(SURE), min_size=1, max_size=3
)


@st.composite
def policies(draw, conditions=(*CONDITIONS, *SURE * 3), questions=QUESTIONS, least=0):
    """Policy files as data; `least` is how many rules they have."""
    risk = draw(questions)
    pool = [*conditions, *(COUNTING * 2 if risk else [])]
    written = draw(st.lists(rules(pool), min_size=least, max_size=4))
    form = {
        "policy": "tried",
        "inputs": INPUTS,
        "signals": OWN_SIGNALS | {"late": {"type": "number"}},
        "risk": risk,
        "auto": bool(risk) and not written and draw(st.booleans()),
        "review": {"reviewers": PEOPLE} | draw(REVIEWS.filter(lambda one: "stages" not in one)),
        "rules": [one | {"id": f"r{at}"} for at, one in enumerate(written)],
    }
    return form | draw(st.sampled_from([{}, {"reversible": True}]))


PAYLOADS = st.fixed_dictionaries(
    {"amount": st.integers(0, 100) | st.floats(0, 100), "name": st.sampled_from(["", "a", "xyz"])},
    optional={
        "count": st.integers(-3, 3),
        "token": st.text("abc", max_size=3),
        "ok": st.booleans(),
        "items": st.lists(JSON | st.integers(0, 5), max_size=4),
        "order": st.dictionaries(st.sampled_from(["total", "flag", "a"]), JSON, max_size=3),
    },
)
SIGNALS = st.fixed_dictionaries(
    {},
    optional={
        "confidence": st.floats(0, 1),
        "reversible": st.booleans(),
        "affected": st.integers(0, 20),
        "anomaly": st.booleans(),
        "mood": st.sampled_from(["low", "high"]),
    },
)
SPENT = st.frozensets(st.sampled_from(["r0", "r1", "r2", "r3"]))


def loaded(form):
    return compiled(Policy.model_validate(form))


def evaluated(form, payload, signals, spent=frozenset()):
    policy = loaded(form)
    if check_payload(policy, payload, signals):
        return policy, None
    return policy, evaluate(policy, Facts(payload, signals, spent))


@given(policies(), PAYLOADS, SIGNALS, SPENT)
def test_what_passes_the_check_is_evaluated_without_an_exception(form, payload, signals, spent):
    _, evaluation = evaluated(form, payload, signals, spent)
    if evaluation is not None:
        assert evaluation.model_dump_json()
        assert (evaluation.plan is None) == (evaluation.route in (Route.APPROVE, Route.REJECT))


@given(policies(), PAYLOADS, SIGNALS, SPENT)
def test_an_error_in_a_reached_rule_asks_the_strictest_plan_and_says_so(
    form, payload, signals, spent
):
    policy, evaluation = evaluated(form, payload, signals, spent)
    if evaluation is None or evaluation.error is None:
        return
    assert (evaluation.route, evaluation.rule, evaluation.allowance) == (Route.REVIEW, None, None)
    assert evaluation.plan == policy.strictest
    assert evaluation.plan.watch is None
    assert evaluation.plan.people == max(
        plan.people for plan in (policy.plan, *policy.plans.values())
    )
    assert not any(step.matched for step in evaluation.trace)
    failed, _, reason = evaluation.error.removeprefix("rule ").partition(": ")
    assert evaluation.trace[-1].rule == failed
    assert f"The rule {failed} could not be evaluated ({reason})" in evaluation.summary.why
    assert evaluation.trace[-1].phrase.endswith(f"could not be evaluated, {reason}")


@given(policies(), PAYLOADS, SIGNALS, SPENT)
def test_the_same_facts_give_the_same_evaluation(form, payload, signals, spent):
    _, once = evaluated(form, payload, signals, spent)
    _, again = evaluated(form, dict(reversed(payload.items())), dict(signals), frozenset(spent))
    assert once == again


@given(policies(least=1) | policies(), PAYLOADS, SIGNALS, SPENT)
def test_the_summary_names_every_reason_that_made_it_ask(form, payload, signals, spent):
    policy, evaluation = evaluated(form, payload, signals, spent)
    if evaluation is None or evaluation.plan is None:
        return
    why = evaluation.summary.why
    assert sentence(evaluation.because) in why
    assert told(evaluation.flags, counted=False) in why
    passed_over = [step.rule for step in evaluation.trace if "but the limit of rule" in step.phrase]
    for name in passed_over:
        assert f"The limit of rule {name} is reached" in why
    decided = next((rule for rule in policy.policy.rules if rule.id == evaluation.rule), None)
    if decided is not None and decided.then is Route.WATCH and evaluation.route is Route.REVIEW:
        assert "It would go ahead unless stopped, but" in why
    if any(flag.raised is None for flag in evaluation.flags) and not policy.policy.rules:
        assert "Could not be answered" in why


@given(policies(), PAYLOADS, SIGNALS, SPENT)
def test_it_goes_ahead_by_itself_only_where_a_rule_or_auto_says_so(form, payload, signals, spent):
    policy, evaluation = evaluated(form, payload, signals, spent)
    if evaluation is None or evaluation.route is Route.REVIEW:
        return
    decided = next((rule for rule in policy.policy.rules if rule.id == evaluation.rule), None)
    if decided is None:
        assert policy.policy.auto
        assert evaluation.route is Route.APPROVE
        assert [flag.raised for flag in evaluation.flags] == [False] * len(policy.policy.risk)
        return
    assert evaluation.route is decided.then
    assert evaluation.trace[-1].rule == decided.id
    assert evaluation.trace[-1].matched
    if evaluation.route is Route.WATCH:
        assert True in (policy.policy.reversible, signals.get("reversible"))
        assert signals.get("reversible") is not False
        assert signals.get("anomaly") is not True


@given(policies(SURE, st.just({}), least=2), PAYLOADS, SIGNALS, SPENT)
def test_a_rule_whose_limit_is_spent_never_decides(form, payload, signals, spent):
    policy, evaluation = evaluated(form, payload, signals, spent)
    limited = {rule.id for rule in policy.policy.rules if rule.limit is not None}
    if evaluation is not None:
        assert evaluation.rule not in limited & spent
        has_limit = evaluation.rule in limited and evaluation.route is not Route.REVIEW
        assert (evaluation.allowance is not None) == has_limit


@given(policies(COUNTING, SURE_QUESTIONS) | policies(least=1), PAYLOADS, SIGNALS)
def test_a_question_without_an_answer_never_makes_it_go_ahead(form, payload, signals):
    """`learning_potential` is asked, and the signal that would answer it is not there."""
    if not form["risk"]:
        return
    last = {"id": "rest", "then": "approve", "because": "It says so"}
    form = form | {"auto": False, "rules": [*form["rules"], last]}
    _, before = evaluated(form, payload, signals)
    asked = form | {"risk": form["risk"] | {"learning_potential": LATE}}
    _, after = evaluated(asked, payload, signals)
    if before is not None and before.route not in (Route.APPROVE, Route.WATCH):
        assert after is not None
        assert after.route not in (Route.APPROVE, Route.WATCH)


@given(policies(SECRET, least=1), PAYLOADS, SIGNALS)
def test_no_secret_is_in_an_evaluation(form, payload, signals):
    _, evaluation = evaluated(form, payload | {"token": "hunter2", "order": {}}, signals)
    if evaluation is not None:
        assert "hunter2" not in evaluation.model_dump_json()


ANY_PAYLOAD = st.fixed_dictionaries({}, optional=dict.fromkeys(INPUTS, JSON))
ANY_SIGNALS = st.dictionaries(st.sampled_from(["confidence", "reversible", "mood", "x"]), JSON)


@given(policies(), ANY_PAYLOAD, ANY_SIGNALS)
def test_whatever_comes_it_is_refused_or_evaluated(form, payload, signals):
    policy, evaluation = evaluated(form, payload, signals)
    assert (evaluation is None) == bool(check_payload(policy, payload, signals))


FREE = [
    "payload.a > 3",
    "payload.a.b == payload.c",
    "payload.l.all(x, x > 1)",
    "size(payload.l) / payload.a > 1",
    "payload.l[payload.a] == 'x' || signals.confidence > 0.5",
    "payload.flag",
    "!(payload.a * payload.a <= payload.c)",
    "payload.exists(key, key == payload.z)",
]
ANYTHING = st.dictionaries(st.sampled_from(["a", "c", "l", "flag", "z"]), JSON)


@cache
def free():
    form = {"then": "approve", "because": "It holds."}
    listed = [form | {"id": f"r{at}", "when": when} for at, when in enumerate(FREE)]
    return loaded({"policy": "free", "review": {"reviewers": ["@x"]}, "rules": listed})


@given(ANYTHING, SIGNALS)
def test_without_declared_inputs_an_error_always_asks_a_person_too(payload, signals):
    signals.pop("mood", None)
    if check_payload(free(), payload, signals):
        return
    evaluation = evaluate(free(), Facts(payload, signals))
    if evaluation.error:
        assert (evaluation.route, evaluation.rule) == (Route.REVIEW, None)
        assert not any(step.matched for step in evaluation.trace)
    elif evaluation.route is Route.APPROVE:
        assert evaluation.trace[-1].matched
        assert evaluation.trace[-1].rule == evaluation.rule


@given(policies(), st.sampled_from([{"inputs": None}, {"reversible": False}, {"risk": {}}]))
def test_a_policy_of_these_parts_is_compiled_or_says_where_not(form, changed):
    faults: tuple[Fault, ...] = ()
    try:
        loaded(form | changed)
    except PolicyFaults as error:
        faults = error.faults
    assert all(fault.path and fault.problem for fault in faults)
