"""What an author is told to look at again, and what nobody is bothered with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.check import cautions
from policies.loader import load_text

LAST = "  - {id: otherwise, then: review, because: x}\n"
INPUTS = "inputs: {amount: {type: number, minimum: 0, format: money}, kind: {type: string}}\n"
TESTS = "tests: [{payload: {amount: 1, kind: a}, expect: otherwise}]\n"
REVIEW = 'review: {channel: "#a", reviewers: ["@a"]}\n'
LIMIT = "limit: {count: 9, window: 1d}"


def told(text: str, review: str = REVIEW) -> list[tuple[tuple[str | int, ...], str]]:
    loaded = load_text(f"policy: tried\n{review}{text}".encode(), "tried.yaml")
    return [(each.path, each.message) for each in cautions(loaded)]


@pytest.fixture
def rules() -> Callable[..., list[tuple[tuple[str | int, ...], str]]]:
    """What is said of rules that come before a last one, in a policy that is otherwise right."""

    def said(*lines: str, more: str = "", review: str = REVIEW, last: str = LAST):
        written = "".join(f"  - {line}\n" for line in lines)
        return told(f"{INPUTS}{more}rules:\n{written}{last}{TESTS}", review)

    return said


def test_a_sound_policy_is_left_alone(rules):
    sound = f"{{id: a, when: payload.amount < 5, then: approve, {LIMIT}, because: x}}"
    assert rules(sound) == []


def test_a_policy_that_always_asks_has_nothing_to_test():
    assert told("") == []


@pytest.mark.parametrize("always", ["", "when: 1 == 1, ", "when: '!false', "])
def test_a_rule_after_one_that_always_holds_is_never_reached(rules, always):
    [(path, message)] = rules(f"{{id: all, {always}then: review, because: x}}")
    assert path == ("rules", 1)
    assert message.startswith("no request gets as far as otherwise: all decides")


@pytest.mark.parametrize(
    "passable",
    [
        f"{{id: all, then: approve, {LIMIT}, because: x}}",
        "{id: all, when: has(payload.kind), then: review, because: x}",
        "{id: all, when: 1 == 2, then: review, because: x}",
    ],
)
def test_a_rule_that_lets_some_requests_past_hides_nothing(rules, passable):
    assert rules(passable) == []


def test_a_last_rule_with_a_condition_leaves_requests_over(rules):
    conditional = "  - {id: otherwise, when: payload.amount > 1, then: review, because: x}\n"
    [(path, message)] = rules(last=conditional)
    assert path == ("rules", 0)
    assert "{id: otherwise, then: review" in message


def test_an_approval_on_signals_alone_takes_the_requesters_word(rules):
    [(path, message)] = rules(
        f"{{id: sure, when: signals.confidence > 0.9, then: approve, {LIMIT}, because: x}}"
    )
    assert path == ("rules", 0, "when")
    assert "payload.amount < 50" in message


def test_so_does_one_on_flags_that_look_at_signals_alone(rules):
    rule = f"{{id: calm, when: risk.flags == 0, then: approve, {LIMIT}, because: x}}"
    word = rules(rule, more="risk: {anomaly: signals.anomaly}\n")
    assert [path for path, _ in word] == [("rules", 0, "when")]
    assert rules(rule, more="risk: {impact_radius: payload.amount > 5}\n") == []


def test_a_review_may_well_rest_on_signals(rules):
    assert rules("{id: odd, when: signals.anomaly, then: review, because: x}") == []


def test_auto_over_signals_alone_takes_the_requesters_word():
    own = told(
        f"risk: {{anomaly: signals.anomaly}}\nauto: true\n{TESTS[:-12]}review}}]\n".replace(
            "amount: 1, kind: a", ""
        )
    )
    assert any(path == ("auto",) and "requester's word" in message for path, message in own)
    asked = told(f"{INPUTS}risk: {{impact_radius: payload.amount > 5}}\nauto: true\n")
    assert not any("requester's word" in message for _, message in asked)


def test_what_can_never_be_undone_is_not_approved_unseen(rules):
    rule = f"{{id: a, when: payload.amount < 5, then: approve, {LIMIT}, because: x}}"
    [(path, message)] = rules(rule, more="reversible: false\n")
    assert path == ("rules", 0, "then")
    assert "then: review" in message
    assert rules(rule, more="reversible: true\n") == []


CARES = "{id: late, when: has(signals.reversible) && !signals.reversible, then: review, because: x}"
ROUTINE = f"{{id: a, when: payload.amount < 5, then: approve, {LIMIT}, because: x}}"


def test_where_it_matters_an_approval_has_to_ask_for_it_too(rules):
    [(path, message)] = rules(ROUTINE, CARES)
    assert path == ("rules", 0)
    assert "a also approves what is said to be irreversible" in message


@pytest.mark.parametrize(
    ("lines", "more"),
    [
        ((ROUTINE,), ""),
        ((CARES, ROUTINE), ""),
        ((ROUTINE, CARES), "reversible: true\n"),
        (
            (ROUTINE.replace("< 5", "< 5 && risk.flags == 0"), CARES),
            "risk: {rework_cost: '!signals.reversible'}\n",
        ),
        ((ROUTINE.replace("< 5", "< 5 && signals.reversible"), CARES), ""),
    ],
)
def test_where_it_is_asked_for_or_does_not_matter_nothing_is_said(rules, lines, more):
    assert rules(*lines, more=more) == []


def test_an_approving_rule_without_a_limit_is_told_how_to_have_one(rules):
    [(path, message)] = rules("{id: a, when: payload.amount < 5, then: approve, because: x}")
    assert path == ("rules", 0)
    assert "sum: payload.amount" in message


def test_a_limit_that_is_proposed_can_be_used(rules):
    bare = "{id: a, when: payload.amount < 5, then: approve, because: x}"
    [(_, message)] = rules(bare)
    assert rules(bare.replace("because", f"{message.split('add ')[1]}, because")) == []


@pytest.mark.parametrize(
    ("review", "place"),
    [
        ("{reviewers: [a@e.com, b@e.com], quorum: 2}", ("review", "reviewers")),
        ("{reviewers: [a@e.com]}", ("review", "reviewers")),
        ("{reviewers: [a@e.com, b@e.com], quorum: all}", ("review", "reviewers")),
        (
            "{stages: [{reviewers: ['@g']}, {reviewers: [a@e.com]}]}",
            ("review", "stages", 1, "reviewers"),
        ),
    ],
)
def test_a_quorum_of_everybody_fails_when_one_of_them_is_the_requester(review, place):
    [(path, message)] = told("", f"review: {review}\n")
    assert path == place
    assert "name one person more" in message


@pytest.mark.parametrize(
    "review",
    [
        "{reviewers: [a@e.com, b@e.com]}",
        "{reviewers: ['@g'], quorum: 2}",
        "{reviewers: [a@e.com, '@g'], quorum: 2}",
    ],
)
def test_a_quorum_with_somebody_to_spare_is_fine(review):
    assert told("", f"review: {review}\n") == []


def test_a_rules_own_quorum_is_looked_at_where_it_stands(rules):
    two = 'review: {channel: "#a", reviewers: [a@e.com, b@e.com]}\n'
    [(path, _)] = rules(
        "{id: a, when: payload.amount > 5, then: review, because: x, review: {quorum: 2}}",
        review=two,
    )
    assert path == ("rules", 0, "review", "reviewers")


def test_two_people_past_three_flags_count_too():
    two = "review: {reviewers: [a@e.com, b@e.com]}\n"
    questions = ["anomaly: signals.anomaly", "reversible: '!signals.reversible'"]
    questions += ["affected: signals.affected > 9", "confidence: signals.confidence < 0.5"]
    for number, warned in ((3, False), (4, True)):
        risk = f"risk: {{{', '.join(questions[:number])}}}\n"
        paths = [path for path, _ in told(risk, two)]
        assert (("review", "reviewers") in paths) is warned


def test_people_of_an_earlier_stage_may_be_missing_in_a_later_one():
    stages = "[{reviewers: [a@e.com, b@e.com, c@e.com]}, {reviewers: [a@e.com]}]"
    [(path, message)] = told("", f"review: {{stages: {stages}}}\n")
    assert path == ("review", "stages", 1, "reviewers")
    assert message.startswith("a@e.com may have approved in an earlier stage")


def test_a_later_stage_with_enough_people_of_its_own_is_fine():
    stages = "[{reviewers: [a@e.com, b@e.com]}, {reviewers: [a@e.com, c@e.com, d@e.com]}]"
    assert told("", f"review: {{stages: {stages}}}\n") == []


def test_one_person_takes_one_seat_of_the_earlier_stages():
    earlier = "{reviewers: [a@e.com, x@e.com]}"
    last = "{reviewers: [a@e.com, b@e.com]}"
    assert told("", f"review: {{stages: [{earlier}, {earlier}, {last}]}}\n") == []
    both = "{reviewers: [a@e.com, b@e.com, x@e.com]}"
    assert told("", f"review: {{stages: [{earlier}, {both}, {last}]}}\n") != []


def test_a_watch_that_nothing_calls_reversible_only_asks(rules):
    rule = "{id: w, when: payload.amount < 5, then: watch, for: 15m, because: x}"
    [(path, message)] = rules(rule)
    assert path == ("rules", 0)
    assert "reversible: true" in message
    assert rules(rule, more="reversible: true\n") == []
    assert rules(rule.replace("< 5", "< 5 && signals.reversible")) == []


def test_backups_and_an_escalation_go_together():
    head = "review: {reviewers: ['@g'], "
    [(path, message)] = told("", head + "backups: ['@h']}\n")
    assert (path, "escalate: 4h" in message) == (("review",), True)
    [(path, message)] = told("", head + "sla: {escalate: 1h, expire: 1d}}\n")
    assert (path, "`backups`" in message) == (("review",), True)
    assert told("", head + "backups: ['@h'], sla: {escalate: 1h, expire: 1d}}\n") == []


def test_so_they_do_in_a_rule(rules):
    rule = "{id: a, when: payload.amount > 5, then: review, because: x, review: {backups: ['@b']}}"
    assert [path for path, _ in rules(rule)] == [("rules", 0, "review")]


def test_what_a_policy_escalates_by_half_is_not_told_again_for_a_rule_that_leaves_it():
    head = "review: {reviewers: ['@g'], backups: ['@h']}\n"
    rule = "{id: a, when: payload.amount > 5, then: review, because: x, review: {quorum: 2}}"
    paths = [path for path, _ in told(f"rules:\n  - {rule}\n{LAST}", head)]
    assert paths.count(("review",)) == 1
    assert ("rules", 0, "review") not in paths


def test_a_policy_with_rules_and_no_tests_is_told_what_to_write():
    [(path, message)] = told("rules:\n" + LAST)
    assert path == ("policy",)
    assert "expect: otherwise" in message


def test_the_worst_case_counts_whoever_could_have_moved_to_another_stage():
    earlier = "{reviewers: [a@e.com, b@e.com]}, {reviewers: [a@e.com, x@e.com]}"
    last = "{reviewers: [a@e.com, b@e.com, c@e.com], quorum: 2}"
    [(path, message)] = told("", f"review: {{stages: [{earlier}, {last}]}}\n")
    assert path == ("review", "stages", 2, "reviewers")
    assert message.startswith("a@e.com and b@e.com may have approved")


def test_what_a_rule_takes_over_from_the_policy_is_told_once(rules):
    everybody = "review: {reviewers: [a@e.com]}\n"
    rule = "{id: a, when: payload.amount > 5, then: review, because: x, review: {checklist: [x]}}"
    assert [path for path, _ in rules(rule, review=everybody)] == [("review", "reviewers")]
