"""A digest: what stands on it, how it follows its requests, and that it keeps Slack's limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.bursts import MOST
from app.domain.request import Actor, Decision, PolicyRef, Request, Status, Vote
from app.identifiers import new_request_id
from app.slack import ids
from app.slack.blocks.digest import digest
from app.slack.blocks.text import Message, fits
from policies.plan import Field, Stage
from tests.builders import HASH, NOW, after, approval, evaluation, pending, plan
from tests.unit.slack.anything import requests
from tests.unit.slack.reading import words_of
from tests.unit.slack.test_card_limits import MARK, check, secrets

AMOUNT = Field(name="amount", label="Amount", type="number", format="money", currency="USD")


def burst(count: int, **changes: Any) -> list[Request]:
    return [pending(title=f"Refund order {1000 + n}", **changes) for n in range(count)]


def decided(request: Request) -> Request:
    return after(request, approval(request))


def opening(requests: list[Request]) -> list[str]:
    """The requests that a digest of these can open."""
    buttons = [block["accessory"] for block in digest(requests).blocks if "accessory" in block]
    assert {button["action_id"] for button in buttons} <= {ids.OPEN}
    return [ids.opened(button["value"]) for button in buttons]


def test_each_request_has_a_line_and_a_way_to_its_card():
    waiting = burst(5, evaluation=evaluation(fields=(AMOUNT,)))
    said = words_of(digest(waiting))
    assert said.startswith("5 requests wait for a decision\n")
    assert "“Refund order 1003”\n120.00 USD · Acme\nUntil <!date^" in said
    assert "\nrefund\nOpen\n" in said
    assert opening(waiting) == [request.id for request in waiting]


def test_the_notification_says_the_same_in_one_line():
    text = digest(burst(20)).text
    assert text.startswith(
        "20 requests wait for a decision: “Refund order 1000”, “Refund order 1001”"
    )
    assert text.endswith(" more")


def test_what_is_decided_says_how_and_has_no_button():
    first, *rest = burst(5)
    now = [decided(first), *rest]
    said = words_of(digest(now))
    assert said.startswith("4 of 5 requests wait for a decision\n")
    assert ":white_check_mark: *Approved* by <@U0ANA00001>" in said
    assert opening(now) == [request.id for request in rest]


def test_a_decision_that_can_be_taken_back_says_so_and_has_no_button():
    first, *rest = burst(5, evaluation=evaluation(plan=plan(undo_s=120)))
    now = [decided(first), *rest]
    said = words_of(digest(now))
    assert said.startswith("4 of 5 requests wait for a decision\n")
    assert ":white_check_mark: *Approved* by <@U0ANA00001> · takes effect at <!date^" in said
    assert opening(now) == [request.id for request in rest]


def test_once_all_are_decided_nothing_can_be_pressed():
    done = [decided(request) for request in burst(5)]
    assert words_of(digest(done)).startswith("None of these requests waits any more\n")
    assert opening(done) == []


def test_the_last_one_waits_alone():
    *most, last = burst(5)
    said = digest([*map(decided, most), last]).text
    assert said == "1 of 5 requests waits for a decision: “Refund order 1004”"


def test_those_that_are_erased_are_counted():
    assert "No longer kept: 2 more." in words_of(digest(burst(4), 2))


def test_it_says_how_far_a_review_has_come():
    two = plan(stages=(Stage(reviewers=("U0ANA00001", "U0BEN00001"), quorum=2),))
    request = pending(evaluation=evaluation(plan=two))
    said = words_of(digest([after(request, approval(request))]))
    assert said.endswith("\nrefund · 1 of 2 approvals\nOpen")


def chosen(request: Request, *people: str) -> Request:
    state = request.state.model_copy(update={"assigned": people})
    return request.model_copy(update={"state": state})


def test_whoever_was_chosen_is_mentioned_until_it_is_decided():
    [request] = burst(1, evaluation=evaluation(fields=(AMOUNT,)))
    asked = chosen(request, "U0BEN00001", "U0CHLOE001")
    said = words_of(digest([asked]))
    assert "120.00 USD · Acme\nUntil <!date^" in said
    assert said.endswith("\nAsked: <@U0BEN00001>, <@U0CHLOE001>\nrefund\nOpen")
    assert "Asked" not in words_of(digest([request]))
    assert "Asked" not in words_of(digest([decided(asked)]))


def test_a_long_line_goes_on_mentioning_whoever_was_chosen():
    [request] = burst(1, payload={"a": "b" * 24, "c": "d" * 24})
    long = request.model_copy(
        update={"body": request.body.model_copy(update={"title": "Refund " * 14})}
    )
    said = words_of(digest([chosen(long, *(f"U0REV{n:06}" for n in range(20)))]))
    assert "\nAsked: <@U0REV000000>, <@U0REV000001>, <@U0REV000002> and 17 more" in said
    assert "b" * 24 not in said


def test_a_long_title_is_cut_and_says_how_much_is_missing():
    [line] = [
        one for one in words_of(digest([pending(title="Refund " * 20)])).split("\n") if "…" in one
    ]
    assert line.endswith("characters, on its card)”")


def goes_out(message: Message) -> None:
    check(message)
    assert fits(message.blocks), "with room to spare, as a card has it"


def many(some: list[Request]) -> list[Request]:
    """As many requests as one message holds, each as one of `some`."""
    bodies = [one.body.model_copy(update={"id": new_request_id(NOW)}) for one in some * MOST]
    pairs = zip(some * MOST, bodies, strict=True)
    return [one.model_copy(update={"body": body}) for one, body in pairs][:MOST]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(requests(), min_size=1, max_size=3), st.integers(0, MOST))
def test_any_digest_keeps_slacks_limits(some, gone):
    goes_out(digest(many(some), gone))


@pytest.mark.parametrize("char", ["x", "&", '"', "\u200b", "👍", "<", "\\", "*"])
@pytest.mark.parametrize("status", [Status.PENDING, Status.EXPIRED])
def test_a_digest_on_which_everything_is_as_long_as_it_can_be_still_goes_out(char, status):
    crowd = tuple(Actor(kind="person", id="U", name=char * 300) for _ in range(20))
    request = pending(
        title=char * 200,
        payload={char * 60 + str(n): char * 90 for n in range(30)} | {"a": "b" * 50, "c": "d" * 50},
        policy=PolicyRef(name=char * 100, hash=HASH),
        evaluation=evaluation(plan=plan(stages=(Stage(reviewers=("a",), quorum=20),) * 10)),
    )
    changes = {
        "votes": tuple(Vote(by=by, stage=0, at_ms=NOW, digest="a" * 64) for by in crowd),
        "assigned": tuple(f"W{n:020}" for n in range(20)),
        "decision": Decision(outcome=status, by=crowd, at_ms=NOW, digest="a" * 64),
        "status": status,
    }
    if status is Status.PENDING:
        changes["decision"] = None
    state = request.state.model_copy(update=changes)
    goes_out(digest(many([request.model_copy(update={"state": state})]), 20))


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(requests(), st.dictionaries(st.sampled_from("abc"), secrets, min_size=1))
def test_no_secret_is_in_a_digest(request_, hidden):
    named = tuple(Field(name=name, label="Key", type="string", secret=True) for name in hidden)
    judged = request_.body.evaluation.model_copy(update={"fields": named})
    changes = {"payload": request_.body.payload | hidden, "evaluation": judged}
    secret = request_.model_copy(update={"body": request_.body.model_copy(update=changes)})
    assert MARK not in str(digest([secret]))
