"""Asking again, taking back, typing to confirm, and what came of it, through real processes."""

from __future__ import annotations

import json
from typing import Any

from tests.world import (
    ANA,
    APPROVALS,
    APPROVE,
    BEN,
    CHLOE,
    DEV,
    REVISE,
    World,
    buttons,
)

CONFIRM, UNDO = "countersign_confirm", "countersign_undo"
POLICIES = {
    "credit": """
        policy: credit
        inputs:
          amount:   {type: number, minimum: 0, label: Amount, format: money, currency: USD}
          customer: {type: string}
        review:
          channel: "#approvals"
          reviewers: ["@finance-approvers"]
          backups: [cfo@example.com]
          revisions: 1
          sla: {escalate: 4h, expire: 1d, result: 1h}
        rules:
          - {id: routine, when: payload.amount < 50, then: approve, because: Small.}
          - id: large
            when: payload.amount >= 5000
            then: review
            because: Much money.
            review: {confirm: amount}
          - {id: otherwise, then: review, because: One look.}
    """,
    "slow": """
        policy: slow
        review:
          channel: "#approvals"
          reviewers: ["@finance-approvers"]
          undo: 1h
    """,
}


def sent_back(world: World, request_id: str, words: str) -> None:
    world.decide(request_id, REVISE)
    world.write(ANA, words)


def asked_again(world: World, request_id: str, **fields: Any) -> dict[str, Any]:
    answer = world.web.post(f"/v1/requests/{request_id}/revisions", json=fields)
    assert answer.status_code == 201, answer.text
    again: dict[str, Any] = answer.json()
    return again


def of(amount: float) -> dict[str, Any]:
    return {"amount": amount, "customer": "Acme"}


def test_what_is_asked_again_stands_in_the_thread_of_the_first_with_its_difference(world: World):
    first = world.ask(policy="credit", payload=of(240), title="Credit for Acme")
    root = world.card(first["id"])
    sent_back(world, first["id"], "Without the shipping.")
    assert world.delivered(first["id"])["type"] == "request.revision_requested"
    second = asked_again(world, first["id"], payload=of(40))
    # The policy alone would approve 40; whoever wanted changes sees what became of it.
    assert second["status"] == "pending"
    card = world.card(second["id"])
    assert card["thread_ts"] == root["ts"]
    assert card["channel"] == APPROVALS
    shown = json.dumps(card, ensure_ascii=False)
    for words in ("revision 2", "Without the shipping.", "240.00 USD", "40.00 USD"):
        assert words in shown
    world.decide(second["id"])
    callback = world.delivered(second["id"])["data"]
    assert (callback["root_id"], callback["revision"]) == (first["id"], 2)
    assert callback["payload"]["amount"] == 40
    assert callback["changes"] == []
    assert "Approved by" in world.redrawn(second["id"], "Approved by")["text"]


def test_past_the_cap_the_backups_are_asked_at_once(world: World):
    request = world.ask(policy="credit", payload=of(240))
    for amount in (230, 220):
        sent_back(world, request["id"], "Less.")
        world.delivered(request["id"])
        request = asked_again(world, request["id"], payload=of(amount))
    assert request["revises"]["past_cap"]
    assert request["review"]["escalated"]
    own = world.card(request["id"], CHLOE)
    assert world.press(CHLOE, own, APPROVE)["ok"]
    assert [one["name"] for one in world.delivered(request["id"])["data"]["by"]] == ["Chloe"]


def test_a_large_approval_takes_the_amount_typed(world: World):
    request = world.ask(policy="credit", payload=of(9000))
    card = world.card(request["id"])
    assert APPROVE not in json.dumps(card)
    assert world.press(ANA, card, CONFIRM)["ok"]
    wrong = world.fill_in(ANA, "900")
    assert not wrong["ok"]
    assert world.get(request["id"])["status"] == "pending"
    world.write(ANA, "9,000")
    assert world.delivered(request["id"])["data"]["approved"] is True


def test_a_decision_that_is_taken_back_never_leaves_and_one_that_stands_leaves_later(world: World):
    request = world.ask(policy="slow")
    world.decide(request["id"])
    card = world.redrawn(request["id"], UNDO)
    assert buttons(card) == [UNDO]
    waiting = world.get(request["id"])
    assert waiting["status"] == "pending"
    assert waiting["undoable"]["outcome"] == "approved"
    assert waiting["callback"] is None
    assert world.press(ANA, card, UNDO)["ok"]
    card = world.redrawn(request["id"], APPROVE)
    assert world.press(BEN, card, APPROVE)["ok"]
    world.redrawn(request["id"], UNDO)
    world.its_hour_has_come(request["id"], "undoable.until_ms")
    callback = world.delivered(request["id"])
    assert [one["name"] for one in callback["data"]["by"]] == ["Ben"]
    assert len(world.receiver.of(request["id"])) == 1
    trail = world.web.get(f"/v1/requests/{request['id']}/events").json()["events"]
    kinds = [one["type"] for one in trail]
    assert kinds.count("decision.taken") == 2
    assert kinds.count("decision.undone") == kinds.count("request.decided") == 1


def test_the_result_is_on_the_card_and_in_its_thread(world: World):
    request = world.ask(policy="credit", payload=of(240), on_behalf_of="dev@example.com")
    root = world.card(request["id"])
    world.decide(request["id"])
    world.delivered(request["id"])
    told = {"ok": True, "text": "Refund sent, re_123", "link": "https://pay.example.com/re_123"}
    answer = world.web.post(f"/v1/requests/{request['id']}/result", json=told)
    assert answer.status_code == 200, answer.text
    world.redrawn(request["id"], "Refund sent, re_123")
    reply = world.said(f"<@{ANA}> Done:")
    assert reply["thread_ts"] == root["ts"]
    heard = world.said("Your request", DEV)
    assert heard["channel"] != APPROVALS
    world.said("Done: ", DEV)


def test_an_approval_that_nobody_used_is_flagged(world: World):
    request = world.ask(policy="credit", payload=of(240))
    world.decide(request["id"])
    world.delivered(request["id"])
    world.its_hour_has_come(request["id"], "unused_ms")
    world.redrawn(request["id"], "no result was told")
    assert world.get(request["id"])["unused"] is True
