"""Loading a folder: every mistake of every file at once, with its place and what to write."""

from __future__ import annotations

import hashlib
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.loader import PolicyErrors, load_folder, load_playbooks, load_text
from policies.plan import Outcome

PLAIN = 'policy: {}\nreview: {{channel: "#a", reviewers: ["@x"]}}\n'


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_mistakes_of_form_and_of_conditions_are_told_together(problems):
    found = problems("""\
        policy: tried
        inputs: {amount: {type: number}}
        risk: {ambiguity: payload.amuont > 5}
        review: {reviewers: ["@g"], quorun: 2}
        rules:
          - {id: a, when: payload.amount < 'x', then: aprove, because: b}
          - {id: b, when: payload.nothing, then: review, becuse: c}
    """)
    assert [(one.line, one.message.split(" ")[0]) for one in found] == [
        (3, "payload"),
        (4, "`quorun`"),
        (6, "`<`"),
        (6, "`then`"),
        (7, "`because`"),
        (7, "payload"),
        (7, "`becuse`"),
    ]


@pytest.mark.parametrize("broken", ["inputs: {amount: {type: nmber}}", "inputs: 5", "inputs: [a]"])
def test_where_the_inputs_cannot_be_read_their_conditions_are_not_judged(problems, broken):
    rule = "rules: [{id: a, when: payload.amount < 5, then: review, because: b}]"
    found = problems(f"policy: tried\n{broken}\nreview: {{reviewers: ['@g']}}\n{rule}\n")
    assert {one.line for one in found} == {2}


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
    loaded = load_folder(write(tmp_path, a='policy: a\nreview: {reviewers: ["@x"]}\n'))["a"]
    assert loaded.policy.inputs is None
    assert loaded.plan.outcomes == tuple(Outcome)
    assert loaded.plan.expire_s == 7 * 86_400
    assert loaded.plan.people == 1
    assert loaded.plan.choices == ()


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
        ("{channel: '#a'}", 9, "needs `reviewers`, or `stages`"),
        ("{reviewers: []}", 21, "at least one"),
        ("{reviewers: '@x'}", 21, "must be a list, as in [a, b], not text"),
        ("{reviewers: [ana]}", 22, "write an e-mail address"),
        ("{reviewers: ['@x', '@x']}", 21, "more than once"),
        ("{reviewers: [5]}", 22, "write text here"),
        ("{reviewers: [a@b.c], channel: approvals}", 39, 'write a channel such as "#approvals"'),
        ("{reviewers: [a@b.c], quorum: 2}", 9, "one person is named, so 2 can never approve"),
        ("{reviewers: [a@b.c, d@e.f], quorum: 3}", 9, "2 people are named, so 3 can never"),
        ("{reviewers: ['@x', a@b.c], quorum: all}", 9, "people by name; @x is a group"),
        ("{reviewers: [a@b.c], quorum: true}", 38, "a number from 1 to 20, any, or all"),
        ("{reviewers: [a@b.c], quorum: 0}", 38, "a number from 1 to 20, any, or all"),
        ("{reviewers: ['@x'], quorum: 21}", 37, "a number from 1 to 20, any, or all"),
        ("{reviewers: ['@x'], quorum: 1.5}", 37, "a number from 1 to 20, any, or all"),
        ("{reviewers: ['@x'], quorum: most}", 37, "a number from 1 to 20, any, or all"),
        ("{stages: []}", 18, "`stages` needs at least one entry"),
        ("{stages: 5}", 18, "`stages` must be a list"),
        ("{stages: [{quorum: 1}]}", 19, "`reviewers` is missing"),
        ("{stages: [{reviewers: ['@x'], quorm: 1}]}", 39, "did you mean quorum?"),
        ("{stages: [{reviewers: [a@b.c], quorum: 2}]}", 19, "so 2 can never approve"),
        ("{stages: [{reviewers: ['@x']}], quorum: 2}", 9, "write `stages`, or `reviewers`"),
        ("{stages: [{reviewers: ['@x']}], reviewers: ['@x']}", 9, "write `stages`, or `reviewers`"),
        (
            "{stages: [{reviewers: ['@x']}, {reviewers: ['@y']}], choices: [{id: x, label: X}]}",
            9,
            "`choices` go with one stage",
        ),
        ("{reviewers: ['@x'], choices: []}", 38, "`choices` needs at least one entry"),
        (
            "{reviewers: ['@x'], choices: [{id: x, label: X, outcome: reject}]}",
            38,
            "one choice has to be an approval",
        ),
        (
            "{reviewers: ['@x'], choices: [{id: x, label: X}, {id: x, label: Y}]}",
            38,
            "choice x stands here more than once",
        ),
        (
            "{reviewers: ['@x'], choices: [{id: x, label: X}, {id: y, label: X}]}",
            38,
            "label X stands here more than once",
        ),
        ("{reviewers: ['@x'], choices: [{id: X, label: X}]}", 44, "lower-case letters"),
        (
            "{reviewers: ['@x'], choices: [{id: x, label: '" + "X" * 31 + "'}]}",
            54,
            "write between 1 and 30 characters",
        ),
        (
            "{reviewers: ['@x'], choices: [{id: x, label: X, outcome: maybe}]}",
            66,
            "write 'approve', 'revise' or 'reject'",
        ),
        ("{reviewers: ['@x'], choices: [{id: x, label: X, efect: y}]}", 57, "did you mean effect?"),
        (
            "{reviewers: ['@x'], quorum: 2, choices: [{id: x, label: X, comment: true}]}",
            49,
            "2 people have to agree, so `x` can't have a comment",
        ),
        (
            "{reviewers: ['@x'], outcomes: [approve], choices: [{id: x, label: X}]}",
            9,
            "write `outcomes` or `choices`, not both",
        ),
        ("{reviewers: ['@x'], sla: {remind: 1h}}", 43, "must be a list, as in [a, b], not text"),
        ("{reviewers: ['@x'], sla: {remind: [1h, 60m]}}", 43, "1 hour stands here more than once"),
        (
            "{reviewers: ['@x'], sla: {remind: [2h], expire: 1h}}",
            34,
            "have to come before `expire`",
        ),
        ("{reviewers: ['@x'], assign: fewest}", 37, "write 'everyone' or 'least_loaded'"),
        ("{reviewers: ['@x'], assign: least_loaded, cap: 0}", 56, "must be at least 1"),
        ("{reviewers: ['@x'], assign: least_loaded, cap: 1001}", 56, "must be at most 1,000"),
        ("{reviewers: ['@x'], cap: 5}", 34, "`cap` goes with assign: least_loaded"),
        (
            "{reviewers: ['@x'], assign: least_loaded, overflow: ['@y']}",
            61,
            "`overflow` is asked once all are at their `cap`",
        ),
        (
            "{stages: [{reviewers: ['@x'], assign: everyone}], assign: least_loaded, cap: 5}",
            86,
            "`cap` goes with assign: least_loaded",
        ),
        ("{reviewers: ['@x'], reject_quorum: 21}", 44, "must be at most 20"),
        ("{reviewers: [a@b.c], reject_quorum: 2}", 45, "one person is named, so 2 can never"),
        (
            "{stages: [{reviewers: ['@x']}, {name: B, reviewers: [a@b.c]}], reject_quorum: 2}",
            87,
            "one person is named in the stage B, so 2 can never reject",
        ),
        (
            "{reviewers: ['@x'], outcomes: [approve, revise], reject_quorum: 2}",
            73,
            "there is no reject among the `outcomes`",
        ),
        (
            "{reviewers: ['@x'], choices: [{id: x, label: X}], reject_quorum: 1}",
            74,
            "there is no reject among the `choices`",
        ),
        (
            "{reviewers: ['@x'], sla: {further: [{after: 1h, ask: [a@b.c]}]}}",
            34,
            "`further` steps come after `escalate`, the first one",
        ),
        (
            "{reviewers: ['@x'], sla: {escalate: 1h, further: [{after: 2h, ask: [a@b.c]}]}}",
            58,
            "come after the `backups` were asked; name those too",
        ),
        (
            "{reviewers: ['@x'], sla: {escalate: 2h, further: [{after: 2h, ask: [a@b.c]}]}}",
            34,
            "each step later than the one before it",
        ),
        (
            "{reviewers: ['@x'], sla: {escalate: 1h, further: [{after: 8d, ask: [a@b.c]}]}}",
            34,
            "have to come before `expire`",
        ),
        ("{reviewers: ['@x'], sla: {further: []}}", 44, "needs at least one entry"),
        (
            "{reviewers: ['@x'], sla: {escalate: 1h, further: [{after: 2h, ask: ['@b'], as: 1}]}}",
            84,
            "did you mean ask?",
        ),
        ("{reviewers: ['@x'], sla: {claim: soon}}", 42, "write one such as 30m"),
        (
            "{reviewers: ['@x'], sla: {escalate: 1h, expire: 1h}}",
            34,
            "have to come before `expire`",
        ),
        (
            "{reviewers: ['@x'], sla: {hours: {zone: UTC, days: mon, open: '09:00-09:05'}}}",
            34,
            "`hours` are open 5 minutes a week, and `expire` (7 days) would take more than two",
        ),
        ("{reviewers: ['@x'], sla: {hours: {}}}", 42, "`zone` is missing"),
        ("{reviewers: ['@x'], sla: {hours: {zone: UTC, day: mon}}}", 54, "did you mean days?"),
        ("{reviewers: ['@x'], backups: [ana]}", 39, "write an e-mail address"),
        ("{reviewers: ['@x'], viewers: []}", 38, "at least one"),
        ("{reviewers: ['@x'], checklist: []}", 40, "at least one"),
        ("{reviewers: ['@x'], checklist: [' ']}", 41, "between 1 and 200 characters"),
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
        ("{type: string, secret: true, editable: true}", "so that nobody can edit it"),
        ("{type: list, editable: true}", "`editable` goes with type string, number, integer"),
        ("{type: string, max_length: 70000}", "`max_length` must be at most 65,536"),
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
        ("{id: a, then: aprove, because: b}", "write 'approve', 'watch', 'review' or 'reject'"),
        ("{id: a, then: watch, because: b}", "needs `for`, such as for: 15m"),
        ("{id: a, then: watch, for: 1s, because: b}", "between 1 minute and 90 days"),
        ("{id: a, then: watch, for: 7d, because: b}", "a watch has to end before the request"),
        ("{id: a, then: watch, for: 1h, stop: approve, because: b}", "write 'review' or 'reject'"),
        ("{id: a, then: approve, for: 1h, because: b}", "`for` goes with then: watch"),
        ("{id: a, then: review, stop: reject, because: b}", "`stop` goes with then: watch"),
        (
            "{id: a, then: review, limit: {count: 1, window: 1d}, because: b}",
            "`limit` goes with then: approve or watch",
        ),
        (
            "{id: a, then: reject, review: {quorum: 2}, because: b}",
            "`review` goes with then: watch or review",
        ),
        ("{id: a, then: review, review: {quorum: 2}, because: b}", "so 2 can never approve"),
        ("{id: a, then: review, review: {chanel: '#a'}, because: b}", "did you mean channel?"),
        (
            "{id: a, then: watch, for: 2h, review: {sla: {expire: 1h}}, because: b}",
            "a watch has to end before the request expires",
        ),
        ("{id: a, when: true, then: approve, because: b}", "write a condition such as"),
        ("{id: a, when: '', then: approve, because: b}", "write a condition such as"),
        ("{id: a, when: payload.x, then: approve, because: b, if: c}", "`if` is not known here"),
    ],
)
def test_a_rule_says_what_it_cannot_be(problems, rule, message):
    (found,) = problems(f"policy: a\nreview: {{reviewers: [a@b.c]}}\nrules:\n  - {rule}\n")
    assert found.line == 4
    assert message in found.message


