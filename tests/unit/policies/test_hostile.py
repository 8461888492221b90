"""Files and payloads made to hurt: a clear error or an evaluation, in bounded work.

Each test has a timeout of its own that only unbounded work can reach.
"""

from __future__ import annotations

import json

import pytest

from policies.evaluate import Facts, check_payload, evaluate
from policies.loader import MAX_PROBLEMS, PolicyErrors, load_text
from policies.plan import Route

pytestmark = pytest.mark.timeout(60)

HEAD = "policy: tried\nreview: {reviewers: ['@x']}\n"


def load(rest):
    return load_text((HEAD + rest).encode(), "tried.yaml")


def refused(raw):
    with pytest.raises(PolicyErrors) as caught:
        load_text(raw if isinstance(raw, bytes) else raw.encode(), "tried.yaml")
    problems = caught.value.problems
    assert 1 <= len(problems) <= MAX_PROBLEMS + 1
    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message.isprintable()
        assert len(problem.message) < 10_000
    return problems


def rules(*conditions):
    return (
        HEAD
        + "rules:\n"
        + "".join(
            f"  - {{id: r{at}, then: approve, because: b, when: {json.dumps(condition)}}}\n"
            for at, condition in enumerate(conditions)
        )
    )


def brief(value):
    """An id for a test: the whole value would fill pages."""
    return ascii(value)[:40] if isinstance(value, str) else "payload"


def many(count, form="v{}"):
    return "[" + ", ".join(form.format(number) for number in range(count)) + "]"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (HEAD + "description: " + "[" * 100_000, "nested more than 12 levels deep"),
        (HEAD + "description: " + "{a: " * 50_000, "nested more than 12 levels deep"),
        (HEAD + "#" * 300_000, "more than 256 kB"),
        (HEAD + "x: &x [*x]\n", "& and * are not used"),
        (HEAD + "a: &a [x]\n" + "b: [*a, *a]\n", "& and * are not used"),
        (HEAD + "<<: {policy: other}\n", "`<<` is not known here"),
        (HEAD + "rules:\n" + "- {id: r, then: review, because: b}\n" * 10_000, "more than 256 kB"),
        (HEAD + "rules:\n" + "- {id: r, then: review, because: b}\n" * 2_400, "at most 200"),
        (HEAD + "rules: " + many(9_900, "{}"), "must be a group of keys, not a number"),
        (HEAD + "rules: " + many(10_000, "{}"), "more than 10,000 values"),
        (HEAD + f"inputs: {{a: {{type: string, enum: {many(9_000)}}}}}\n", "at most 100 entries"),
        (HEAD + f"inputs: {{a: {{type: string, enum: {many(9_000, 'v')}}}}}\n", "at most 100"),
        (f"policy: a\nreview: {{reviewers: {many(9_000, 'a{}@b.c')}}}\n", "at most 50 entries"),
        (f"policy: a\nreview: {{reviewers: [{'a@' * 90_000}]}}\n", "write an e-mail address"),
        (f"policy: {'a' * 200_000}\nreview: {{reviewers: ['@x']}}\n", "a name is 1 to 63"),
        (HEAD + "k" * 200_000 + ": 1\n", "not YAML"),
        (HEAD + "? " + "k" * 200_000 + "\n: 1\n", "is not known here"),
        (HEAD + "'\u202e<!channel>" + "k" * 900 + "': 1\n", "is not known here"),
        (HEAD + "'policy\\x07': 1\n", "is not known here"),
        (HEAD + '"a\\x00\\n\\x1b[31m": 1\n', "is not known here"),
        (HEAD + "description: a\x07b\n", "control character"),
        (HEAD + 'description: "\\ud800"\n', "half a character"),
        (HEAD + '"\\udfff": 1\n', "half a character"),
        (HEAD + "inputs: {a: {type: number, minimum: 1e400}}\n", "must be a finite number"),
        (HEAD + "inputs: {a: {type: number, minimum: .inf}}\n", "must be a finite number"),
        (HEAD + "inputs: {a: {type: number, maximum: .nan}}\n", "must be a finite number"),
        (HEAD + "inputs: {a: {type: number, minimum: 1e300}}\n", "at most 9,007,199,254,740,992"),
        (HEAD + f"inputs: {{a: {{type: number, minimum: {'9' * 90_000}}}}}\n", "must be a number"),
        (f"policy: a\nreview: {{reviewers: ['@x'], quorum: {'9' * 29}}}\n", "from 1 to 20"),
        (f"policy: a\nreview: {{reviewers: ['@x'], sla: {{expire: {'9' * 90_000}d}}}}\n", "30m"),
        (f"policy: a\nreview: {{reviewers: ['@x'], sla: {{expire: {'9' * 9}d}}}}\n", "range"),
        (HEAD + f"tests: [{{expect: review, payload: {{a: {'[' * 10 + ']' * 10}}}}}]\n", "12"),
    ],
    ids=brief,
)  # fmt: skip
def test_a_hostile_file_ends_in_a_clear_error(raw, message):
    assert any(message in problem.message for problem in refused(raw))


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("payload.x || " * 20_000 + "true", "at most 2,000 characters"),
        ("(" * 900 + "true" + ")" * 900, "too deeply nested"),
        ("[" * 900 + "]" * 900 + " == []", "too deeply nested"),
        ("payload.x.matches('(((a{1,900}){1,900}){1,900})')", "the pattern can't be used"),
        (
            "payload.x.matches('" + "(" * 1_500 + "a" + ")" * 1_500 + "')",
            "at most 2,000 characters",
        ),
        ("payload.x == '\ud7ff\x00' && payload.x >", "ends too early"),
        ("payload.x == 1e400", "a number lies within"),
        ("payload.x == " + "9" * 1_900, "a number lies within"),
        ("payload.x == 'a\u2028b", "can't be read"),
    ],
    ids=brief,
)
def test_a_hostile_condition_is_refused(condition, message):
    (problem, *_) = refused(rules(condition))
    assert message in problem.message


