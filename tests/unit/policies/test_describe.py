"""Schemas and examples agree with what the loader and the inputs check."""

from __future__ import annotations

import json
import shlex
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.describe import policy_schema, request_schema
from policies.document import read_document
from policies.evaluate import check_payload
from policies.examples import NoExampleError, curl, example
from policies.loader import PLAYBOOKS, load_text
from policies.meanings import MEANINGS

DESIGN = """
policy: refund
inputs:
  amount:   {type: number, minimum: 0, label: Amount, format: money, currency: USD}
  customer: {type: string}
  tier:     {type: string, enum: [standard, enterprise]}
risk:
  impact_radius: payload.amount >= 1000
  rework_cost: "!signals.reversible"
review:
  channel: "#approvals"
  reviewers: ["@finance-approvers", ana@example.com, U0123ABCD]
  backups: [cfo@example.com]
  quorum: 1
  outcomes: [approve, revise, reject]
  assign: least_loaded
  cap: 5
  overflow: ["@night-shift"]
  reject_quorum: 1
  sla: {remind: [30m, 2h], escalate: 4h, expire: 1d, claim: 15m,
        further: [{after: 8h, ask: [ceo@example.com]}],
        hours: {zone: Europe/London, days: mon-fri, open: "09:00-18:00"}}
rules:
  - {id: routine, when: payload.amount < 50 && signals.confidence >= 0.8, then: approve,
     because: A.}
  - {id: large, when: risk.flags > 3, then: review, because: B., review: {quorum: 2}}
  - {id: reversible, when: signals.reversible, then: watch, for: 15m, because: C.}
  - {id: otherwise, then: review, because: D.}
tests:
  - payload: {amount: 20, customer: Acme, tier: standard}
    signals: {confidence: 0.9}
    expect: routine
"""
PLAYBOOK_FILES = sorted(PLAYBOOKS.glob("*.yaml"))
UNFIT = [
    "confirm: 5",
    "confirm: an amount",
    "confirm: payload.amount",
    "undo: ''",
    "undo: 30",
    "undo: soon",
    "undo: 1d",
    "revisions: -1",
    "revisions: 101",
    "revisions: 1.5",
    "revisions: twice",
    "sla: {result: 5}",
    "sla: {result: later}",
]
Validator = jsonschema.Draft202012Validator
CHECKED = Validator(policy_schema())
HEAD = 'policy: tried\nreview: {channel: "#a", reviewers: ["@a"]}\n'


def policy(rest: str):
    return load_text(f"{HEAD}{rest}".encode(), "tried.yaml")


def test_the_schema_of_policies_is_one():
    Validator.check_schema(policy_schema())


@pytest.mark.parametrize("file", PLAYBOOK_FILES, ids=lambda file: file.stem)
def test_it_takes_every_policy_that_ships(file):
    CHECKED.validate(read_document(file.read_bytes()).data)


def test_it_takes_the_policy_of_the_design():
    load_text(DESIGN.encode(), "refund.yaml")
    CHECKED.validate(read_document(DESIGN.encode()).data)


@pytest.mark.parametrize(
    "wrong",
    [
        "colour: red",
        "inputs: {amount: {type: money}}",
        "inputs: {amount: {type: number, minimum: low}}",
        "inputs: {'an amount': {type: number}}",
        "rules: [{id: a, then: pass, because: x}]",
        "rules: [{id: a, then: review}]",
        "rules: [{id: a, then: watch, for: soon, because: x}]",
        "rules: [{id: a, then: watch, for_s: 15m, because: x}]",
        "risk: {anomaly: 1}",
        *(f"rules: [{{id: a, then: review, because: x, review: {{{key}}}}}]" for key in UNFIT),
    ],
)
def test_it_refuses_what_the_loader_refuses(wrong):
    assert not CHECKED.is_valid(read_document(f"{HEAD}{wrong}".encode()).data)


@pytest.mark.parametrize(
    "right",
    [
        "confirm: amount",
        "undo: 30s",
        "undo: 1m30s",
        "undo: 1h",
        "revisions: 0",
        "sla: {result: 2h}",
    ],
)
def test_it_takes_what_the_loader_takes(right):
    rest = (
        "inputs: {amount: {type: number}}\n"
        f"rules: [{{id: a, then: review, because: x, review: {{{right}}}}}]\n"
    )
    policy(rest)
    CHECKED.validate(read_document(f"{HEAD}{rest}".encode()).data)


def test_what_is_usual_is_written_as_in_a_file():
    usual = policy_schema()["$defs"]["Sla"]["properties"]
    assert (usual["expire"]["default"], usual["claim"]["default"]) == ("7d", "30m")


