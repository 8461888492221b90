"""Work that moves between people, through real processes: absence, claims, questions, and more."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.world import (
    ANA,
    APPROVALS,
    APPROVE,
    BEN,
    CHLOE,
    DEV,
    EVE,
    REJECT,
    World,
    buttons,
    eventually,
    labelled,
    pressed,
)

FAY = "U0FAY00001"
POLICIES = {
    "trio": """
        policy: trio
        review:
          channel: "#approvals"
          reviewers: [ana@example.com, fay@example.com, cfo@example.com]
          quorum: 2
    """,
    "hers": """
        policy: hers
        review:
          channel: "#approvals"
          reviewers: [ana@example.com]
          sla: {expire: 1d, claim: 30m}
    """,
    "pool": """
        policy: pool
        review:
          channel: "#approvals"
          reviewers: ["@finance-approvers"]
          assign: least_loaded
          cap: 2
          overflow: [cfo@example.com]
    """,
    "two-noes": """
        policy: two-noes
        review:
          channel: "#approvals"
          reviewers: [ana@example.com, ben@example.com, cfo@example.com]
          reject_quorum: 2
    """,
}


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def own_card(world: World, request_id: str, user: str) -> dict[str, Any]:
    """The card that somebody got by direct message."""
    return eventually(
        lambda: [one for one in world.cards(request_id, user) if one["channel"] != APPROVALS],
        what=f"a card of {user}'s own",
    )[0]


def test_two_of_three_when_one_leaves_the_company_in_between(world: World):
    world.slack.post(f"/api/users/{FAY}", json={"name": "fay"}).raise_for_status()
    opened = world.ask(policy="trio")
    world.decide(opened["id"], APPROVE, ANA)
    world.redrawn(opened["id"], "1 of 2")
    world.slack.post(f"/api/users/{FAY}", json={"deleted": True}).raise_for_status()
    # A press that was on its way when they were deactivated.
    assert pressed(world, FAY, opened, APPROVE)["ok"]
    trail = world.web.get(f"/v1/requests/{opened['id']}/events").json()
    assert "person_not_trusted" in json.dumps(trail)
    assert world.get(opened["id"])["status"] == "pending"
    world.decide(opened["id"], APPROVE, CHLOE)
    by = world.delivered(opened["id"])["data"]["by"]
    assert [one["id"] for one in by] == [ANA, CHLOE]


def test_a_delegate_decides_what_is_open_already_and_the_absent_person_hears_of_it(world: World):
    opened = world.ask(policy="hers", title="Refund while Ana is away")
    card = world.card(opened["id"])
    assert world.press(EVE, card, APPROVE)["ok"]
    world.told(EVE, "not among the people")
    assert world.choose(ANA, card, "I'm away …")["ok"]
    assert world.fill_in(ANA, EVE, None, in_days(3))["ok"]
    world.told(ANA, "decides in your place")
    world.redrawn(opened["id"], "*Away:*")
    for person in (EVE, ANA):
        world.said(f"<@{ANA}> is away through", person)
    assert world.press(EVE, own_card(world, opened["id"], EVE), APPROVE)["ok"]
    callback = world.delivered(opened["id"])
    assert [one["id"] for one in callback["data"]["by"]] == [EVE]
    world.said("You were asked, and are away", ANA)
    later = world.ask(policy="hers", title="Opened while she is away")
    world.redrawn(later["id"], f"<@{EVE}> decides in their place through")
    world.operator("away", "end", "ana@example.com")
    eventually(lambda: world.get(later["id"])["review"]["away"] == [], what="Ana being back")
    assert world.press(EVE, world.card(later["id"]), APPROVE)["ok"]
    assert world.get(later["id"])["status"] == "pending"


def test_whoever_is_away_stands_in_for_nobody(world: World):
    world.operator("away", "set", "ben@example.com", "--delegate", CHLOE, "--until", in_days(2))
    opened = world.ask(policy="hers")
    assert world.choose(ANA, world.card(opened["id"]), "I'm away …")["ok"]
    refused = world.fill_in(ANA, BEN, None, in_days(1))
    assert "away then too" in json.dumps(refused)
    world.operator("away", "end", "ben@example.com")


def test_a_claim_is_shown_and_lapses_by_itself(world: World):
    opened = world.ask(policy="trio", title="Refund that Ana is on")
    assert world.choose(ANA, world.card(opened["id"]), "I'm on it")["ok"]
    card = world.redrawn(opened["id"], "is on it until")
    assert world.choose(CHLOE, card, "No longer on it")["ok"]
    world.told(CHLOE, "You are not on it")
    assert world.get(opened["id"])["review"]["claim"]["by"]["id"] == ANA
    world.its_hour_has_come(opened["id"], "claim.until_ms")
    eventually(lambda: world.get(opened["id"])["review"]["claim"] is None, what="the lapse")

    def no_longer_shown() -> bool:
        return "is on it until" not in json.dumps(world.card(opened["id"]))

    eventually(no_longer_shown, what="the card without the claim")


def test_a_request_is_handed_to_somebody_else_who_may_decide(world: World):
    opened = world.ask(policy="trio", title="Refund for Chloe")
    assert world.choose(ANA, world.card(opened["id"]), "Hand over …")["ok"]
    assert "may not decide" in json.dumps(world.fill_in(ANA, EVE))
    assert world.fill_in(ANA, CHLOE)["ok"]
    world.said(f"<@{CHLOE}> <@{ANA}> handed this to you")
    world.redrawn(opened["id"], "*Asked now:*")
    assert world.press(CHLOE, own_card(world, opened["id"], CHLOE), APPROVE)["ok"]
    world.decide(opened["id"], APPROVE, ANA)
    assert world.delivered(opened["id"])["type"] == "request.approved"


def test_the_requester_answers_a_question_and_nothing_is_decided_by_it(world: World):
    opened = world.ask(policy="hers", on_behalf_of="dev@example.com", title="Refund with a doubt")
    assert world.choose(ANA, world.card(opened["id"]), "Ask the requester …")["ok"]
    world.write(ANA, "Was it paid twice?")
    asked = world.said("asks, before your request is decided", DEV)
    thread = world.said("asks, before this is decided", ANA)
    assert world.press(EVE, thread, labelled(thread, "Answer"))["ok"]
    assert "Only whoever asked" in json.dumps(world.fill_in(EVE, "Yes"))
    assert world.press(DEV, asked, labelled(asked, "Answer"))["ok"]
    world.write(DEV, "Yes, on Monday and on Tuesday.")
    world.redrawn(opened["id"], "on Monday and on Tuesday")
    world.said(f"<@{ANA}> <@{DEV}> answered:")
    assert world.get(opened["id"])["status"] == "pending"
    world.decide(opened["id"], APPROVE, ANA)


def test_the_least_loaded_are_asked_up_to_a_cap_and_then_the_overflow(world: World):
    requests = [world.ask(policy="pool", title=f"Pooled {n}")["id"] for n in range(6)]

    def asked() -> list[list[str]] | None:
        reviews = [world.get(one)["review"] for one in requests]
        found = [[*one["assigned"], *one["overflow"]] for one in reviews]
        return found if all(found) else None

    found = eventually(asked, what="somebody being asked for each")
    people = Counter(person for one in found for person in one)
    assert people == {ANA: 2, BEN: 2, "cfo@example.com": 2}
    for request_id in requests:
        world.decide(request_id, APPROVE, ANA)


def test_two_people_have_to_reject_where_the_policy_says_so(world: World):
    opened = world.ask(policy="two-noes")
    world.decide(opened["id"], REJECT, ANA)
    card = world.redrawn(opened["id"], "Rejections: 1 of 2")
    assert world.get(opened["id"])["status"] == "pending"
    assert world.press(CHLOE, card, REJECT)["ok"]
    callback = world.delivered(opened["id"])
    assert callback["type"] == "request.rejected"
    assert [one["id"] for one in callback["data"]["by"]] == [ANA, CHLOE]
    assert buttons(world.redrawn(opened["id"], "ejected")) == []