def test_two_rules_with_one_id_are_refused(problems):
    rules = "[{id: a, when: 'true', then: approve, because: b}, {id: a, then: review, because: b}]"
    (found,) = problems(f"policy: a\nreview: {{reviewers: [a@b.c]}}\nrules: {rules}\n")
    assert (found.line, found.column) == (3, 8)
    assert found.message == "rule a stands here more than once"


INPUTS = """\
policy: a
review: {reviewers: [a@b.c]}
inputs:
  amount: {type: number, minimum: 0}
  maybe:  {type: number, minimum: 0, required: false}
  low:    {type: number}
  name:   {type: string}
  tags:   {type: list}
"""


@pytest.mark.parametrize(
    ("limit", "column", "message"),
    [
        ("5", 47, "must be a group of keys, not a number"),
        ("{window: 1d}", 47, "write `count`, or `sum` and `most`, or all three"),
        ("{count: 1}", 47, "`window` is missing"),
        ("{count: 0, window: 1d}", 55, "`count` must be at least 1"),
        ("{count: 2000000, window: 1d}", 55, "`count` must be at most 1,000,000"),
        ("{count: 1.5, window: 1d}", 55, "must be a whole number"),
        ("{count: 1, window: 1y}", 66, "write one such as 30m"),
        ("{count: 1, par: payload.name, window: 1d}", 58, "did you mean per?"),
        ("{sum: payload.amount, window: 1d}", 47, "`sum` and `most` go together"),
        ("{count: 1, most: 5, window: 1d}", 47, "`sum` and `most` go together"),
        ("{sum: amount, most: 5, window: 1d}", 53, "such as payload.amount"),
        ("{sum: payload.amount, most: 0, window: 1d}", 75, "`most` must be more than 0"),
        ("{sum: payload.amount, most: .inf, window: 1d}", 75, "`most` must be"),
        ("{sum: payload.amont, most: 5, window: 1d}", 53, "did you mean amount?"),
        ("{sum: payload.maybe, most: 5, window: 1d}", 53, "take required: false out"),
        ("{sum: payload.low, most: 5, window: 1d}", 53, "give the input minimum: 0"),
        ("{sum: payload.name, most: 5, window: 1d}", 53, "name is of type string"),
        ("{count: 1, per: payload.tags, window: 1d}", 63, "tags is of type list"),
        ("{count: 1, per: payload.maybe, window: 1d}", 63, "take required: false out"),
        ("{count: 1, per: payload.gone, window: 1d}", 63, "gone is not"),
    ],
)
def test_a_limit_says_what_it_cannot_be(problems, limit, column, message):
    rule = f"rules:\n  - {{id: a, because: b, then: approve, limit: {limit}}}\n"
    (found,) = problems(INPUTS + rule)
    assert (found.line, found.column) == (10, column)
    assert message in found.message


