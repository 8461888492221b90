"""Approvals that take more than one tap, and decisions that are taken back."""

from __future__ import annotations

from app.domain.commands import Wake
from app.domain.lifecycle import apply
from app.domain.request import Status
from app.slack import ids
from policies.plan import Choice, Field, Outcome
from tests.builders import evaluation, plan

from .conftest import ANA, BEN

AMOUNT = Field(name="amount", label="Amount", type="number", format="money", currency="USD")
WANTS = evaluation(plan=plan(confirm="amount"), fields=(AMOUNT,))
SENDS = Choice(id="send", label="Send it", outcome=Outcome.APPROVE, effect="It is sent.")
UNDO = evaluation(plan=plan(undo_s=60))


def test_the_value_is_typed_and_then_it_is_approved(desk):
    request, ts = desk.ask(evaluation=WANTS)
    assert desk.press(ts, ids.CONFIRM)["ok"]
    assert desk.status(request) is Status.PENDING
    shown = str(desk.form()["blocks"])
    assert "Amount: 120.00 USD" in shown
    assert "To approve, type the Amount" in shown
    assert desk.type("120")["ok"]
    assert desk.status(request) is Status.APPROVED
    assert desk.form() is None


def test_another_value_approves_nothing_and_says_so_beside_the_input(desk):
    request, ts = desk.ask(evaluation=WANTS)
    desk.press(ts, ids.CONFIRM)
    answer = desk.type("1200")
    assert "That is not the Amount" in answer["errors"][ids.CONFIRM_BLOCK]
    assert desk.status(request) is Status.PENDING


def test_whoever_may_not_approve_reads_that_in_the_form(desk):
    request, ts = desk.ask(evaluation=WANTS, on_behalf_of="Ana@example.com")
    desk.press(ts, ids.CONFIRM)
    answer = desk.type("120")
    assert "asked on your behalf" in answer["errors"][ids.CONFIRM_BLOCK]
    assert desk.status(request) is Status.PENDING


def test_a_choice_of_the_policys_own_is_typed_too(desk):
    chosen = plan(confirm="amount", choices=(SENDS,), outcomes=(Outcome.APPROVE,))
    request, ts = desk.ask(evaluation=evaluation(plan=chosen, fields=(AMOUNT,)))
    desk.press(ts, ids.confirmed(SENDS))
    assert desk.type("120.00 USD")["ok"]
    decision = desk.store.load(request.id).request.state.decision
    assert decision is not None
    assert decision.choice == "send"


def test_a_choice_that_asks_for_words_and_for_the_value_takes_both(desk):
    writes = SENDS.model_copy(update={"comment": True})
    chosen = plan(confirm="amount", choices=(writes,), outcomes=(Outcome.APPROVE,))
    request, ts = desk.ask(evaluation=evaluation(plan=chosen, fields=(AMOUNT,)))
    assert desk.press(ts, ids.confirmed(writes))["ok"]
    typed = {ids.CONFIRM_BLOCK: (ids.TYPED, "12"), ids.COMMENT_BLOCK: (ids.COMMENT, "By post.")}
    assert "not the Amount" in desk.submit(typed)["errors"][ids.CONFIRM_BLOCK]
    typed[ids.CONFIRM_BLOCK] = (ids.TYPED, "120")
    assert desk.submit(typed)["ok"]
    decision = desk.store.load(request.id).request.state.decision
    assert decision is not None
    assert (decision.choice, decision.comment) == ("send", "By post.")


def test_a_button_of_before_the_rule_approves_nothing(desk):
    """A card that an older version drew has Approve itself."""
    unasked = evaluation(fields=(AMOUNT,))
    request, ts = desk.ask(evaluation=unasked)
    row = desk.store.rows[request.id]
    body = row.request.body.model_copy(update={"evaluation": WANTS})
    row.request = row.request.model_copy(update={"body": body})
    desk.press(ts, ids.APPROVE)
    desk.told(ANA, "That is not the Amount")
    assert desk.status(request) is Status.PENDING


def test_a_decision_is_taken_back_from_its_card(desk):
    request, ts = desk.ask(evaluation=UNDO)
    desk.press(ts, ids.APPROVE)
    desk.told(ANA, "you can take it back")
    taken = desk.store.load(request.id).request
    assert taken.pending
    desk.cards.redraw(taken.state.cards.copies[0].place, taken)
    desk.press(ts, ids.UNDO, BEN)
    desk.told(BEN, "only they can take it back")
    assert desk.press(ts, ids.UNDO)["ok"]
    desk.told(ANA, "waits for a decision again")
    undone = desk.store.load(request.id).request
    assert undone.state.undoable is None
    assert apply(undone, Wake(), undone.body.opened_ms + 61_000) is None


def test_undo_after_its_time_is_told_that_it_counts(desk):
    request, ts = desk.ask(evaluation=UNDO)
    desk.press(ts, ids.APPROVE)
    taken = desk.store.load(request.id).request
    desk.cards.redraw(taken.state.cards.copies[0].place, taken)
    assert taken.state.undoable is not None
    desk.store.clock = taken.state.undoable.until_ms
    desk.press(ts, ids.UNDO)
    desk.told(ANA, "The time to take it back is over.")
