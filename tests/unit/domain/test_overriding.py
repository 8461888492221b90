"""Break-glass: what it decides, whom it refuses, and what it leaves behind."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import Cancel, CardDrawn, Override
from app.domain.due import Lane, due
from app.domain.errors import (
    AlreadyDecided,
    CommentRequired,
    CountersignError,
    DigestMismatch,
    OutcomeNotOffered,
    RequesterCannotDecide,
    RequesterUnknown,
    RequestExpired,
)
from app.domain.events import EventType, pseudonym
from app.domain.request import Actor, Operator, Request, State, Status
from app.domain.transition import Transition
from policies.plan import Choice, Outcome, Route, Stage, Watch
from tests.builders import NOW, after, applied, approval, evaluation, pending, plan

REASON = "Slack is down and the customer waits."
ROOT = Operator(account="root", host="host-1")
TWO = plan(stages=(Stage(reviewers=("U0ANA00001", "U0BEN00001"), quorum=2),) * 2)
SIDES = plan(
    choices=(
        Choice(id="crm", label="Use CRM", outcome=Outcome.APPROVE, effect="CRM wins."),
        Choice(id="back", label="Back", outcome=Outcome.REVISE, effect="Back.", comment=True),
    ),
    outcomes=(Outcome.APPROVE, Outcome.REVISE),
)
WATCH = plan(watch=Watch(for_s=3600))


def named(name: str) -> Actor:
    return Actor(kind="person", id=name, name=name, email=name if "@" in name else None)


def typed(request: Request, by: str = "ana@example.com", **changes: Any) -> Override:
    given: dict[str, Any] = {
        "by": named(by),
        "operator": ROOT,
        "outcome": Outcome.APPROVE,
        "digest": request.body.digest,
        "reason": REASON,
    }
    return Override(**(given | changes))


def asked(review: Any, **changes: Any) -> Request:
    route = Route.REVIEW if review.watch is None else Route.WATCH
    return pending(evaluation=evaluation(route, plan=review), **changes)


@pytest.mark.parametrize("review", [plan(), TWO, WATCH], ids=["one", "two stages of two", "watch"])
@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.APPROVE, Status.APPROVED), (Outcome.REJECT, Status.REJECTED)],
)
def test_it_decides_at_once_whatever_the_plan_wants(review: Any, outcome: Outcome, status: Status):
    request = asked(review)
    decided = after(request, typed(request, outcome=outcome))
    assert decided.state.status is status
    assert decided.state.decision is not None
    assert decided.state.decision.break_glass == ROOT
    assert [actor.id for actor in decided.state.decision.by] == ["ana@example.com"]
    assert due(decided)[Lane.CALLBACK] == NOW + 1000


def test_it_is_loud():
    request = pending()
    transition = applied(request, typed(request))
    overridden, decided = transition.events
    assert (overridden.type.value, decided.type.value) == ("request.overridden", "request.decided")
    assert overridden.actor == pseudonym("ana@example.com")
    assert overridden.detail == {
        "operator": "root@host-1",
        "outcome": "approved",
        "reason_sha256": hashlib.sha256(REASON.encode()).hexdigest(),
    }
    assert transition.alarm is not None
    assert transition.alarm.kind == "break_glass"
    assert transition.alarm.ids == (request.id,)
    for words in (request.id, "ana@example.com", "root@host-1", "approved", REASON):
        assert words in transition.alarm.text
    assert transition.not_after == NOW + 86_400_000 - 1


def test_the_callback_keeps_its_keys_and_names_the_person():
    request = pending()
    by_hand, by_press = (
        json.loads(str(applied(request, command).message))
        for command in (typed(request), approval(request))
    )
    assert by_hand["data"].keys() == by_press["data"].keys()
    assert by_hand["data"]["comment"] == REASON
    assert by_hand["data"]["by"] == [
        {
            "kind": "person",
            "id": "ana@example.com",
            "name": "ana@example.com",
            "email": "ana@example.com",
        }
    ]


def test_posted_cards_are_brought_up_to_date():
    request = pending()
    here = CardDrawn(target="#approvals", place=Place(channel="C1", ts="1"), face=1)
    shown = after(request, here)
    assert due(after(shown, typed(shown)))[Lane.SLACK] is not None


@pytest.mark.parametrize("requester", ["ana@example.com", " ANA@Example.com "])
def test_nobody_decides_what_was_asked_for_them(requester: str):
    request = pending(on_behalf_of=requester)
    for outcome in (Outcome.APPROVE, Outcome.REJECT):
        tried = applied(request, typed(request, "Ana@example.COM", outcome=outcome))
        assert isinstance(tried.refused, RequesterCannotDecide)
        assert_on_record(request, tried)


@pytest.mark.parametrize(
    ("requester", "by"), [("U0DEV00001", "dev@example.com"), ("dev@example.com", "U0DEV00001")]
)
def test_who_can_t_be_told_from_the_requester_does_not_decide(requester: str, by: str):
    request = pending(on_behalf_of=requester)
    tried = applied(request, typed(request, by))
    assert isinstance(tried.refused, RequesterUnknown)
    assert "nobody can say" in tried.refused.message
    assert_on_record(request, tried)


def assert_on_record(request: Request, tried: Transition) -> None:
    """That it was tried, and by whom it was typed; and nothing else."""
    same = tried.request.state.model_copy(update={"refusals": {}, "version": 1})
    assert same == request.state
    [event] = tried.events
    assert event.type is EventType.DECISION_REFUSED
    assert event.detail["operator"]


def test_a_rehearsal_decides_nothing_and_is_refused_as_the_decision_would_be():
    request = pending(on_behalf_of="dev@example.com")
    rehearsed = typed(request).model_copy(update={"rehearsal": True})
    assert lifecycle.apply(request, rehearsed, NOW) is None
    other = typed(request, "dev@example.com").model_copy(update={"rehearsal": True})
    assert applied(request, other).refused is not None


@pytest.mark.parametrize("reason", ["", "  \n  ", "because", "   because    "])
def test_a_reason_has_to_say_something(reason: str):
    request = pending()
    with pytest.raises(CommentRequired):
        applied(request, typed(request, reason=reason))


def test_the_digest_has_to_be_that_of_the_request():
    request = pending()
    for digest in ("", request.body.digest[:8], request.body.digest.upper(), "f" * 64):
        tried = applied(request, typed(request, digest=digest))
        assert isinstance(tried.refused, DigestMismatch)
        assert_on_record(request, tried)


def test_a_choice_is_needed_to_approve_where_there_are_any():
    request = asked(SIDES)
    for choice in (None, "erp", "back"):
        with pytest.raises(OutcomeNotOffered) as refused:
            applied(request, typed(request, choice=choice))
        assert "crm" in (refused.value.advice or "")
    decided = after(request, typed(request, choice="crm"))
    assert decided.state.decision is not None
    assert decided.state.decision.choice == "crm"
    assert after(request, typed(request, outcome=Outcome.REJECT)).state.status is Status.REJECTED


def test_what_the_plan_does_not_offer_is_not_approved():
    request = asked(plan(outcomes=(Outcome.REVISE, Outcome.REJECT)))
    with pytest.raises(OutcomeNotOffered):
        applied(request, typed(request))
    for odd in ({"choice": "crm"}, {"outcome": Outcome.REVISE}):
        with pytest.raises(OutcomeNotOffered):
            applied(request, typed(request, **odd))


def test_what_is_decided_or_past_its_time_stays_so():
    request = pending()
    withdrawn = after(request, Cancel(by=Actor(kind="client", id="billing", name="billing")))
    with pytest.raises(AlreadyDecided, match="billing already withdrew this"):
        applied(withdrawn, typed(withdrawn))
    with pytest.raises(RequestExpired):
        applied(request, typed(request), NOW + 86_400_000)


def test_a_decision_of_the_version_before_is_read_without_it():
    request = pending()
    decided = after(request, approval(request)).state
    stored = json.loads(decided.model_dump_json())
    del stored["decision"]["break_glass"]
    assert State.model_validate(stored) == decided


REQUESTS = {
    "one": asked(plan(), on_behalf_of="dev@example.com"),
    "two": asked(TWO),
    "sides": asked(SIDES),
    "watch": asked(WATCH, on_behalf_of="U0DEV00001"),
}


@given(
    name=st.sampled_from(sorted(REQUESTS)),
    by=st.sampled_from(["ana@example.com", "DEV@example.com", "U0DEV00001", "U0ANA00001"]),
    outcome=st.sampled_from(Outcome),
    right=st.booleans(),
    reason=st.text(max_size=20),
    choice=st.sampled_from([None, "crm", "back", "other"]),
    pause_ms=st.integers(0, 2 * 86_400_000),
)
def test_whatever_is_typed_it_decides_lawfully_or_not_at_all(
    name: str,
    by: str,
    outcome: Outcome,
    right: bool,
    reason: str,
    choice: str | None,
    pause_ms: int,
):
    request = REQUESTS[name]
    digest = request.body.digest if right else "f" * 64
    command = typed(request, by, outcome=outcome, digest=digest, reason=reason, choice=choice)
    try:
        transition = lifecycle.apply(request, command, NOW + pause_ms)
    except CountersignError:
        return
    assert transition is not None
    assert transition.after is not None
    if transition.refused is not None:
        assert transition.after.pending
        return
    decision = transition.after.state.decision
    assert decision is not None
    assert right
    assert len(reason.strip()) >= 10
    assert pause_ms < 86_400_000
    assert by.casefold() != (request.body.on_behalf_of or "").casefold()
    assert decision.outcome in (Status.APPROVED, Status.REJECTED)
    assert (decision.outcome is Status.APPROVED) == (outcome is Outcome.APPROVE)
    if decision.outcome is Status.APPROVED:
        assert (decision.choice == "crm") == (name == "sides")
    assert transition.alarm is not None
    assert transition.message is not None