@pytest.mark.parametrize(
    ("rest", "column", "message"),
    [
        ("risk: 5", 7, "must be a group of keys, not a number"),
        ("risk: {impact: payload.amount > 1}", 8, "did you mean impact_radius?"),
        ("risk: {a b: payload.amount > 1}", 8, "lower-case letters"),
        ("risk: {ambiguity: 5}", 19, "write a condition such as"),
        ("risk: {ambiguity: {because: b}}", 19, "`when` is missing"),
        ("risk: {ambiguity: {when: payload.amount > 1, becuse: b}}", 46, "did you mean because?"),
        ("risk: {ambiguity: payload.amout > 1}", 19, "did you mean amount?"),
        ("risk: {ambiguity: 1 > payload.amout}", 23, "did you mean amount?"),
        ("risk: {ambiguity: risk.flags > 1}", 19, "there are no risk flags here"),
        (
            "risk: {ambiguity: {when: payload.amount, because: b}}",
            26,
            "true or false, not a number",
        ),
        ("signals: {confidence: {type: number}}", 11, "is there already; take it out"),
        ("signals: {mood: {type: list}}", 24, "write 'string', 'number', 'integer' or 'boolean'"),
        ("signals: {mood: {type: number, requird: true}}", 32, "did you mean required?"),
        ("signals: {mood: {type: string, secret: true}}", 17, "a signal is always shown"),
        ("signals: {a-b: {type: number}}", 11, "letters, digits and _"),
        ("auto: true", 7, "goes with `risk` and no `rules`"),
        ("auto: yes", 7, "must be true or false, not text"),
        ("reversible: maybe", 13, "must be true or false, not text"),
        ("description: ''", 14, "between 1 and 1,000 characters"),
        ("tests: 5", 8, "must be a list"),
        ("tests: [{expect: nope}]", 18, "there is no rule nope; write approve, watch, review or"),
        ("tests: [{expct: approve}]", 10, "did you mean expect?"),
        ("tests: [{expect: review, spent: [x]}]", 33, "the rule x has no limit"),
        ("tests: [{expect: review, quorum: 0}]", 34, "must be at least 1"),
        ("tests: [{expect: review, payload: 5}]", 35, "must be a group of keys, not a number"),
    ],
)
def test_each_part_of_a_policy_says_what_it_cannot_be(problems, rest, column, message):
    found = problems(f"{INPUTS}{rest}\n")
    assert [(one.line, one.column) for one in found if message in one.message] == [(9, column)]
    assert all("is missing" in one.message for one in found if message not in one.message)


