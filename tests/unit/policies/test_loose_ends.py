"""What an author is told of people who are named and of whom nothing, or only half, comes."""

from __future__ import annotations

from typing import Any

import pytest

from policies.check import cautions
from policies.loader import load_text


def told(review: str, rest: str = "") -> dict[tuple[str | int, ...], str]:
    loaded = load_text(f"policy: tried\nreview: {review}\n{rest}".encode(), "tried.yaml")
    return {path: message for path, message in cautions(loaded) if path[:1] != ("policy",)}


ROOMY = "reviewers: ['@a'], assign: least_loaded, cap: 5, overflow: ['@b']"
STEPS = "backups: ['@b'], sla: {escalate: 1h, further: [{after: 2h, ask: ['@c']}], expire: 1d}"


@pytest.mark.parametrize(
    "review",
    [
        f"{{{ROOMY}}}",
        f"{{reviewers: ['@a'], {STEPS}}}",
        f"{{reviewers: ['@a'], {STEPS}, revisions: 2, undo: 30s}}",
        "{reviewers: [a@e.com, b@e.com, c@e.com], quorum: 2, reject_quorum: 2}",
        "{reviewers: ['@a'], quorum: 2, reject_quorum: 2}",
        "{reviewers: [S0123ABCD], quorum: 2, reject_quorum: 2}",
        "{reviewers: [a@e.com, b@e.com], quorum: 1, assign: least_loaded}",
    ],
)
def test_whole_things_are_left_alone(review):
    assert told(review) == {}


@pytest.mark.parametrize(
    ("review", "at", "message"),
    [
        ("{reviewers: ['@a'], assign: least_loaded, cap: 5}", ("cap",), "name the `overflow`"),
        ("{reviewers: ['@a'], revisions: 2}", ("revisions",), "name `backups`, and write when"),
        (
            "{reviewers: ['@a', b@e.com], assign: least_loaded, cap: 5, overflow: [B@e.com]}",
            ("overflow",),
            "are reviewers, at their cap by then",
        ),
        (
            "{reviewers: ['@a'], backups: ['@a'], sla: {escalate: 1h, expire: 1d}}",
            ("backups",),
            "asks nobody who was not asked before",
        ),
        (
            f"{{reviewers: ['@a'], {STEPS.replace('@c', '@b')}}}",
            ("sla", "further"),
            "asks nobody who was not asked before",
        ),
        (
            "{reviewers: ['@a'], sla: {claim: 2h, expire: 2h}}",
            ("sla", "claim"),
            "a claim lapses after 2 hours, and by then the request expired",
        ),
        (
            "{stages: [{reviewers: ['@a']}, {reviewers: [A@e.com, b@e.com], quorum: all}],"
            " assign: least_loaded}",
            ("stages", 1),
            "all 2 have to approve, so all are asked",
        ),
        (
            "{reviewers: [a@e.com, b@e.com], quorum: 2, reject_quorum: 2}",
            ("reject_quorum",),
            "1 can approve and 1 reject, and nobody is left to decide",
        ),
    ],
)
def test_each_loose_end_is_told_at_its_place(review, at, message):
    assert message in told(review)[("review", *at)]


def test_a_backup_can_break_a_tie():
    tied = "{reviewers: [a@e.com, b@e.com], quorum: 2, reject_quorum: 2"
    backup = "backups: [c@e.com], sla: {escalate: 1h, expire: 1d}"
    assert ("review", "reject_quorum") in told(f"{tied}}}")
    assert ("review", "reject_quorum") not in told(f"{tied}, {backup}}}")


def test_a_rule_is_told_of_what_comes_of_its_own_keys_alone():
    def rule(review: str) -> dict[tuple[str | int, ...], Any]:
        written = f"rules:\n  - {{id: a, then: review, because: x, review: {{{review}}}}}\n"
        found = told("{reviewers: ['@a'], assign: least_loaded, cap: 5}", written)
        return {path: message for path, message in found.items() if path[0] == "rules"}

    assert rule("quorum: 2") == {}
    assert set(rule("cap: 9")) == {("rules", 0, "review", "cap")}
    assert set(rule("overflow: ['@a']")) == {("rules", 0, "review", "overflow")}
