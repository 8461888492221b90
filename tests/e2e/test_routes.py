"""Every route of a policy, through real processes: several people, choices, watches, limits."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from typing import Any

from app.ports import Client
from tests.world import (
    ANA,
    APPROVALS,
    APPROVE,
    BEN,
    CHLOE,
    DETAILS,
    DEV,
    REJECT,
    World,
    at_once,
    buttons,
    eventually,
    labelled,
)

POLICIES = {
    "pair": """
        policy: pair
        review: {channel: "#approvals", reviewers: ["@finance-approvers"], quorum: 2}
    """,
    "staged": """
        policy: staged
        review:
          channel: "#approvals"
          stages:
            - {name: Finance, reviewers: [ana@example.com]}
            - {name: Legal, reviewers: [ben@example.com]}
    """,
    "urged": """
        policy: urged
        review:
          channel: "#approvals"
          reviewers: [ana@example.com]
          backups: [cfo@example.com]
          sla: {remind: [10m], escalate: 30m, expire: 1d}
    """,
    "sync": """
        policy: sync
        review:
          channel: "#approvals"
          reviewers: ["@finance-approvers"]
          choices:
            - {id: use_crm, label: Use CRM}
            - {id: use_erp, label: Use ERP}
            - {id: custom, label: Custom, comment: true}
    """,
    "watched": """
        policy: watched
        reversible: true
        review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
        rules: [{id: later, then: watch, for: 15m, because: It can be undone.}]
    """,
    "limited": """
        policy: limited
        inputs: {amount: {type: number, minimum: 0}, customer: {type: string}}
        review: {channel: "#approvals", reviewers: ["@finance-approvers"]}
        rules:
          - id: routine
            when: payload.amount < 50
            then: approve
            because: Small ones are routine.
            limit: {count: 20, sum: payload.amount, most: 600, per: payload.customer, window: 1d}
    """,
}


def monitor(world: World) -> dict[str, str]:
    """What a client sends that watches over others."""
    clients = world.stack.clients()
    name = "fraud-bot"
    if clients.get(name) is None:
        key = clients.create(Client(id=name, monitor=True))
    else:
        clients.keys.revoke_all(name)
        key = clients.add_key(name)
    return {"Authorization": f"Bearer {key}"}


def watched(world: World) -> dict[str, Any]:
    """A request that goes ahead by itself, with its window begun and its card up to date."""
    opened = world.ask(policy="watched", callback_on="human")

    def begun() -> dict[str, Any] | None:
        request = world.get(opened["id"])
        return request if request["review"]["watch"]["goes_ahead_at"] else None

    request = eventually(begun, what="the window of a watch")
    world.redrawn(opened["id"], "unless")
    return request


def test_two_people_have_to_approve_and_the_callback_names_both(world: World):
    opened = world.ask(policy="pair")
    world.decide(opened["id"], APPROVE, ANA)
    world.redrawn(opened["id"], "1 of 2")
    assert world.get(opened["id"])["status"] == "pending"
    assert world.receiver.of(opened["id"]) == []
    assert world.press(ANA, world.card(opened["id"]), APPROVE)["ok"]
    world.told(ANA, "counts already")
    world.decide(opened["id"], APPROVE, BEN)
    callback = world.delivered(opened["id"])
    assert [by["id"] for by in callback["data"]["by"]] == [ANA, BEN]
    assert buttons(world.redrawn(opened["id"], "pproved by")) == []


def test_one_rejection_is_enough(world: World):
    opened = world.ask(policy="pair")
    world.decide(opened["id"], APPROVE, ANA)
    world.decide(opened["id"], REJECT, BEN)
    assert world.delivered(opened["id"])["type"] == "request.rejected"


def test_the_second_stage_is_asked_after_the_first(world: World):
    opened = world.ask(policy="staged")
    card = world.redrawn(opened["id"], "Finance")
    assert world.press(BEN, card, APPROVE)["ok"]
    world.told(BEN, "not among the people")
    world.decide(opened["id"], APPROVE, ANA)
    world.redrawn(opened["id"], "Legal")

    def told() -> bool:
        said = [one["text"] for one in world.messages(BEN)[APPROVALS] if "thread_ts" in one]
        return any(f"<@{BEN}> It is your turn" in text for text in said)

    eventually(told, what="Legal hearing of it")
    world.decide(opened["id"], APPROVE, BEN)
    assert world.delivered(opened["id"])["type"] == "request.approved"


def test_the_workflow_hears_which_choice_was_taken(world: World):
    opened = world.ask(policy="sync")
    card = world.card(opened["id"])
    assert world.press(ANA, card, labelled(card, "Use ERP"))["ok"]
    callback = world.delivered(opened["id"])
    assert (callback["data"]["approved"], callback["data"]["choice"]) == (True, "use_erp")
    world.redrawn(opened["id"], "Use ERP")


def test_a_free_choice_brings_its_words(world: World):
    opened = world.ask(policy="sync")
    card = world.card(opened["id"])
    assert world.press(ANA, card, labelled(card, "Custom"))["ok"]
    world.write(ANA, "Keep both addresses")
    callback = world.delivered(opened["id"])
    assert callback["data"]["choice"] == "custom"
    assert callback["data"]["comment"] == "Keep both addresses"


def test_what_nobody_stops_goes_ahead(world: World):
    request = watched(world)
    card = world.card(request["id"])
    assert buttons(card) == [labelled(card, "Stop"), DETAILS]
    world.its_hour_has_come(request["id"], "goes_ahead_ms")
    callback = world.delivered(request["id"])
    assert callback["type"] == "request.approved"
    assert [by["kind"] for by in callback["data"]["by"]] == ["policy"]


def test_stop_asks_for_a_reason_and_then_people(world: World):
    request = watched(world)
    card = world.card(request["id"])
    assert world.press(BEN, card, labelled(card, "Stop"))["ok"]
    world.write(BEN, "The customer called back")
    world.redrawn(request["id"], "The customer called back")
    assert world.get(request["id"])["review"]["stopped"]["reason"] == "The customer called back"
    world.decide(request["id"], APPROVE, ANA)
    assert world.delivered(request["id"])["data"]["by"][0]["id"] == ANA


def test_a_monitors_anomaly_ends_a_watch(world: World):
    request = watched(world)
    answer = world.web.post(
        f"/v1/requests/{request['id']}/signals",
        json={"signals": {"anomaly": True}},
        headers=monitor(world),
    )
    assert answer.status_code == 200, answer.text
    assert "payload" not in answer.json()
    card = world.redrawn(request["id"], "fraud-bot")
    assert APPROVE in buttons(card)
    assert world.get(request["id"])["review"]["watch"] is None


def test_a_client_that_is_no_monitor_reports_nothing(world: World):
    request = watched(world)
    answer = world.web.post(
        f"/v1/requests/{request['id']}/signals", json={"signals": {"anomaly": True}}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "not_a_monitor")


def test_who_is_asked_is_reminded_in_the_thread_and_in_person(world: World):
    opened = world.ask(policy="urged", title="Refund that waits")
    card = world.card(opened["id"])
    world.its_hour_has_come(opened["id"], "remind_ms")

    def reminded() -> bool:
        return any(
            one.get("thread_ts") == card["ts"] and f"<@{ANA}>" in one["text"]
            for one in world.messages(ANA)[APPROVALS]
        )

    eventually(reminded, what="a reminder in the thread")
    world.its_hour_has_come(opened["id"], "remind_ms")
    own = eventually(
        lambda: [one for one in world.cards(opened["id"]) if one["channel"] != APPROVALS],
        what="a card of Ana's own",
    )
    assert world.press(ANA, own[0], APPROVE)["ok"]
    assert world.delivered(opened["id"])["type"] == "request.approved"

    def no_buttons_left() -> bool:
        return all(buttons(one) == [] for one in world.cards(opened["id"]))

    eventually(no_buttons_left, what="both cards being redrawn")


def test_after_the_escalation_a_backup_may_decide(world: World):
    opened = world.ask(policy="urged")
    card = world.card(opened["id"], CHLOE)
    assert world.press(CHLOE, card, APPROVE)["ok"]
    world.told(CHLOE, "not among the people")
    world.its_hour_has_come(opened["id"], "escalate_ms")
    own = eventually(
        lambda: [one for one in world.cards(opened["id"], CHLOE) if one["channel"] != APPROVALS],
        what="a card of Chloe's own",
    )
    assert world.get(opened["id"])["review"]["escalated"]
    assert world.press(CHLOE, own[0], APPROVE)["ok"]
    assert world.delivered(opened["id"])["data"]["by"][0]["id"] == CHLOE


def test_an_expired_request_was_not_approved(world: World):
    opened = world.ask(policy="pair", on_behalf_of="dev@example.com", title="Nobody looked at it")
    world.card(opened["id"])
    world.its_hour_has_come(opened["id"], "expires_ms")
    assert world.delivered(opened["id"])["type"] == "request.expired"
    eventually(
        lambda: "Nobody looked at it" in json.dumps(world.messages(DEV)), what="Dev being told"
    )


def test_fifty_at_once_get_no_more_than_the_limit(world: World):
    """Twenty of 49 would be 980: of each customer the sum lets twelve pass, whoever asks."""

    def ask(number: int) -> tuple[str, str]:
        customer = ("Acme", "  ACME ", "acme")[number % 3] if number < 50 else "Globex"
        opened = world.ask(policy="limited", payload={"amount": 49, "customer": customer})
        return ("acme" if number < 50 else "globex"), opened["status"]

    found = Counter(at_once([partial(ask, number) for number in range(100)], 50))
    assert found == {
        ("acme", "approved"): 12,
        ("acme", "pending"): 38,
        ("globex", "approved"): 12,
        ("globex", "pending"): 38,
    }


def test_a_dry_run_knows_what_is_left_of_a_limit(world: World):
    payload = {"amount": 49, "customer": "Initech"}
    explained = partial(world.web.post, "/v1/policies/limited/explain", json={"payload": payload})
    assert explained().json()["route"] == "approve"
    for _ in range(12):
        assert world.ask(policy="limited", payload=payload)["status"] == "approved"
    answer = explained().json()
    assert answer["route"] == "review"
    assert "limit" in answer["summary"]["why"]