@pytest.mark.parametrize(
    ("rest", "line", "column", "message"),
    [
        ("reversible: false\nrules: [{id: a, because: b, then: watch, for: 1h}]\n", 10, 35,
         "what can't be undone is not left to a watch; write then: review"),
        ("auto: true\nrisk: {ambiguity: 1 > 2}\nrules: [{id: a, because: b, then: review}]\n",
         9, 7, "`auto` goes with `risk` and no `rules`"),
        ("tests: [{expect: rout}]\nrules: [{id: route, because: b, then: review}]\n", 9, 18,
         "there is no rule rout (did you mean route?); it has route"),
        ("rules:\n  - {id: a, because: b, then: review, review: {quorum: 2,\n"
         "     reviewers: ['@g'], choices: [{id: x, label: X, comment: true}]}}\n", 10, 47,
         "so `x` can't have a comment"),
    ],
)  # fmt: skip
def test_parts_that_do_not_go_together_are_told_at_one_of_them(
    problems, rest, line, column, message
):
    (found,) = problems(INPUTS + rest)
    assert (found.line, found.column) == (line, column)
    assert message in found.message


RISK = "risk:\n" + "".join(
    f"  {name}: payload.x == {name!r}\n"
    for name in ("ambiguity", "frequency", "rework_cost", "impact_radius")
)


