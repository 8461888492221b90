"""Loading a folder: every mistake of every file at once, with its place and what to write."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.loader import PolicyErrors, load_folder, load_playbooks
from policies.plan import Outcome
from policies.schema import NOT_YET

PLAIN = 'policy: {}\nreview: {{channel: "#a", reviewers: ["@x"]}}\n'


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_a_policy_is_found_by_its_name_and_not_by_that_of_its_file(tmp_path):
    policies = load_folder(write(tmp_path, a=PLAIN.format("refund"), b=PLAIN.format("deploy")))
    assert set(policies) == {"refund", "deploy", "default"}
    assert policies["refund"].policy.policy == "refund"
    assert policies["refund"].source == str(tmp_path / "a.yaml")


def test_the_hash_is_that_of_the_bytes_of_the_file(tmp_path):
    text = PLAIN.format("refund")
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert load_folder(write(tmp_path, a=text))["refund"].hash == f"sha256:{digest}"


def test_the_policies_cannot_be_changed(tmp_path):
    policies = load_folder(write(tmp_path, a=PLAIN.format("refund")))
    with pytest.raises(TypeError):
        policies["other"] = policies["refund"]  # type: ignore[index]


def test_a_folder_without_a_default_gets_the_one_that_ships(tmp_path):
    policies = load_folder(write(tmp_path, a=PLAIN.format("refund")))
    assert policies["default"].hash == load_playbooks()["default"].hash


def test_a_default_of_its_own_takes_its_place(tmp_path):
    policies = load_folder(write(tmp_path, a=PLAIN.format("default")))
    assert policies["default"].source == str(tmp_path / "a.yaml")


def test_what_is_left_out_has_sensible_values(tmp_path):
    policy = load_folder(write(tmp_path, a='policy: a\nreview: {reviewers: ["@x"]}\n'))["a"].policy
    assert policy.inputs is None
    assert policy.review.outcomes == tuple(Outcome)
    assert policy.review.sla.expire_s == 7 * 86_400
    assert policy.review.quorum == 1


def test_yml_is_read_and_hidden_files_folders_and_others_are_not(tmp_path):
    write(tmp_path, a=PLAIN.format("a"))
    (tmp_path / "b.yml").write_text(PLAIN.format("b"))
    (tmp_path / ".c.yaml").write_text("nonsense")
    (tmp_path / "notes.txt").write_text("nonsense")
    (tmp_path / "d.yaml").mkdir()
    assert set(load_folder(tmp_path)) == {"a", "b", "default"}


def test_a_folder_that_is_not_there_or_empty_is_an_error(tmp_path):
    with pytest.raises(PolicyErrors, match="can't be read: No such file"):
        load_folder(tmp_path / "nowhere")
    with pytest.raises(PolicyErrors, match=r"put a \*\.yaml file into it"):
        load_folder(tmp_path)


def test_two_files_with_one_policy_name_are_refused(tmp_path):
    with pytest.raises(PolicyErrors, match=r"b\.yaml:1:9: .*a\.yaml has the policy refund already"):
        load_folder(write(tmp_path, a=PLAIN.format("refund"), b=PLAIN.format("refund")))


def test_a_file_that_is_too_large_is_not_parsed(tmp_path):
    with pytest.raises(PolicyErrors, match="more than 256 kB"):
        load_folder(write(tmp_path, a=PLAIN.format("a") + "#" * 300_000))


def test_every_problem_of_every_file_is_told_at_once(tmp_path):
    write(tmp_path, a="policy: A B\nrules: 5\n", b="policy: [\n", c=PLAIN.format("fine"))
    with pytest.raises(PolicyErrors) as caught:
        load_folder(tmp_path)
    assert len(caught.value.problems) == 4
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith(f"{tmp_path}/a.yaml:1:")


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("hello\n", 1, 1, "must be a group of keys, not text"),
        ("policy: a\n", 1, 1, "`review` is missing"),
        ("review: {reviewers: [a@b.c]}\n", 1, 1, "`policy` is missing"),
        ("polcy: a\npolicy: a\nreview: {reviewers: [a@b.c]}\n", 1, 1, "did you mean policy?"),
        ("policy: Refund\nreview: {reviewers: [a@b.c]}\n", 1, 9, "lower-case letters"),
        ("policy: 5\nreview: {reviewers: [a@b.c]}\n", 1, 9, "write text here, not a number"),
    ],
)
def test_a_file_that_is_no_policy_is_told_what_it_lacks(problems, text, line, column, message):
    first = problems(text)[0]
    assert (first.line, first.column) == (line, column)
    assert message in first.message


@pytest.mark.parametrize(
    ("review", "column", "message"),
    [
        ("{channel: '#a'}", 9, "`reviewers` is missing"),
        ("{reviewers: []}", 21, "at least one"),
        ("{reviewers: '@x'}", 21, "must be a list, as in [a, b], not text"),
        ("{reviewers: [ana]}", 22, "write an e-mail address"),
        ("{reviewers: ['@x', '@x']}", 21, "more than once"),
        ("{reviewers: [5]}", 22, "write text here"),
        ("{reviewers: [a@b.c], channel: approvals}", 39, 'write a channel such as "#approvals"'),
        ("{reviewers: [a@b.c], quorum: 2}", 38, "exactly one approval; write quorum: 1"),
        ("{reviewers: [a@b.c], quorum: true}", 38, "exactly one approval"),
        ("{reviewers: [a@b.c], outcomes: [reject]}", 40, "must contain approve"),
        ("{reviewers: [a@b.c], outcomes: []}", 40, "must contain approve"),
        ("{reviewers: [a@b.c], outcomes: [approve, approve]}", 40, "more than once"),
        ("{reviewers: [a@b.c], outcomes: [aprove]}", 41, "can't be \"aprove\"; write 'approve'"),
        ("{reviewers: [a@b.c], sla: 1d}", 35, "must be a group of keys, not text"),
        ("{reviewers: [a@b.c], sla: {expire: 1y}}", 44, "write one such as 30m"),
        ("{reviewers: [a@b.c], sla: {expire: 3600}}", 44, "write a duration such as 30m"),
        ("{reviewers: [a@b.c], sla: {expire: 30s}}", 44, "between 1 minute and 90 days"),
        ("{reviewers: [a@b.c], sla: {expire: 91d}}", 44, "between 1 minute and 90 days"),
        ("{reviewers: [a@b.c], sla: {expires: 1d}}", 36, "did you mean expire?"),
        ("{reviewers: [a@b.c], chanel: '#a'}", 30, "did you mean channel?"),
    ],
)
def test_a_review_says_what_it_cannot_be(problems, review, column, message):
    (found,) = problems(f"policy: a\nreview: {review}\n")
    assert (found.line, found.column) == (2, column)
    assert message in found.message


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("{type: strin}", "can't be \"strin\"; write 'string'"),
        ("{label: A}", "`type` is missing"),
        ("{type: string, format: money}", "goes with type number or integer, not string"),
        ("{type: number, format: url}", "goes with type string, not number"),
        ("{type: number, currency: USD}", "goes with format: money"),
        ("{type: number, format: money, currency: usd}", "write a code such as USD"),
        ("{type: string, minimum: 3}", "goes with type number or integer"),
        ("{type: number, minimum: 3, maximum: 2}", "is above"),
        ("{type: number, minimum: .nan}", "minimum"),
        ("{type: number, minimum: '3'}", "must be a number, not text"),
        ("{type: number, max_length: 3}", "goes with type string or list"),
        ("{type: string, max_length: 0}", "max_length"),
        ("{type: boolean, enum: [true]}", "goes with type string, number or integer"),
        ("{type: string, enum: []}", "at least one"),
        ("{type: string, enum: [a, 5]}", "lists a number for type string"),
        ("{type: string, enum: [a, a]}", "more than once"),
        ("{type: string, required: 'no'}", "must be true or false, not text"),
        ("{type: string, requird: false}", "did you mean required?"),
        ("5", "must be a group of keys, not a number"),
    ],
)
def test_an_input_says_what_it_cannot_be(problems, declared, message):
    (found,) = problems(
        f"policy: a\nreview: {{reviewers: [a@b.c]}}\ninputs:\n  field: {declared}\n"
    )
    assert found.line == 4
    assert message in found.message


def test_an_input_needs_a_name_that_conditions_can_use(problems):
    text = "policy: a\nreview: {reviewers: [a@b.c]}\ninputs:\n  order-id: {type: string}\n"
    (found,) = problems(text)
    assert (found.line, found.column) == (4, 3)
    assert "letters, digits and _" in found.message


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{id: a, then: approve}", "`because` is missing"),
        ("{id: a, then: approve, because: ' '}", "write between 1 and 300 characters"),
        ("{id: a b, then: approve, because: b}", "lower-case letters"),
        ("{id: a, then: aprove, because: b}", "write 'approve', 'reject' or 'review'"),
        ("{id: a, then: watch, because: b}", "can't be watch yet"),
        ("{id: a, when: true, then: approve, because: b}", "write a condition such as"),
        ("{id: a, when: '', then: approve, because: b}", "write a condition such as"),
        ("{id: a, when: payload.x, then: approve, because: b, if: c}", "`if` is not known here"),
    ],
)
def test_a_rule_says_what_it_cannot_be(problems, rule, message):
    (found,) = problems(f"policy: a\nreview: {{reviewers: [a@b.c]}}\nrules:\n  - {rule}\n")
    assert found.line == 4
    assert message in found.message


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("[{id: a, when: x, then: approve, because: b}, {id: a, then: review, because: b}]",
         "rule a stands here more than once"),
        ("[{id: a, then: approve, because: b}, {id: c, then: review, because: b}]",
         "rule a has no `when`, so that no rule after it"),
    ],
)  # fmt: skip
def test_rules_that_get_in_each_others_way_are_refused(problems, rules, message):
    (found,) = problems(f"policy: a\nreview: {{reviewers: [a@b.c]}}\nrules: {rules}\n")
    assert message in found.message


@pytest.mark.parametrize(
    "text",
    [
        "risk: {impact: payload.x}\n",
        "tests: []\n",
        "rules:\n  - {id: a, then: review, because: b, review: {quorum: 2}}\n",
        "rules:\n  - {id: a, then: review, because: b, for: 15m}\n",
        "rules:\n  - {id: a, then: review, because: b, limit: 3}\n",
    ],
)
def test_what_is_planned_is_told_apart_from_what_is_wrong(problems, text):
    (found,) = problems("policy: a\nreview: {reviewers: [a@b.c]}\n" + text)
    assert "this version does not have it yet" in found.message


@pytest.mark.parametrize("key", ["backups", "stages", "choices", "checklist"])
def test_so_it_is_in_a_review(problems, key):
    assert key in NOT_YET
    (found,) = problems(f"policy: a\nreview: {{reviewers: [a@b.c], {key}: [x]}}\n")
    assert "does not have it yet" in found.message


@pytest.mark.parametrize("key", ["remind", "escalate", "hours"])
def test_and_in_an_sla(problems, key):
    (found,) = problems(f"policy: a\nreview: {{reviewers: [a@b.c], sla: {{{key}: 1h}}}}\n")
    assert "does not have it yet" in found.message


@pytest.mark.parametrize(
    ("when", "column"),
    [
        ("payload.amout < 50", 11),
        ('"payload.amout < 50"', 12),
        ("'1 < payload.amout'", 16),
        ("payload.amount < 50 && payload.amout > 3", 34),
    ],
)
def test_a_mistake_in_a_condition_is_found_at_its_very_place(problems, when, column):
    (found,) = problems(f"""\
        policy: a
        review: {{reviewers: [a@b.c]}}
        inputs: {{amount: {{type: number}}}}
        rules:
          - id: r
            when: {when}
            then: approve
            because: b
    """)
    assert (found.line, found.column) == (6, column)
    assert "did you mean amount?" in found.message


def test_in_a_folded_condition_the_place_is_that_of_the_condition(problems):
    (found,) = problems("""\
        policy: a
        review: {reviewers: [a@b.c]}
        inputs: {amount: {type: number}}
        rules:
          - id: r
            when: >
              payload.amount < 50 &&
              payload.amout > 3
            then: approve
            because: b
    """)
    assert (found.line, found.column) == (6, 11)


def test_mistakes_in_several_conditions_are_told_at_once(problems):
    rule = "  - {{id: {}, when: payload.nope, then: approve, because: b}}\n"
    text = "policy: a\nreview: {reviewers: [a@b.c]}\ninputs: {x: {type: string}}\nrules:\n"
    assert [found.line for found in problems(text + rule.format("a") + rule.format("b"))] == [5, 6]


KEYS = st.sampled_from(
    ["policy", "inputs", "review", "rules", "reviewers", "channel", "quorum", "outcomes", "sla",
     "expire", "id", "when", "then", "because", "type", "enum", "format", "minimum", "required",
     "risk", "x", "a-b", "[key]", "\n"]
)  # fmt: skip
SCALARS = st.sampled_from(
    ["a", "refund", "approve", "review", "#a", "@x", "ana@example.com", "1d", "payload.a > 1",
     "string", "number", "money", "", "{", 0, 1, -1, 2.5, 1e300, 10**30, True, False]
)  # fmt: skip
SHAPES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)
NEARLY = st.fixed_dictionaries(
    {"policy": st.just("a") | SHAPES, "review": st.just({"reviewers": ["@x"]}) | SHAPES},
    optional={
        "inputs": st.dictionaries(KEYS, SHAPES, max_size=3),
        "rules": st.lists(st.dictionaries(KEYS, SHAPES, max_size=5), max_size=3),
    },
)


@given(SHAPES | NEARLY)
def test_any_shape_of_file_is_a_policy_or_a_list_of_problems(tmp_path_factory, shape):
    folder = tmp_path_factory.mktemp("shapes")
    (folder / "tried.yaml").write_text(json.dumps(shape))
    try:
        load_folder(folder)
    except PolicyErrors as error:
        problems = error.problems
    else:
        problems = ()
    for problem in problems:
        assert problem.line >= 1
        assert problem.message
