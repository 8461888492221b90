"""What each change adds to the counters: each thing once, under names that can be taken apart."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import counting
from app.domain.commands import CallbackTried, Cancel, Override, Wake
from app.domain.counting import counted
from app.domain.request import Actor, Operator, Request
from policies.plan import Escalation, Outcome, Route
from tests.builders import (
    NOW,
    after,
    applied,
    approval,
    evaluation,
    opened,
    pending,
    plan,
)

BILLING = Actor(kind="client", id="billing", name="billing")
MINUTE = 60_000


def decided(**changes: Any) -> Request:
    request = pending(**changes)
    return after(request, approval(request))


def test_a_request_is_counted_as_it_opens():
    assert counted(opened()) == {"opened:refund": 1}


def test_what_its_policy_approves_at_once_says_nothing_of_how_long_people_take():
    assert counted(opened(evaluation=evaluation(Route.APPROVE))) == {
        "opened:refund": 1,
        "decided:refund:approved:policy": 1,
    }


def test_a_decision_is_counted_with_who_took_it_and_how_long_that_took():
    request = pending()
    assert counted(applied(request, approval(request), NOW + 3 * MINUTE)) == {
        "decided:refund:approved:person": 1,
        "took:refund:300": 1,
        "took_ms:refund": 3 * MINUTE,
    }


def test_a_bucket_holds_its_upper_end():
    request = pending()
    assert "took:refund:60" in counted(applied(request, approval(request), NOW + MINUTE))
    assert "took:refund:300" in counted(applied(request, approval(request), NOW + MINUTE + 1))


def test_a_decision_after_more_than_a_week_has_a_bucket_too():
    request = pending(evaluation=evaluation(plan=plan(expire_s=30 * 86_400)))
    late = applied(request, approval(request), NOW + 8 * 86_400_000)
    assert counted(late)["took:refund:inf"] == 1


def test_break_glass_is_no_ordinary_decision():
    request = pending()
    command = Override(
        by=Actor(kind="person", id="U1", name="Ana"),
        operator=Operator(account="root", host="ops"),
        outcome=Outcome.REJECT,
        digest=request.digest,
        reason="Slack is down since noon",
    )
    assert counted(applied(request, command))["decided:refund:rejected:break_glass"] == 1


def test_who_withdraws_is_the_client():
    withdrawn = applied(pending(), Cancel(by=BILLING))
    assert counted(withdrawn)["decided:refund:cancelled:client"] == 1


def test_what_nobody_answered_is_a_decision_by_time_and_a_breach():
    moved = counted(applied(pending(), Wake(), NOW + 86_400_000))
    assert moved["decided:refund:expired:timeout"] == 1
    assert moved["breached:refund:expire"] == 1


def test_an_escalation_is_a_breach_each_time():
    asked = plan(escalations=(Escalation(after_s=60, ask=("cfo@example.com",)),))
    request = pending(evaluation=evaluation(plan=asked))
    moved = counted(applied(request, Wake(), NOW + MINUTE))
    assert moved == {"breached:refund:escalate": 1}


@pytest.mark.parametrize(
    ("status", "failure", "outcome"),
    [
        (204, None, "2xx"),
        (302, None, "3xx"),
        (410, None, "4xx"),
        (503, None, "5xx"),
        (None, "refused", "refused"),
        (None, "timeout", "timeout"),
        (None, "unreachable", "unreachable"),
        (None, None, "unreachable"),
    ],
)
def test_an_attempt_at_a_callback_is_counted_by_what_came_of_it(
    status: int | None, failure: Any, outcome: str
):
    tried = CallbackTried(
        status=status, error=None, retry_after_s=None, took_ms=1, jitter=0.0, failure=failure
    )
    assert counted(applied(decided(), tried)) == {f"callback:{outcome}": 1}


def test_the_end_of_retention_moves_nothing():
    done = opened(evaluation=evaluation(Route.APPROVE), callback_url=None).request
    erased = applied(done, Wake(), NOW + 91 * 86_400_000)
    assert erased.after is None
    assert counted(erased) == {}


def test_a_family_is_read_back_by_its_labels():
    counters = {"decided:refund:approved:person": 3, "decided_x:refund": 1, "opened:refund": 4}
    assert counting.of("decided", counters) == [(("refund", "approved", "person"), 3)]