def test_where_four_flags_can_ask_two_people_there_have_to_be_two(problems, load):
    (found,) = problems(f"policy: a\nreview: {{reviewers: [a@b.c]}}\n{RISK}")
    assert (found.line, found.column) == (2, 9)
    assert "two people are asked; name another reviewer" in found.message
    assert load(RISK).strictest.people == 2, "a group can have more than one person"


def test_where_there_are_too_few_questions_for_that_one_person_is_enough(tmp_path):
    three = RISK[: RISK.index("  impact_radius")]
    write(tmp_path, a=f"policy: a\nreview: {{reviewers: [a@b.c]}}\n{three}")
    assert load_folder(tmp_path)["a"].strictest.people == 1


def test_a_rule_after_one_that_always_holds_is_no_mistake_of_the_form(load):
    rules = "rules: [{id: a, then: reject, because: b}, {id: c, then: review, because: b}]\n"
    assert set(load(rules).plans) == {"c"}


def test_every_fault_beyond_the_form_is_told_at_once_in_the_order_of_the_file(problems):
    found = problems("""\
        policy: a
        review: {reviewers: ["@x"], quorum: 2, choices: [{id: x, label: X, comment: true}]}
        inputs: {amount: {type: number}}
        risk: {speed: payload.amount > 1}
        signals: {anomaly: {type: boolean}}
        rules:
          - {id: a, when: payload.amont > 1 && payload.x, then: approve, because: b,
             limit: {sum: payload.amount, most: 5, window: 1d, per: payload.y}}
          - {id: c, then: watch, for: 8d, because: b}
        tests: [{expect: d, spent: [c]}]
    """)
    assert [(one.line, one.column) for one in found] == [
        (2, 49), (4, 8), (5, 11), (7, 19), (7, 40), (8, 19), (8, 61), (9, 31), (10, 18),
        (10, 28),
    ]  # fmt: skip


def test_a_file_that_cannot_be_read_any_more_is_a_problem_of_that_file(tmp_path):
    write(tmp_path, a=PLAIN.format("a"))
    (tmp_path / "b.yaml").symlink_to(tmp_path / "gone.yaml")
    (tmp_path / "c.yaml").write_bytes(b"policy: a\xff\n")
    with pytest.raises(PolicyErrors) as caught:
        load_folder(tmp_path)
    assert [str(found) for found in caught.value.problems] == [
        f"{tmp_path}/b.yaml:1:1: this file can't be read: No such file or directory",
        f"{tmp_path}/c.yaml:1:10: this is not UTF-8; save the file as UTF-8",
    ]


def test_a_draft_is_loaded_from_its_bytes_and_named_as_it_is_said():
    loaded = load_text(PLAIN.format("refund").encode(), "draft")
    assert (loaded.policy.policy, loaded.source) == ("refund", "draft")
    with pytest.raises(PolicyErrors, match=r"^draft:1:1: the file is empty"):
        load_text(b"", "draft")


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
     "risk", "stages", "choices", "label", "outcome", "comment", "limit", "count", "sum", "most",
     "per", "window", "for", "stop", "signals", "auto", "reversible", "tests", "expect", "spent",
     "ambiguity", "x", "a-b", "[key]", "\n"]
)  # fmt: skip
SCALARS = st.sampled_from(
    ["a", "refund", "approve", "review", "#a", "@x", "ana@example.com", "1d", "payload.a > 1",
     "payload.a", "risk.flags > 1",
     "watch", "all", "string", "number", "money", "", "{",
     0, 1, -1, 2.5, 1e300, 10**30, True, False]
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
        "risk": st.dictionaries(KEYS, SHAPES, max_size=3),
        "signals": st.dictionaries(KEYS, SHAPES, max_size=3),
        "tests": st.lists(st.dictionaries(KEYS, SHAPES, max_size=3), max_size=3),
        "rules": st.lists(st.dictionaries(KEYS, SHAPES, max_size=8), max_size=3),
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


def test_what_can_be_read_without_end_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "device.yaml").symlink_to("/dev/zero")
    with pytest.raises(PolicyErrors) as caught:
        load_folder(tmp_path)
    assert [str(found) for found in caught.value.problems] == [
        f"{tmp_path}/{name}.yaml:1:1: this is no regular file; take it out of this folder"
        for name in ("device", "pipe")
    ]
