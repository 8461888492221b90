"""From a POST to a signed callback, through a click in Slack: real processes, real signatures."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.world import (
    ANA,
    APPROVE,
    BEN,
    DETAILS,
    DEV,
    EVE,
    GONE,
    REJECT,
    REVISE,
    World,
    buttons,
    eventually,
    pressed,
)


def test_a_refund_is_approved_in_slack_and_the_workflow_hears_of_it(world: World):
    opened = world.ask(metadata={"run": "r-7"})
    assert opened["status"] == "pending"
    card = world.card(opened["id"])
    assert buttons(card) == [APPROVE, REVISE, REJECT, DETAILS]
    assert "Acme" in json.dumps(card["blocks"])
    world.decide(opened["id"])
    callback = world.delivered(opened["id"])
    assert callback["type"] == "request.approved"
    assert callback["data"]["approved"] is True
    assert callback["data"]["metadata"] == {"run": "r-7"}
    assert callback["data"]["digest"] == opened["digest"]
    assert callback["data"]["payload"] == {"amount": 120, "customer": "Acme", "tier": "standard"}
    [by] = callback["data"]["by"]
    assert (by["kind"], by["id"], by["email"]) == ("person", ANA, "ana@example.com")
    assert world.receiver.unverified == 0
    redrawn = world.redrawn(opened["id"], "Approved")
    assert buttons(redrawn) == []
    assert f"<@{ANA}>" in json.dumps(redrawn)


def test_a_routine_refund_is_approved_by_its_policy_and_nobody_is_asked(world: World):
    opened = world.ask(
        payload={"amount": 20, "customer": "Acme", "tier": "standard"},
        signals={"confidence": 0.9},
    )
    assert opened["status"] == "approved"
    assert opened["decision"]["by"][0]["kind"] == "policy"
    assert world.delivered(opened["id"])["type"] == "request.approved"
    assert world.cards(opened["id"]) == []


def test_reject_rejects(world: World):
    opened = world.ask()
    world.decide(opened["id"], REJECT, BEN)
    assert world.delivered(opened["id"])["type"] == "request.rejected"


def test_revise_asks_what_should_change_and_tells_the_workflow(world: World):
    opened = world.ask()
    world.decide(opened["id"], REVISE)
    world.write(ANA, "Split it into two payments, please")
    callback = world.delivered(opened["id"])
    assert callback["type"] == "request.revision_requested"
    assert callback["data"]["comment"] == "Split it into two payments, please"
    assert "two payments" in json.dumps(world.redrawn(opened["id"], "two payments"))


def test_the_loser_of_a_race_is_told_who_won(world: World):
    opened = world.ask()
    card = world.card(opened["id"])
    world.fault(method="chat.update", kind="http_500", times=1)  # so that the buttons stay a while
    assert world.press(ANA, card, APPROVE)["ok"]
    assert world.press(BEN, card, REJECT)["ok"]
    world.told(BEN, "Ana already approved this")
    assert world.get(opened["id"])["status"] == "approved"


def test_who_is_not_asked_cannot_decide_and_is_told_why(world: World):
    opened = world.ask()
    card = world.card(opened["id"], EVE)
    assert world.press(EVE, card, APPROVE)["ok"]
    world.told(EVE, "not among the people")
    assert world.get(opened["id"])["status"] == "pending"
    trail = world.web.get(f"/v1/requests/{opened['id']}/events").json()
    assert "decision.refused" in json.dumps(trail)


def test_nobody_approves_their_own_request(world: World):
    opened = world.ask(on_behalf_of="ana@example.com")
    card = world.card(opened["id"])
    assert world.press(ANA, card, APPROVE)["ok"]
    world.told(ANA, "on your behalf")
    assert world.get(opened["id"])["status"] == "pending"


def test_a_reviewer_who_left_the_company_cannot_decide(world: World):
    # Slack's word on a person counts for a minute, so this has to be one nobody looked up yet.
    members = {"users": [ANA, BEN, GONE]}
    world.slack.post("/api/groups/S0FINANCE1", json=members).raise_for_status()
    opened = world.ask()
    assert pressed(world, GONE, opened, APPROVE)["ok"]
    assert world.get(opened["id"])["status"] == "pending"
    trail = json.dumps(world.web.get(f"/v1/requests/{opened['id']}/events").json())
    assert "person_not_trusted" in trail


def test_the_person_behind_the_request_is_told_the_outcome(world: World):
    opened = world.ask(title="Refund for the lost parcel", on_behalf_of="dev@example.com")
    world.decide(opened["id"])

    def told() -> bool:
        direct = json.dumps(world.messages(DEV))
        return "Refund for the lost parcel" in direct and "pproved" in direct

    eventually(told, what="Dev being told")


def test_a_withdrawn_request_has_no_buttons_left(world: World):
    opened = world.ask()
    world.card(opened["id"])
    answer = world.web.post(f"/v1/requests/{opened['id']}/cancel", json={"reason": "Paid twice"})
    assert answer.json()["status"] == "cancelled"
    assert buttons(world.redrawn(opened["id"], "ithdrawn")) == []
    assert world.delivered(opened["id"])["type"] == "request.cancelled"


def test_one_who_waits_hears_of_the_decision_at_once(world: World):
    opened = world.ask()
    card = world.card(opened["id"])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(world.web.get, f"/v1/requests/{opened['id']}?wait=25")
        assert world.press(ANA, card, APPROVE)["ok"]
        assert waiting.result().json()["status"] == "approved"


def test_a_callback_that_fails_is_sent_again_under_the_same_id(world: World):
    opened = world.ask()
    seen = world.receiver.of
    world.receiver.answer = lambda _: 500 if len(seen(opened["id"])) == 1 else 204
    world.decide(opened["id"])
    first, second = eventually(
        lambda: found if len(found := world.receiver.of(opened["id"])) > 1 else None,
        what="a second attempt",
    )[:2]
    assert first["id"] == second["id"]
    assert first == second


def test_a_callback_can_be_asked_for_again(world: World):
    opened = world.ask()
    world.decide(opened["id"])
    first = world.delivered(opened["id"])
    trail = f"/v1/requests/{opened['id']}/events"
    eventually(lambda: "callback.attempted" in world.web.get(trail).text, what="its record")
    answer = world.web.post(f"/v1/requests/{opened['id']}/redeliver")
    assert answer.status_code == 202
    again = eventually(
        lambda: found if len(found := world.receiver.of(opened["id"])) > 1 else None,
        what="the callback once more",
    )
    assert again[1] == first


@pytest.mark.parametrize("user", [ANA, BEN])
def test_five_times_the_same_click_is_one_decision(world: World, user: str):
    opened = world.ask()
    for _ in range(5):
        assert pressed(world, user, opened, APPROVE)["ok"]
    world.delivered(opened["id"])
    trail = json.dumps(world.web.get(f"/v1/requests/{opened['id']}/events").json())
    assert trail.count('"request.decided"') == 1
