"""A request's life, command by command."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import Cancel, Decide, Wake
from app.domain.due import Lane, due
from app.domain.errors import (
    AlreadyDecided,
    CommentRequired,
    DigestMismatch,
    NotAReviewer,
    OutcomeNotOffered,
    PersonNotTrusted,
    RequesterCannotDecide,
    RequesterUnknown,
    RequestExpired,
)
from app.domain.pressing import REFUSALS_RECORDED
from app.domain.request import Actor, Request, Status
from policies.plan import Outcome, Route
from tests.builders import NOW, after, applied, approval, evaluation, opened, pending, person, plan

CLIENT = Actor(kind="client", id="billing", name="billing")


def test_a_request_that_needs_a_person_waits_until_its_plan_runs_out():
    request = pending()
    assert request.state.status is Status.PENDING
    assert request.state.expires_ms == NOW + 86_400_000
    assert due(request) == {Lane.TIME: NOW + 86_400_000, Lane.SLACK: 0, Lane.CALLBACK: None}


def test_a_request_that_the_policy_approves_is_decided_at_once_and_calls_back():
    transition = opened(evaluation=evaluation(Route.APPROVE, rule="routine"))
    request = transition.after
    assert request is not None
    assert request.state.decision is not None
    assert request.state.status is Status.APPROVED
    assert request.state.decision.by[0].kind == "policy"
    assert due(request)[Lane.CALLBACK] == NOW
    assert due(request)[Lane.SLACK] is None
    assert [event.type.value for event in transition.events] == [
        "request.opened",
        "request.decided",
    ]


def test_an_automatic_decision_keeps_quiet_when_callbacks_are_for_human_ones():
    request = pending(evaluation=evaluation(Route.REJECT), callback_on="human")
    assert request.state.status is Status.REJECTED
    assert request.state.callback is None


def test_an_error_in_the_policy_is_on_record():
    transition = opened(evaluation=evaluation(rule=None, error="rule large: overflow"))
    assert "policy.failed" in [event.type.value for event in transition.events]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.APPROVE, Status.APPROVED),
        (Outcome.REJECT, Status.REJECTED),
        (Outcome.REVISE, Status.REVISION_REQUESTED),
    ],
)
def test_one_reviewer_decides(outcome: Outcome, status: Status):
    request = pending()
    transition = applied(request, approval(request, outcome=outcome, comment="Please check"))
    decided = transition.after
    assert decided is not None
    assert decided.state.decision is not None
    assert decided.state.status is status
    assert decided.state.decision.by == (person().as_actor(),)
    assert decided.state.cards.face == 2
    assert transition.not_after == NOW + 86_400_000 - 1
    assert transition.message is not None
    message = json.loads(transition.message)
    assert message["type"] == f"request.{status.value}"
    assert message["data"]["comment"] == "Please check"
    assert message["data"]["digest"] == request.body.digest


def test_revise_says_what_to_change():
    request = pending()
    with pytest.raises(CommentRequired):
        lifecycle.apply(request, approval(request, outcome=Outcome.REVISE, comment="  "), NOW)


def test_a_button_that_the_plan_does_not_offer_does_nothing():
    request = pending(evaluation=evaluation(plan=plan(outcomes=(Outcome.APPROVE,))))
    with pytest.raises(OutcomeNotOffered):
        lifecycle.apply(request, approval(request, outcome=Outcome.REJECT), NOW)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"person": person(id="U0EVE00001", email="eve@example.com")}, NotAReviewer),
        ({"person": person(standing="guest")}, PersonNotTrusted),
        ({"person": person(standing="deactivated")}, PersonNotTrusted),
        ({"person": person(standing="unverified")}, PersonNotTrusted),
        ({"digest": "f" * 64}, DigestMismatch),
    ],
)
def test_a_refusal_is_recorded_and_changes_nothing_else(change: dict[str, Any], error: type):
    request = pending()
    transition = applied(request, approval(request, **change))
    assert isinstance(transition.refused, error)
    assert transition.after is not None
    assert transition.after.pending
    assert due(transition.after) == due(request)
    assert [event.type.value for event in transition.events] == ["decision.refused"]


def test_a_persons_refusals_are_recorded_five_times_and_no_more():
    request = pending()
    intruder = person(id="U0EVE00001", email="eve@example.com")
    for _ in range(REFUSALS_RECORDED):
        request = after(request, approval(request, person=intruder))
    with pytest.raises(NotAReviewer):
        lifecycle.apply(request, approval(request, person=intruder), NOW)


def test_nobody_decides_what_was_asked_on_their_behalf_by_id_or_by_email():
    for requester in ("U0ANA00001", "ANA@example.com"):
        request = pending(on_behalf_of=requester)
        transition = applied(request, approval(request))
        assert isinstance(transition.refused, RequesterCannotDecide)


def test_a_requester_is_known_by_who_they_are_whatever_the_request_calls_them():
    request = pending(on_behalf_of="ana+refunds@example.com")
    asked = approval(request, person=person(is_requester=True))
    assert isinstance(applied(request, asked).refused, RequesterCannotDecide)


def test_nobody_decides_what_was_asked_for_somebody_that_slack_does_not_know():
    request = pending(on_behalf_of="anna@example.com")
    unsure = approval(request, person=person(is_requester=None))
    assert isinstance(applied(request, unsure).refused, RequesterUnknown)
    nobody_named = pending()
    decided = after(nobody_named, approval(nobody_named, person=person(is_requester=None)))
    assert decided.state.status is Status.APPROVED


def test_from_its_deadline_on_a_request_can_only_expire():
    request = pending()
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    with pytest.raises(RequestExpired):
        lifecycle.apply(request, Cancel(by=CLIENT), expires_ms)


def test_a_member_of_a_group_may_decide():
    request = pending()
    ben = person(id="U0BEN00001", email=None, groups=frozenset({"@finance-approvers"}))
    assert after(request, approval(request, person=ben)).state.status is Status.APPROVED


def test_the_second_decision_is_told_who_took_the_first():
    request = pending()
    decided = after(request, approval(request))
    with pytest.raises(AlreadyDecided, match="Ana already approved this"):
        lifecycle.apply(decided, approval(decided, outcome=Outcome.REJECT), NOW + 2000)


def test_nobody_decides_from_the_instant_of_expiry_on():
    request = pending()
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    with pytest.raises(RequestExpired):
        lifecycle.apply(request, approval(request), expires_ms)
    assert after(request, approval(request), expires_ms - 1).state.status is Status.APPROVED


def test_expiry_comes_at_its_time_and_never_approves():
    request = pending()
    expires_ms = request.state.expires_ms
    assert expires_ms is not None
    assert lifecycle.apply(request, Wake(), expires_ms - 1) is None
    expired = after(request, Wake(), expires_ms)
    assert expired.state.decision is not None
    assert expired.state.status is Status.EXPIRED
    assert expired.state.decision.by[0].kind == "timeout"
    assert expired.state.callback is not None


def test_a_client_can_withdraw_what_is_not_decided():
    request = pending()
    cancelled = after(request, Cancel(by=CLIENT, reason="Paid another way"))
    assert cancelled.state.status is Status.CANCELLED
    with pytest.raises(AlreadyDecided):
        lifecycle.apply(cancelled, Cancel(by=CLIENT), NOW + 2000)


def test_a_card_that_nobody_recorded_counts_once_it_is_pressed():
    request = pending()
    decided = after(request, approval(request, seen=Place(channel="C1", ts="9.9")))
    copies = decided.state.cards.copies
    assert [(copy.target, copy.place.ts) for copy in copies] == [("#approvals", "9.9")]
    assert copies[0].face < decided.state.cards.face


def test_a_lost_card_that_is_pressed_after_the_decision_is_brought_up_to_date():
    request = pending()
    decided = after(request, approval(request, seen=None))
    late = applied(decided, approval(decided, seen=Place(channel="C1", ts="9.9")))
    assert isinstance(late.refused, AlreadyDecided)
    assert late.after is not None
    assert late.after.state.cards.copies[0].place.ts == "9.9"


def test_a_decided_request_is_erased_when_its_retention_is_over():
    request = pending(callback_url=None)
    decided = after(request, approval(request, seen=None))
    assert decided.state.decision is not None
    end = decided.state.decision.at_ms + 90 * 86_400_000
    assert due(decided)[Lane.TIME] == end
    assert lifecycle.apply(decided, Wake(), end - 1) is None
    erased = applied(decided, Wake(), end)
    assert erased.after is None
    assert [event.type.value for event in erased.events] == ["request.erased"]


def test_nothing_is_erased_while_its_callback_is_still_on_its_way():
    request = pending()
    decided = after(request, approval(request, seen=None))
    assert due(decided)[Lane.TIME] is None
    assert lifecycle.apply(decided, Wake(), NOW + 10**12) is None


def test_events_name_nobody_and_quote_nothing():
    request = pending()
    decide = approval(request, outcome=Outcome.REVISE, comment="Call Mr Smith first")
    text = "".join(event.model_dump_json() for event in applied(request, decide).events)
    assert "Smith" not in text
    assert "ana@example.com" not in text
    assert "U0ANA00001" in text


def test_each_change_is_one_version():
    request = pending()
    assert request.state.version == 1
    assert isinstance(approval(request), Decide)
    assert after(request, approval(request)).state.version == 2


def test_what_the_version_before_stored_is_read():
    request = pending()
    stored = json.loads(request.model_dump_json())
    for name in ("edited", "undoable", "unused_ms", "unused", "result"):
        del stored["state"][name]
    for name in ("revises", "asked_in", "spent", "over_limit"):
        del stored["body"][name]
    for name in ("confirm", "undo_s", "revisions", "result_s"):
        del stored["body"]["evaluation"]["plan"][name]
    assert Request.model_validate_json(json.dumps(stored)) == request
