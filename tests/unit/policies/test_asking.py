"""Whom a review asks out of those it names, and what a rule changes of that."""

from __future__ import annotations

from typing import Any

import pytest

from policies.plan import Escalation, ReviewPlan
from policies.plans import changed, plan
from policies.review_form import Review

LOADED: dict[str, Any] = {
    "reviewers": ["@ops"],
    "assign": "least_loaded",
    "cap": 5,
    "overflow": ["@night-shift"],
    "reject_quorum": 2,
}


def planned(base: dict[str, Any], change: dict[str, Any] | None = None) -> ReviewPlan:
    own = None if change is None else Review.model_validate(change)
    return plan(changed(Review.model_validate(base), own))


def test_a_plan_asks_everyone_and_one_rejection_is_enough_unless_it_says_else():
    usual = planned({"reviewers": ["@ops"]})
    assert [stage.assign for stage in usual.stages] == ["everyone"]
    assert (usual.cap, usual.overflow, usual.reject_quorum, usual.claim_s) == (None, (), 1, 1_800)


def test_a_plan_holds_what_the_review_says_of_people():
    whole = planned(LOADED | {"sla": {"claim": "10m"}})
    assert [stage.assign for stage in whole.stages] == ["least_loaded"]
    assert (whole.cap, whole.overflow) == (5, ("@night-shift",))
    assert (whole.reject_quorum, whole.claim_s) == (2, 600)


def test_a_stage_asks_as_it_says_itself_or_else_as_the_review_does():
    stages = [{"reviewers": ["@a"]}, {"reviewers": ["@b"], "assign": "everyone"}]
    found = planned({"stages": stages, "assign": "least_loaded"})
    assert [stage.assign for stage in found.stages] == ["least_loaded", "everyone"]


def test_further_steps_follow_the_one_that_asks_the_backups():
    sla = {"escalate": "1h", "further": [{"after": "2h", "ask": ["@c"]}], "expire": "1d"}
    found = planned({"reviewers": ["@a"], "backups": ["@b"], "sla": sla})
    assert found.escalations == (
        Escalation(after_s=3_600, ask=("@b",)),
        Escalation(after_s=7_200, ask=("@c",)),
    )


def test_a_rule_that_asks_everyone_needs_no_cap_and_no_overflow():
    found = planned(LOADED, {"assign": "everyone"})
    assert (found.cap, found.overflow, found.reject_quorum) == (None, (), 2)


def test_a_rule_that_asks_others_keeps_how_they_are_asked():
    found = planned(LOADED, {"reviewers": ["@legal"]})
    assert (found.stages[0].assign, found.cap) == ("least_loaded", 5)


@pytest.mark.parametrize(
    "change", [{"outcomes": ["approve", "revise"]}, {"reviewers": ["ana@example.com"]}]
)
def test_a_quorum_of_rejections_that_a_rule_leaves_no_room_for_does_not_hold_there(change):
    assert planned(LOADED, change).reject_quorum == 1


def test_what_a_rule_itself_writes_is_never_left_out(problems):
    rule = "{id: a, then: review, because: x, review: {cap: 5}}"
    [found] = problems(f"policy: a\nreview: {{reviewers: ['@a']}}\nrules:\n  - {rule}\n")
    assert (found.line, found.column) == (4, 53)
    assert "`cap` goes with assign: least_loaded" in found.message