def test_of_thousands_of_mistakes_the_first_hundred_are_told():
    *told, last = refused(HEAD + "".join(f"reviewer{number}: 1\n" for number in range(9_000)))
    assert [problem.line for problem in told] == list(range(3, 103))
    assert last.message == "there are 8,900 more problems after these; put these right first"


def test_a_file_of_typos_costs_no_search_for_each():
    inputs = ", ".join(f"{'input' * 8}{number}: {{type: string}}" for number in range(50))
    typos = " || ".join([f"payload.{'input' * 8}x"] * 24)
    problems = refused(rules(*[typos] * 150) + f"inputs: {{{inputs}}}\n")
    assert "did you mean" in problems[0].message
    assert all("ERROR issues" not in problem.message for problem in problems)


ENDLESS = "[{0}].all(a, [{0}].all(b, [{0}].all(c, a + b + c > 0)))".format(", ".join("1" * 100))
PATTERN = " || ".join([f"payload.x.matches('(a|b|ab)*{'c' * 20}')"] * 20)


def test_many_endless_conditions_are_loaded_and_the_first_one_asks_a_person():
    policy = load_text(rules(*[ENDLESS] * 150).encode(), "tried.yaml")
    evaluation = evaluate(policy, Facts({"x": "a"}))
    assert evaluation.route is Route.REVIEW
    assert evaluation.error == "rule r0: it takes too many steps over values as large as these"


def test_many_patterns_that_make_others_backtrack_are_answered():
    policy = load_text(rules(*[PATTERN] * 50).encode(), "tried.yaml")
    evaluation = evaluate(policy, Facts({"x": "ab" * 5_000}))
    assert (evaluation.route, evaluation.error) == (Route.REVIEW, None)


