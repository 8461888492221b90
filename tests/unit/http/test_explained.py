"""What a policy would do, as clients get it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from app.http.examples import EXPLAINED
from app.http.explained import ExplanationAnswer
from app.ports import Explained
from policies.evaluate import Facts
from policies.explain import explain
from policies.loader import load_text

POLICY = b"""
policy: refund
inputs: {amount: {type: number}}
risk: {impact_radius: payload.amount >= 1000}
review: {channel: "#approvals", reviewers: ["@finance-approvers"], sla: {expire: 1d}}
rules:
  - id: routine
    when: payload.amount < 50 && signals.confidence >= 0.8
    then: approve
    because: Refunds under 50 are routine.
    limit: {count: 20, window: 1d}
  - id: undoable
    when: payload.amount < 100 && signals.reversible
    then: watch
    for: 15m
    because: It can be undone.
  - {id: otherwise, then: review, because: Anything else gets one look.}
"""


def said(amount: float, **signals: Any) -> dict[str, Any]:
    loaded = load_text(POLICY, "refund")
    facts = Facts(payload={"amount": amount}, signals=signals)
    explained = Explained("refund", loaded.hash, explain(loaded, facts))
    answer = ExplanationAnswer.of(explained, draft=True)
    found: dict[str, Any] = json.loads(answer.model_dump_json())
    assert (found["policy_hash"], found["draft"]) == (loaded.hash, True)
    return found


def test_the_published_example_is_an_answer_to_the_letter():
    example = ExplanationAnswer.model_validate(EXPLAINED, extra="forbid")
    assert example.model_dump(mode="json") == EXPLAINED


def test_every_key_of_an_explanation_is_told_and_always_there():
    reviewed, approved = said(240, confidence=0.7), said(20, confidence=0.9)
    assert _shape(reviewed) == _shape(EXPLAINED)
    assert approved.keys() == EXPLAINED.keys()
    kept = set(explain(load_text(POLICY, "refund"), Facts({"amount": 1})).model_dump())
    assert kept <= approved.keys()


def test_a_rule_tells_its_parts_its_limit_and_whether_it_was_reached():
    routine, undoable, otherwise = said(20, confidence=0.7)["rules"]
    assert (routine["joined_by"], [part["holds"] for part in routine["parts"]]) == (
        "&&",
        [True, False],
    )
    assert routine["limit"] is not None
    assert (undoable["limit"], otherwise["reached"]) == (None, False)


def test_a_part_without_an_answer_is_null():
    routine = said(20)["rules"][0]
    assert [part["holds"] for part in routine["parts"]] == [True, None]
    assert said(20)["error"] is not None


def test_who_would_be_asked_and_what_silence_does_is_told():
    answer = said(240, confidence=0.7)
    assert answer["people"]["channel"] == "#approvals"
    assert answer["people"]["stages"] == [
        {
            "name": None,
            "reviewers": ["@finance-approvers"],
            "quorum": 1,
            "assign": "everyone",
        }
    ]
    assert [button["label"] for button in answer["people"]["buttons"]] == [
        "Approve",
        "Revise",
        "Reject",
    ]
    assert len(answer["summary"]["buttons"]) == 3
    assert [moment["after_s"] for moment in answer["timeline"]] == [0, 86_400]


def test_the_timeline_has_instants_in_utc_where_it_is_told_when():
    loaded = load_text(POLICY.replace(b"expire: 1d", b"hours: {zone: Asia/Tokyo}, expire: 1h"), "a")
    explanation = explain(loaded, Facts({"amount": 240}), datetime(2026, 11, 24, 16, 30))
    answer = ExplanationAnswer.of(Explained("refund", loaded.hash, explanation), draft=True)
    assert [moment.at for moment in answer.timeline] == [
        "2026-11-24T07:30:00.000Z",
        "2026-11-25T00:30:00.000Z",
    ]
    assert answer.people is not None
    assert answer.people.hours == "Mon, Tue, Wed, Thu, Fri 09:00-17:00 Asia/Tokyo"


def test_what_is_watched_says_so_in_its_summary():
    answer = said(60, confidence=0.7, reversible=True)
    assert answer["route"] == "watch"
    assert answer["summary"]["watching"] is not None
    assert [(moment["since"], moment["after_s"]) for moment in answer["timeline"]] == [
        ("shown", 0),
        ("shown", 900),
        ("stopped", 0),
        ("stopped", 86_400),
    ]


def test_where_nobody_is_asked_there_are_no_people():
    answer = said(20, confidence=0.9)
    assert (answer["route"], answer["people"]) == ("approve", None)
    assert [moment["what"] for moment in answer["timeline"]] == [
        "it is approved by the policy, and nobody is asked"
    ]


def _shape(value: Any) -> Any:
    """The keys of a value, without what is in them; lists by their first element."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    return [_shape(value[0])] if isinstance(value, list) and value else None
