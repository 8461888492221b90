"""Approve with edits in the sandbox Slack: the menu, the form, and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from app.ask import Ask
from app.domain.home import Home, Part, Shelf
from app.domain.request import Request, Status
from app.judge import PolicyJudge
from app.ports import Client
from app.slack import form_ids, ids
from app.slack.answers import Done
from app.slack.blocks.home import home
from app.slack.bolt import build_app
from app.slack.listeners.desk import Desk as AppDesk
from app.slack.replies import Replies
from policies.loader import load_text
from tests import fakes
from tests.builders import NOW
from tests.world import at_once

from .conftest import ANA, APPROVALS, BEN, COMMAND, EVE, Desk, receiving

REFUND = b"""
policy: refund
inputs:
  amount: {type: number, minimum: 0, label: Amount, editable: true}
  note: {type: string, required: false, max_length: 20, editable: true}
  customer: {type: string}
review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
rules:
  - {id: large, when: payload.amount >= 1000, then: review, review: {quorum: 2}, because: Large.}
  - {id: never, when: payload.amount > 500, then: reject, because: Never between.}
  - {id: otherwise, then: review, because: Anything else gets one look.}
"""
PAYLOAD = {"amount": 120, "customer": "Acme"}
TRIALS = 20


class Edits(Desk):
    """Reviewers who open the form and send it."""

    service: Any

    def asked(self, **payload: Any) -> tuple[Request, str]:
        ask = Ask(title="Refund 1042", policy="refund", payload=PAYLOAD | payload)
        request = self.service.open(Client(id="billing"), ask).request
        ts = self.cards.post("#approvals", request).ts
        self.began = self.began or ts
        return request, ts

    def choose(self, request: Request, ts: str, user: str = ANA) -> Any:
        value = ids.move_value(ids.Move.EDIT, ids.Shown(request.id, request.digest))
        where = {"channel": APPROVALS, "ts": ts, "block_id": ids.BUTTONS, "action_id": ids.MENU}
        return self.slack.ask("click", {"user": user, **where, "selected_option": value})

    def fill(self, user: str = ANA, comment: str = "", **values: str) -> Any:
        state = {
            form_ids.input_block(name): {form_ids.TEXT: {"type": kind(name), "value": value}}
            for name, value in values.items()
        }
        state[ids.COMMENT_BLOCK] = {ids.COMMENT: {"type": "plain_text_input", "value": comment}}
        view_id = self.form(user)["id"]
        return self.slack.ask("submit", {"user": user, "view_id": view_id, "state": state})

    def now(self, request: Request) -> Request:
        return self.store.load(request.id).request


def kind(name: str) -> str:
    return "number_input" if name == "amount" else "plain_text_input"


@pytest.fixture
def desk(slack, api, directory, cards, endpoint) -> Iterator[Edits]:
    store, replies = fakes.FakeStore(), Replies()
    judge = PolicyJudge({"refund": load_text(REFUND, "refund.yaml")})
    people = fakes.people(store, directory, judge)
    desk = Edits(slack, cards, store)
    app = build_app(AppDesk(*people, desk.homes, api, directory.team, replies, COMMAND))
    endpoint.receiver = receiving(app)
    desk.service = fakes.service(store, judge)
    yield desk
    for user in (ANA, BEN, EVE):
        desk.close(user)
    endpoint.receiver = None
    replies.close()


def test_what_was_changed_is_approved_under_a_digest_of_its_own(desk):
    request, ts = desk.asked()
    assert desk.choose(request, ts)["ok"]
    assert desk.form()["callback_id"] == form_ids.EDIT_FORM
    assert len(desk.slack.calls("views.open")) == 1
    assert desk.fill(amount="100.5", comment="They kept the charger.")["ok"]
    approved = desk.now(request)
    assert approved.state.status is Status.APPROVED
    assert approved.payload == {"amount": 100.5, "customer": "Acme"}
    assert approved.digest != request.digest
    assert approved.state.decision.comment == "They kept the charger."
    desk.told(ANA, "You approved “Refund 1042”")


def test_a_field_that_was_not_given_can_be_added(desk):
    request, ts = desk.asked()
    desk.choose(request, ts)
    assert desk.fill(note="as agreed")["ok"]
    assert desk.now(request).payload == {**PAYLOAD, "note": "as agreed"}


def test_who_opened_the_form_on_their_home_hears_there_what_came_of_it(desk, api):
    request, _ = desk.asked()
    nothing = Shelf((), 0)
    shelves: dict[Part, Shelf] = {
        "waiting": Shelf((request,), 1),
        "asked": nothing,
        "decided": nothing,
    }
    publish = api.web.views_publish
    api.call(Done, publish, user_id=ANA, view=home(Home(NOW, shelves)))
    pressed = {
        "user": ANA,
        "view_id": desk.slack.ask(f"state?user={ANA}")["home"]["id"],
        "block_id": f"waiting_{request.id}",
        "action_id": ids.MENU,
        "selected_option": ids.move_value(ids.Move.EDIT, ids.Shown(request.id, request.digest)),
    }
    assert desk.slack.ask("click", pressed)["ok"]
    assert desk.fill(amount="110")["ok"]
    assert desk.homes.notes[ANA].text == "You approved “Refund 1042”."


def test_an_edit_asks_whoever_the_policy_asks_for_such_a_request(desk):
    request, ts = desk.asked()
    desk.choose(request, ts)
    assert desk.fill(amount="1000")["ok"]
    edited = desk.now(request)
    assert edited.pending
    assert edited.payload["amount"] == 1000
    desk.told(ANA, "it needs 1 more approval")


def test_what_the_policy_refuses_is_said_and_decides_nothing(desk):
    request, ts = desk.asked()
    desk.choose(request, ts)
    answer = desk.fill(amount="600")
    assert "Never between." in answer["errors"][ids.COMMENT_BLOCK]
    assert desk.now(request).payload == PAYLOAD


def test_a_complaint_stands_beside_its_input(desk):
    request, ts = desk.asked()
    desk.choose(request, ts)
    answer = desk.fill(amount="9007199254740993")
    assert answer["errors"][form_ids.input_block("amount")].startswith("Must lie within")
    assert desk.now(request).pending


def test_nothing_changed_is_no_edit(desk):
    request, ts = desk.asked()
    desk.choose(request, ts)
    answer = desk.fill(amount="120.0")
    assert answer["errors"][ids.COMMENT_BLOCK].startswith("Nothing is changed there.")


def test_whoever_was_shown_something_else_edits_nothing(desk):
    request, ts = desk.asked()
    desk.choose(request, ts, ANA)
    desk.choose(request, ts, BEN)
    assert desk.fill(ANA, amount="1000")["ok"]
    answer = desk.fill(BEN, amount="90")
    assert "is not what this request holds" in answer["errors"][ids.COMMENT_BLOCK]
    assert desk.now(request).payload["amount"] == 1000
    desk.close(BEN)
    desk.choose(request, ts, BEN)
    desk.told(BEN, "is not what this request holds")
    assert desk.form(BEN) is None


def test_whoever_may_not_decide_may_not_edit(desk):
    request, ts = desk.asked()
    desk.choose(request, ts, EVE)
    answer = desk.fill(EVE, amount="1")
    assert "You are not among the people" in answer["errors"][ids.COMMENT_BLOCK]
    assert desk.now(request).payload == PAYLOAD


def test_what_has_to_be_typed_is_typed_or_changed(desk):
    typed = load_text(
        REFUND.replace(b"review: {channel", b"review: {confirm: amount, channel"), "r"
    )
    desk.service.judge.policies = {"refund": typed}
    request, ts = desk.asked()
    desk.choose(request, ts)
    answer = desk.fill(note="as agreed")
    assert "That is not the Amount" in answer["errors"][ids.CONFIRM_BLOCK]
    assert desk.fill(amount="110")["ok"]
    assert desk.now(request).state.status is Status.APPROVED


def test_a_policy_that_changed_since_lets_nobody_edit(desk):
    request, ts = desk.asked()
    changed = load_text(REFUND.replace(b"Never between", b"Not between"), "refund.yaml")
    desk.service.judge.policies = {"refund": changed}
    desk.choose(request, ts)
    desk.told(ANA, "The policy refund has changed since this was asked")
    assert desk.form() is None


def test_a_press_on_what_was_edited_since_it_was_shown_is_refused_each_time(desk):
    """The card that Ben sees is not drawn anew, as if he pressed in that very moment."""
    for _ in range(TRIALS):
        request, ts = desk.asked()
        desk.choose(request, ts)
        assert desk.fill(amount="1000")["ok"]
        assert desk.press(ts, ids.APPROVE, BEN)["ok"]
        desk.told(BEN, "is not what this request holds")
        [refused] = [one for one in desk.store.events(request.id) if one.actor == BEN]
        assert refused.detail["code"] == "digest_mismatch"
        assert answered(desk, request) == ("pending", 1000, {ANA})


def test_of_a_press_and_an_edit_at_once_nobody_approves_what_they_did_not_see(desk):
    seen = Counter()
    for _ in range(TRIALS):
        request, ts = desk.asked()
        desk.choose(request, ts)
        at_once(
            [partial(desk.fill, amount="1000"), partial(desk.press, ts, ids.APPROVE, BEN)], width=2
        )
        status, amount, people = answered(desk, request)
        seen[status, amount, *people] += 1
        desk.close(ANA)
    assert seen.keys() <= {("approved", 120, BEN), ("pending", 1000, ANA)}
    assert seen.total() == TRIALS


def answered(desk, request: Request) -> tuple[str, Any, set[str]]:
    """How it stands, on which amount, and who approved exactly that."""
    now = desk.now(request)
    votes = {vote.by.id for vote in now.state.votes if vote.digest == now.digest}
    assert len(votes) == len(now.state.votes)
    return now.state.status.value, now.payload["amount"], votes
