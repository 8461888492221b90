"""What came of an approval: on the card and in its thread, or flagged when nobody tells."""

from __future__ import annotations

import pytest

from app.domain import lifecycle
from app.domain.cards import Place
from app.domain.commands import CardDrawn, ReportResult, RequesterTold, Wake
from app.domain.due import Lane, due
from app.domain.errors import NothingToReport
from app.domain.request import BY_HAND, Actor, Request
from app.domain.results import MOST
from app.domain.slack_steps import SayNotice, TellRequester, addressees, next_step
from policies.plan import Outcome, Watch
from tests.builders import NOW, after, applied, approval, evaluation, pending, plan
from tests.unit.domain.cast import ANA, opened_with

CLIENT = Actor(kind="client", id="billing", name="billing")
DECIDED = NOW + 1_000
TELLS = plan(result_s=3_600)
UNUSED = DECIDED + 3_600_000


def approved() -> Request:
    request = opened_with(TELLS)
    place = approval(request).seen
    assert place is not None
    shown = after(request, CardDrawn(target="#approvals", place=place, face=1))
    return after(shown, approval(shown), DECIDED)


def test_what_was_asked_by_hand_is_not_flagged_since_nobody_could_tell():
    request = pending(client=BY_HAND, evaluation=evaluation(plan=TELLS))
    assert after(request, approval(request)).state.unused_ms is None


def result(text: str = "Refund sent, re_123", ok: bool = True) -> ReportResult:
    return ReportResult(by=CLIENT, ok=ok, text=text)


def test_the_result_is_on_the_card_and_told_in_its_thread_to_whoever_decided():
    told = applied(approved(), result(), DECIDED + 5)
    assert told.request.state.result is not None
    assert told.request.state.result.text == "Refund sent, re_123"
    assert told.request.state.cards.face > approved().state.cards.face
    redrawn = told.request.state.cards.copies[0].model_copy(
        update={"face": told.request.state.cards.face}
    )
    cards = told.request.state.cards.model_copy(update={"copies": (redrawn,)})
    state = told.request.state.model_copy(update={"cards": cards})
    current = told.request.model_copy(update={"state": state})
    step = next_step(current)
    assert isinstance(step, SayNotice)
    assert step.kind == "result"
    assert addressees(current, step) == (ANA,)
    assert "Refund" not in str(told.events[0].detail)


def test_the_requester_hears_of_it_once_more():
    request = pending(on_behalf_of="dev@example.com")
    decided = after(request, approval(request, seen=None), DECIDED)
    heard = after(decided, RequesterTold(), DECIDED)
    assert next_step(heard) is None
    told = after(heard, result(), DECIDED + 5)
    assert next_step(told) == TellRequester(person="dev@example.com")


def test_the_same_again_is_no_news_and_another_one_takes_its_place():
    told = after(approved(), result(ok=False, text="The bank is closed."), DECIDED + 5)
    assert lifecycle.apply(told, result(ok=False, text="The bank is closed."), DECIDED + 6) is None
    again = after(told, result(), DECIDED + 7)
    assert again.state.result is not None
    assert again.state.result.ok
    assert again.state.result.number == 2


def test_nothing_comes_of_what_is_not_approved():
    rejected = after(pending(), approval(pending(), outcome=Outcome.REJECT))
    for request in (pending(), rejected):
        with pytest.raises(NothingToReport):
            lifecycle.apply(request, result(), DECIDED)


def test_there_is_an_end_to_results():
    request = approved()
    for number in range(MOST):
        request = after(request, result(text=f"Try {number}"), DECIDED + number)
    with pytest.raises(NothingToReport, match="already"):
        lifecycle.apply(request, result(text="Once more"), DECIDED + 99)


def test_an_approval_without_a_result_is_flagged_once():
    assert due(approved())[Lane.TIME] == UNUSED
    assert lifecycle.apply(approved(), Wake(), UNUSED - 1) is None
    flagged = applied(approved(), Wake(), UNUSED)
    assert flagged.request.state.unused
    assert [one.type.value for one in flagged.events] == ["approval.unused"]
    assert [one.kind for one in flagged.request.state.cards.notices] == ["unused"]
    assert lifecycle.apply(flagged.request, Wake(), UNUSED + 1) is None


def test_a_result_in_time_flags_nothing_and_a_late_one_takes_the_flag_away():
    told = after(approved(), result(), UNUSED - 1)
    assert lifecycle.apply(told, Wake(), UNUSED) is None
    flagged = after(approved(), Wake(), UNUSED)
    assert not after(flagged, result(), UNUSED + 1).state.unused


def test_without_such_a_rule_nobody_waits_for_a_result():
    request = after(pending(), approval(pending()), DECIDED)
    assert request.state.unused_ms is None


def test_nobody_is_called_where_no_person_decided():
    request = opened_with(plan(watch=Watch(for_s=60)))
    place = Place(channel="C1", ts="1")
    shown = after(request, CardDrawn(target="#approvals", place=place, face=1), NOW)
    gone = after(shown, Wake(), NOW + 60_000)
    told = after(gone, result(), NOW + 60_001)
    said = SayNotice(kind="result", at_ms=NOW + 60_001, place=place)
    assert addressees(told, said) == ()
