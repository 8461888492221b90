"""An approval is used once, while it is valid, on exactly the payload that was approved."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.commands import Consume, Override, ReportResult, Wake
from app.domain.consuming import lapses_ms
from app.domain.errors import (
    AlreadyConsumed,
    ApprovalLapsed,
    CountersignError,
    DigestMismatch,
    NotApproved,
    NotYetCounted,
)
from app.domain.request import BY_HAND, Actor, Request
from app.domain.transition import Transition
from policies.plan import Outcome, Route
from tests.builders import NOW, after, applied, approval, evaluation, opened, pending, plan
from tests.unit.domain.cast import OPERATOR

CLIENT = Actor(kind="client", id="billing", name="billing")
DECIDED = NOW + 1_000
LAPSES = DECIDED + 900_000
VALID = evaluation(valid_s=900)


def approved(**changes: object) -> Request:
    request = pending(**{"evaluation": VALID, **changes})
    return after(request, approval(request), DECIDED)


def consume(request: Request, now: int = DECIDED + 5, **changes: Any) -> Transition | None:
    command = Consume.model_validate({"by": CLIENT, "digest": request.digest, **changes})
    return lifecycle.apply(request, command, now)


def consumed(request: Request, **changes: Any) -> Request:
    transition = consume(request, **changes)
    assert transition is not None
    return transition.request


def refusal(request: Request, now: int = DECIDED + 5, **changes: Any) -> CountersignError:
    with pytest.raises(CountersignError) as refused:
        consume(request, now, **changes)
    assert refused.value.advice, "what to do about it"
    return refused.value


def test_an_approval_is_used_and_that_is_on_record():
    used = consume(approved())
    assert used is not None
    assert used.request.state.consumed is not None
    assert used.request.state.consumed.at_ms == DECIDED + 5
    [event] = used.events
    assert (event.type.value, event.actor) == ("decision.consumed", "billing")
    assert event.detail == {"digest": used.request.digest}


def test_nothing_is_told_to_slack_of_it():
    before = approved()
    assert consumed(before).state.cards == before.state.cards


def test_a_second_time_is_refused_and_says_when_the_first_was():
    refused = refusal(consumed(approved()))
    assert isinstance(refused, AlreadyConsumed)
    assert "2026-09-21T14:13:21.005Z" in refused.message


def test_the_same_call_again_changes_nothing_and_any_other_is_refused():
    used = consumed(approved(), key="run-7")
    assert consume(used, key="run-7") is None
    for other in ({"key": "run-8"}, {"key": None}):
        assert isinstance(refusal(used, **other), AlreadyConsumed)
    assert isinstance(refusal(used, key="run-7", digest="f" * 64), DigestMismatch)
    assert isinstance(refusal(consumed(approved()), key="run-7"), AlreadyConsumed)


def test_the_key_itself_is_not_kept():
    used = consumed(approved(), key="hunter2")
    assert "hunter2" not in used.model_dump_json()


def test_only_exactly_what_was_approved_is_used():
    assert isinstance(refusal(approved(), digest="f" * 64), DigestMismatch)


def test_it_is_valid_until_its_instant_and_no_slow_machine_uses_it_later():
    request = approved()
    assert lapses_ms(request) == LAPSES
    used = consume(request, LAPSES - 1, key="run-7")
    assert used is not None
    assert used.not_after == LAPSES - 1
    refused = refusal(request, LAPSES)
    assert isinstance(refused, ApprovalLapsed)
    assert "2026-09-21T14:28:21.000Z" in refused.message
    assert isinstance(refusal(used.request, LAPSES, key="run-7"), ApprovalLapsed)


def test_without_a_time_it_is_valid_for_as_long_as_it_is_kept():
    used = consume(approved(evaluation=evaluation()), DECIDED + 80 * 86_400_000)
    assert used is not None
    assert used.not_after is None


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.REVISE])
def test_what_is_not_approved_is_not_used(outcome: Outcome):
    request = pending(evaluation=VALID)
    decided = after(request, approval(request, outcome=outcome, comment="No."), DECIDED)
    for one, word in ((request, "pending"), (decided, decided.state.status.value)):
        refused = refusal(one)
        assert isinstance(refused, NotApproved)
        assert word in refused.message
        assert lapses_ms(one) is None


def test_a_decision_that_can_be_taken_back_is_not_used_before_it_counts():
    request = pending(evaluation=evaluation(plan=plan(undo_s=300), valid_s=900))
    taken = after(request, approval(request), DECIDED)
    refused = refusal(taken)
    assert isinstance(refused, NotYetCounted)
    assert "2026-09-21T14:18:21.000Z" in refused.message
    counts_ms = DECIDED + 300_000
    counted = after(taken, Wake(), counts_ms)
    assert lapses_ms(counted) == counts_ms + 900_000, "from when it counts"
    assert consume(counted, counts_ms) is not None


def test_what_a_policy_or_break_glass_approved_is_used_in_the_same_way():
    automatic = opened(evaluation=evaluation(Route.APPROVE, valid_s=900)).request
    assert lapses_ms(automatic) == NOW + 900_000
    waiting = pending(evaluation=VALID)
    typed = Override(
        by=Actor(kind="person", id="ben@example.com", name="Ben"),
        operator=OPERATOR,
        outcome=Outcome.APPROVE,
        digest=waiting.digest,
        reason="Slack is down.",
    )
    for request in (automatic, after(waiting, typed, DECIDED)):
        used = consumed(request)
        assert isinstance(refusal(used), AlreadyConsumed)


def test_what_was_asked_by_hand_has_no_time_since_no_client_acts_on_it():
    assert lapses_ms(approved(client=BY_HAND)) is None


def test_using_it_is_no_result():
    used = consumed(approved(evaluation=evaluation(plan=plan(result_s=60), valid_s=900)))
    assert after(used, Wake(), DECIDED + 60_000).state.unused
    told = after(used, ReportResult(by=CLIENT, ok=True, text="Done"), DECIDED + 6)
    assert told.state.consumed == used.state.consumed


def test_it_starts_something_so_that_a_pause_refuses_it():
    used = consume(approved())
    assert used is not None
    assert used.starts
    assert not used.automatic
    told = applied(used.request, ReportResult(by=CLIENT, ok=True, text="Done"), DECIDED + 6)
    assert not told.starts
