"""Undo: until its window is over a decision does not count, and its taker can take it back."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.bursts import waits_in
from app.domain.cards import Place
from app.domain.commands import (
    AnswerQuestion,
    AskRequester,
    Cancel,
    CardDrawn,
    Override,
    Show,
    Signal,
    Staffed,
    Undo,
    Wake,
)
from app.domain.due import Lane, due
from app.domain.errors import AlreadyDecided, UndoRefused
from app.domain.request import Actor, Away, Request, Status
from app.domain.slack_steps import RedrawCard, SayNotice, next_step, same_notice
from app.domain.timing import to_come
from policies.plan import Outcome, Stage
from tests.builders import NOW, after, applied, approval, evaluation, plan
from tests.unit.domain.cast import (
    ANA,
    BEN,
    CHLOE,
    DEV,
    FAY,
    FINANCE,
    OPERATOR,
    opened_with,
    somebody,
)
from tests.unit.domain.test_editing import edit

PRESSED, WINDOW = NOW + 1_000, 300_000
COUNTS = PRESSED + WINDOW
UNDO = plan(undo_s=300, remind_s=(60,))
TWO = plan(undo_s=300, stages=(Stage(reviewers=(FINANCE, ANA, CHLOE), quorum=2),))
CLIENT = Actor(kind="client", id="billing", name="billing")


def taken(**more: Any) -> Request:
    request = opened_with(UNDO)
    return after(request, approval(request, **more), PRESSED)


def undo(request: Request, who: str = ANA) -> Undo:
    return Undo(person=somebody(who), digest=request.digest)


def test_nothing_leaves_before_the_window_is_over():
    request = taken()
    assert request.pending
    assert request.state.callback is None
    assert request.state.undoable is not None
    assert due(request)[Lane.CALLBACK] is None
    assert to_come(request) == [(COUNTS, "counts")]
    assert lifecycle.apply(request, Wake(), COUNTS - 1) is None


def test_then_it_counts_and_the_callback_is_sent():
    decided = applied(taken(), Wake(), COUNTS)
    assert decided.request.state.status is Status.APPROVED
    assert decided.request.state.decision is not None
    assert [one.id for one in decided.request.state.decision.by] == [ANA]
    assert decided.message is not None
    assert due(decided.request)[Lane.CALLBACK] == COUNTS
    assert [one.type.value for one in decided.events] == ["request.decided"]


def test_the_taker_takes_it_back_and_all_is_as_it_was():
    before = opened_with(UNDO)
    undone = applied(taken(), undo(taken()), COUNTS - 1)
    request = undone.request
    assert request.pending
    assert request.state.undoable is None
    assert request.state.votes == before.state.votes == ()
    assert request.state.expires_ms == before.state.expires_ms
    assert [one.type.value for one in undone.events] == ["decision.undone"]
    assert undone.not_after == COUNTS - 1


def test_an_approval_of_somebody_else_before_stays():
    request = opened_with(TWO)
    first = after(request, approval(request, person=somebody(BEN)), PRESSED)
    second = after(first, approval(first, person=somebody(ANA)), PRESSED)
    assert second.state.undoable is not None
    undone = after(second, undo(second), PRESSED + 1)
    assert [vote.by.id for vote in undone.state.votes] == [BEN]


def test_what_was_edited_is_put_back_too():
    request = opened_with(UNDO)
    edited = after(request, edit(request, judged=evaluation(plan=UNDO)), PRESSED)
    assert edited.payload["amount"] == 90
    undone = after(edited, undo(edited), PRESSED + 1)
    assert undone.payload == request.payload
    assert undone.digest == request.digest


def test_nobody_else_can_take_it_back_nor_anybody_later():
    by_another = lifecycle.apply(taken(), undo(taken(), BEN), PRESSED + 1)
    assert by_another is not None
    assert isinstance(by_another.refused, UndoRefused)
    assert by_another.request.state.undoable is not None
    with pytest.raises(UndoRefused, match="is over"):
        lifecycle.apply(taken(), undo(taken()), COUNTS)
    with pytest.raises(UndoRefused, match="nothing to take back"):
        lifecycle.apply(opened_with(UNDO), undo(taken()), PRESSED)
    decided = after(taken(), Wake(), COUNTS)
    with pytest.raises(AlreadyDecided):
        lifecycle.apply(decided, undo(taken()), COUNTS + 1)


def test_meanwhile_nobody_decides_otherwise():
    request = taken()
    other = approval(request, person=somebody(BEN), outcome=Outcome.REJECT)
    with pytest.raises(AlreadyDecided, match="takes effect shortly"):
        lifecycle.apply(request, other, PRESSED + 1)


def test_a_decision_in_time_counts_after_the_deadline_and_one_taken_back_expires():
    request = opened_with(UNDO)
    assert request.state.expires_ms is not None
    last = request.state.expires_ms - 1
    late = after(request, approval(request), last)
    assert lifecycle.apply(late, Wake(), last + 1) is None
    decided = applied(late, Wake(), last + WINDOW)
    assert decided.request.state.status is Status.APPROVED
    assert decided.not_after is None
    undone = after(late, undo(late), last + 10)
    assert after(undone, Wake(), last + 11).state.status is Status.EXPIRED


def test_the_client_can_withdraw_it_meanwhile():
    cancelled = after(taken(), Cancel(by=CLIENT), PRESSED + 5)
    assert cancelled.state.status is Status.CANCELLED
    assert cancelled.state.undoable is None


def test_a_rejection_and_a_call_for_changes_can_be_taken_back_too():
    for outcome in (Outcome.REJECT, Outcome.REVISE):
        request = taken(outcome=outcome, comment="Not so.")
        assert request.pending
        assert after(request, undo(request), PRESSED + 1).state.undoable is None


def test_from_its_instant_on_it_only_counts_even_before_the_time_lane_has_seen_to_that():
    request = taken()
    for command in (Cancel(by=CLIENT), Signal(by=CLIENT, signals={"anomaly": True})):
        assert applied(request, command, COUNTS - 1).not_after == COUNTS - 1
        with pytest.raises(AlreadyDecided, match="takes effect shortly"):
            lifecycle.apply(request, command, COUNTS)


def test_no_glass_is_broken_where_somebody_has_decided():
    request = taken(outcome=Outcome.REJECT)
    override = Override(
        by=Actor(kind="person", id="ben@example.com", name="Ben"),
        operator=OPERATOR,
        outcome=Outcome.APPROVE,
        digest=request.digest,
        reason="Slack is down.",
    )
    with pytest.raises(AlreadyDecided, match="takes effect shortly"):
        lifecycle.apply(request, override, PRESSED + 1)


def test_nobody_else_is_asked_meanwhile():
    request = taken()
    found = Staffed(
        stage=0,
        away=(Away(person=ANA, delegate=FAY, until_ms=COUNTS, personal=True),),
        assigned=(BEN,),
        overflowed=False,
    )
    assert lifecycle.apply(request, found, PRESSED + 1) is None
    with pytest.raises(AlreadyDecided):
        lifecycle.apply(request, Show(person=somebody(FAY)), PRESSED + 1)


def test_it_stands_in_no_channels_line_meanwhile():
    request = taken(seen=None)
    assert waits_in(opened_with(UNDO)) == "#approvals"
    assert waits_in(request) is None
    assert waits_in(after(request, undo(request), PRESSED + 1)) == "#approvals"


def test_a_question_that_is_still_open_can_be_answered():
    asked = opened_with(UNDO)
    question = AskRequester(person=somebody(ANA), digest=asked.digest, text="Why?")
    request = after(after(asked, question), approval(asked), PRESSED)
    said = AnswerQuestion(person=somebody(DEV), number=1, text="So.")
    answered = after(request, said, PRESSED + 1)
    assert after(answered, undo(answered), PRESSED + 2).state.questions[0].answer is not None


def test_what_was_still_to_be_said_is_said_once_the_decision_is_taken_back():
    place = Place(channel="C1", ts="1")
    shown = after(opened_with(UNDO), CardDrawn(target="#approvals", place=place, face=1))
    reminded = after(shown, Wake(), NOW + 60_000)
    notices = reminded.state.cards.notices
    assert [one.kind for one in notices] == ["reminder"]
    decided = after(reminded, approval(reminded), NOW + 61_000)
    assert isinstance(next_step(decided), RedrawCard)
    current = after(
        decided, CardDrawn(target="#approvals", place=place, face=decided.state.cards.face)
    )
    said = SayNotice(kind="reminder", at_ms=0, place=place)
    assert same_notice(reminded, said) is not None
    assert same_notice(current, said) is None
    redrawn = CardDrawn(target="C0APPROVAL", place=Place(channel="C0APPROVAL", ts="1.1"), face=99)
    quiet = after(current, redrawn)
    assert next_step(quiet) is None
    undone = after(quiet, undo(quiet), NOW + 62_000)
    assert undone.state.cards.notices == notices


def test_nobody_hears_of_an_edit_that_was_taken_back():
    place = Place(channel="C1", ts="1")
    shown = after(opened_with(UNDO), CardDrawn(target="#approvals", place=place, face=1))
    edited = after(shown, edit(shown, judged=evaluation(plan=UNDO)), PRESSED)
    undone = after(edited, undo(edited), PRESSED + 1)
    assert undone.state.cards.notices == ()


def test_what_was_reset_by_an_edit_is_put_back():
    two = TWO.model_copy(update={"remind_s": (600,)})
    request = after(opened_with(two), approval(opened_with(two), person=somebody(BEN)))
    found = Staffed(stage=0, away=(), assigned=(CHLOE,), overflowed=False)
    request = after(request, found)
    shorter = UNDO.model_copy(update={"expire_s": 60})
    edited = after(request, edit(request, judged=evaluation(plan=shorter)), PRESSED)
    assert edited.state.undoable is not None
    undone = after(edited, undo(edited), PRESSED + 1)
    for name in ("votes", "assigned", "expires_ms", "remind_ms", "escalate_ms", "edited"):
        assert getattr(undone.state, name) == getattr(request.state, name)