TYPED = """
inputs:
  amount: {type: number, required: false}
  name: {type: string, max_length: 100, required: false}
  items: {type: list, required: false}
  order: {type: object, required: false}
rules:
  - {id: named, when: has(payload.name) && payload.name == 'x', then: approve, because: b}
  - {id: listed, when: "has(payload.items) && payload.items.all(a, a == payload.items[0])",
     then: approve, because: b}
  - {id: ordered, when: "has(payload.order) && has(payload.order.x)", then: approve, because: b}
"""
ANYTHING = """
rules:
  - {id: all, when: "payload.all(key, key != 'x')", then: approve, because: b}
  - {id: x, when: "payload.x == 1 || payload.x == payload.y", then: approve, because: b}
"""


def nested(depth):
    value: object = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({f"key{number}": number for number in range(100_000)}, "is not known here"),
        ({"k" * 1_000_000: 1}, "is not known here"),
        ({"amout\x00\u202e\n": 1}, "is not known here"),
        ({"\ud800": 1}, "is not known here"),
        ({1: 1}, "is not known here"),
        ({"name": "x" * 1_000_000}, "must have at most 100 characters, not 1,000,000"),
        ({"name": "\ud800"}, "not valid Unicode"),
        ({"amount": float("inf")}, "finite"),
        ({"amount": float("nan")}, "finite"),
        ({"amount": 10**5_000}, "send larger numbers as text"),
        ({"amount": -(2**53) - 1}, "send larger numbers as text"),
        ({"items": nested(20_000)}, "must be a list, not an object"),
        ({"items": [nested(20_000)]}, "nested more than 32 levels deep"),
        ({"order": {"a": nested(20_000)}}, "nested more than 32 levels deep"),
        ({"order": {"x" * 100_000: {"\udfff": 1}}}, "not valid Unicode"),
        ({"items": [1] * 100_000 + [float("nan")]}, "finite"),
    ],
    ids=brief,
)
def test_a_hostile_payload_is_refused_field_by_field(payload, message):
    problems = check_payload(load(TYPED), payload, {})
    assert 1 <= len(problems) <= 20
    for problem in problems:
        assert message in problem.message
        assert len(problem.field) < 100
        assert problem.field.isprintable()
        assert len(problem.message) < 500


@pytest.mark.parametrize(
    "payload",
    [
        {"items": [0] * 100_000},
        {"items": ["a" * 10_000] * 100},
        {"items": [[[0] * 100] * 20] * 50},
        {"order": {f"key{number}": "v" * 100 for number in range(10_000)}},
        {"order": nested(15)},
    ],
    ids=["long", "texts", "lists", "keys", "deep"],
)
def test_what_passes_is_evaluated_or_a_person_is_asked(payload):
    policy = load(TYPED)
    assert check_payload(policy, payload, {}) == ()
    evaluation = evaluate(policy, Facts(payload))
    assert evaluation.route in (Route.APPROVE, Route.REVIEW)
    assert (evaluation.error is None) or evaluation.route is Route.REVIEW
    assert len(evaluation.summary.why) < 1_000
    assert all(len(step.phrase) < 1_000 for step in evaluation.trace)


@pytest.mark.parametrize(
    "payload",
    [
        {f"key{number}": number for number in range(100_000)},
        {"x": "a" * 1_000_000, "y": "a" * 1_000_000},
        {"x": nested(15), "y": nested(15)},
        {"x": "\x00\u202e<!channel>\n", "y": 2},
        {"": None, "\x00": [], "payload": {"payload": 1}, "has": True},
    ],
    ids=["keys", "text", "deep", "control", "odd names"],
)
def test_so_it_is_where_no_inputs_are_declared(payload):
    policy = load(ANYTHING)
    assert check_payload(policy, payload, {}) == ()
    evaluation = evaluate(policy, Facts(payload))
    assert (evaluation.error is None) or evaluation.route is Route.REVIEW
    assert len(evaluation.summary.why) < 1_000
    assert all(step.phrase.isprintable() for step in evaluation.trace)