def test_it_knows_no_null():
    assert "null" not in json.dumps(policy_schema())


def test_every_key_of_a_policy_file_is_described():
    schema = policy_schema()
    parts = {"Policy": schema, **schema["$defs"]}
    parts["Question"] = parts["Question"]["anyOf"][1]
    for name, part in parts.items():
        assert set(part.get("properties", {})) == set(MEANINGS.get(name, {})), name


def test_a_request_schema_refuses_what_the_inputs_refuse():
    loaded = policy(
        "inputs: {n: {type: integer, minimum: 1, maximum: 5}, kind: {type: string, enum: [a, b]},"
        " due: {type: string, format: date, required: false},"
        " parts: {type: list, max_length: 2, required: false}}\n"
        "signals: {sure: {type: boolean, required: true}}"
    )
    checked = Validator(request_schema(loaded))
    right: dict[str, Any] = {"title": "x", "policy": "tried", "payload": {"n": 2, "kind": "a"}}
    right["signals"] = {"sure": True}
    checked.validate(right)
    wrong = [{"n": 0}, {"n": 6}, {"n": 1.5}, {"kind": "c"}, {"due": "soon"}, {"more": 1}]
    for change in [*wrong, {"parts": [1, 2, 3]}]:
        assert not checked.is_valid(right | {"payload": right["payload"] | change}), change
    assert not checked.is_valid(right | {"policy": "other"})
    assert not checked.is_valid(right | {"signals": {}})


def test_a_request_under_a_policy_without_inputs_may_hold_anything():
    checked = Validator(request_schema(policy("")))
    checked.validate({"title": "x", "policy": "tried", "payload": {"any": [1, None]}})


def test_an_example_is_taken_from_the_tests_and_one_that_asks_people_before_others():
    loaded = policy(
        "inputs: {amount: {type: number}}\n"
        "rules: [{id: a, when: payload.amount < 5, then: reject, because: x}]\n"
        "tests:\n  - {payload: {amount: much}, expect: a}\n  - {payload: {amount: 1}, expect: a}\n"
        "  - {payload: {amount: 77}, signals: {confidence: 0.5}, expect: review}\n"
    )
    assert example(loaded).payload == {"amount": 77}
    assert example(loaded).signals == {"confidence": 0.5}


BOUNDS = st.integers(-1_000_000, 1_000_000)
NUMBERS = st.builds(
    lambda kind, low, span, has_low, has_high: ", ".join(
        [
            f"type: {kind}",
            *([f"minimum: {low}"] if has_low else []),
            *([f"maximum: {low + span}"] if has_high else []),
        ]
    ),
    st.sampled_from(["number", "integer"]),
    BOUNDS,
    st.integers(0, 1000),
    st.booleans(),
    st.booleans(),
)
OTHERS = st.sampled_from(
    [
        "type: string",
        "type: string, max_length: 1",
        "type: string, enum: [b, c]",
        "type: string, enum: [long, l], max_length: 1",
        "type: string, format: date",
        "type: string, format: date, max_length: 10",
        "type: string, format: url",
        "type: string, format: url, max_length: 8",
        "type: string, format: url, max_length: 3, required: false",
        "type: integer, enum: [7, 9], minimum: 8",
        "type: number, minimum: 0.25, maximum: 0.3",
        "type: boolean",
        "type: list, max_length: 1",
        "type: object",
    ]
)


@given(st.lists(NUMBERS | OTHERS, min_size=1, max_size=8))
def test_an_example_that_is_made_up_fits_inputs_and_schema(inputs):
    declared = ", ".join(f"f{at}: {{{one}}}" for at, one in enumerate(inputs))
    loaded = policy(f"inputs: {{{declared}}}\nsignals: {{own: {{type: boolean, required: true}}}}")
    made = example(loaded)
    assert check_payload(loaded, made.payload, made.signals) == ()
    Validator(request_schema(loaded)).validate(made.model_dump())


def test_inputs_that_nothing_fits_are_named():
    with pytest.raises(NoExampleError) as caught:
        example(policy("inputs: {link: {type: string, format: url, max_length: 3}}"))
    assert caught.value.problems[0].field == "payload.link"


def test_the_curl_line_sends_the_example_whatever_it_holds():
    loaded = policy(
        "inputs: {who: {type: string}}\n"
        'tests: [{payload: {who: "O\'Neill $HOME `id` \\\\"}, expect: review}]'
    )
    words = shlex.split(curl(example(loaded)))
    assert words[:2] == ["curl", "$COUNTERSIGN_URL/v1/requests"]
    assert "Authorization: Bearer $COUNTERSIGN_KEY" in words
    assert json.loads(words[-1])["payload"] == {"who": "O'Neill $HOME `id` \\"}
