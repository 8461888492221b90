"""The Home tab through real processes: what waits, answered there, and every copy of it agrees."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.world import (
    ANA,
    APPROVE,
    BEN,
    CHLOE,
    DEV,
    GUEST,
    World,
    buttons,
    eventually,
    pressed,
)

POLICIES = {
    "two": """
        policy: two
        review:
          channel: "#approvals"
          reviewers: ["@finance-approvers"]
    """,
    "hers": """
        policy: hers
        review:
          channel: "#approvals"
          reviewers: [cfo@example.com]
    """,
}
NEXT, PREVIOUS = "countersign_home_next", "countersign_home_previous"
DETAILS = "countersign_details"
AWAY, BACK = "countersign_home_away", "countersign_home_back"


def ask(world: World, policy: str = "two", **changes: Any) -> dict[str, Any]:
    return world.ask(policy=policy, payload={"amount": 120, "customer": "Acme"}, **changes)


def waiting(request: dict[str, Any]) -> str:
    """The block of a Home in which a request waits with its buttons."""
    return f"waiting_{request['id']}"


def showing(world: World, user: str, request: dict[str, Any]) -> dict[str, Any]:
    """A Home that was just opened, once the request waits there."""
    world.open_home(user)
    return world.home(user, lambda text: waiting(request) in text, f"with {request['id']}")


def settled(world: World, user: str, request: dict[str, Any]) -> dict[str, Any]:
    """A Home once the request waits there no more."""
    return world.home(user, lambda text: waiting(request) not in text, "without what was decided")


def test_a_decision_on_one_home_is_seen_on_every_copy(world: World):
    request = ask(world, on_behalf_of="dev@example.com")
    card = world.card(request["id"])
    shown = {user: showing(world, user, request) for user in (ANA, BEN)}
    world.open_home(DEV)
    world.home(DEV, lambda text: f"asked_{request['id']}" in text, "that shows what Dev asked")
    assert world.press_at_home(ANA, shown[ANA], waiting(request), APPROVE)["ok"]
    assert world.get(request["id"])["status"] == "approved"

    own = settled(world, ANA, request)
    assert "You approved" in json.dumps(own, ensure_ascii=False)
    assert f"decided_{request['id']}" in json.dumps(own)
    settled(world, BEN, request)
    world.home(DEV, lambda text: f"*Approved* by <@{ANA}>" in text, "that says who approved")
    redrawn = world.redrawn(request["id"], "Approved")
    assert redrawn["ts"] == card["ts"]
    assert APPROVE not in buttons(redrawn)


def test_a_decision_on_the_card_is_seen_on_the_homes(world: World):
    request = ask(world)
    for user in (ANA, BEN):
        showing(world, user, request)
    world.decide(request["id"], user=BEN)
    for user in (ANA, BEN):
        settled(world, user, request)


def test_a_refusal_stands_on_the_home_of_whoever_pressed(world: World):
    request = ask(world)
    shown = showing(world, BEN, request)
    world.fault(method="views.publish", kind="ratelimited", retry_after="2")
    assert pressed(world, ANA, request, APPROVE)["ok"]
    assert world.get(request["id"])["status"] == "approved"
    assert world.press_at_home(BEN, shown, waiting(request), APPROVE)["ok"]
    world.heal()
    home = world.home(BEN, lambda text: "Nothing was decided by this" in text, "with the refusal")
    assert waiting(request) not in json.dumps(home)


def test_pages_are_turned_and_come_back(world: World):
    requests = [ask(world, "hers", title=f"Refund {n}") for n in range(7)]
    first = showing(world, CHLOE, requests[0])
    assert waiting(requests[4]) in json.dumps(first)
    assert waiting(requests[5]) not in json.dumps(first)
    assert "Waiting for you (about 7)" in json.dumps(first)
    assert world.press_at_home(CHLOE, first, "waiting_pages", NEXT)["ok"]
    second = world.home(CHLOE, lambda text: waiting(requests[6]) in text, "at its second page")
    assert waiting(requests[4]) not in json.dumps(second)
    assert world.press_at_home(CHLOE, second, "waiting_pages", PREVIOUS)["ok"]
    world.home(CHLOE, lambda text: waiting(requests[0]) in text, "back at its first page")
    for request in requests:
        pressed(world, CHLOE, request, APPROVE)


def test_a_form_that_was_opened_on_a_home_decides(world: World):
    request = ask(world)
    home = showing(world, ANA, request)
    assert world.press_at_home(ANA, home, waiting(request), "countersign_revise")["ok"]
    world.write(ANA, "Split it into two.")
    assert world.get(request["id"])["status"] == "revision_requested"
    home = settled(world, ANA, request)
    assert "You asked for changes to" in json.dumps(home, ensure_ascii=False)


def test_what_is_too_long_for_a_home_is_decided_in_its_details(world: World):
    request = world.ask(policy="two", payload={"text": "Dear customer, " * 50})
    home = showing(world, ANA, request)
    assert APPROVE not in buttons_of(home, waiting(request))
    assert world.press_at_home(ANA, home, waiting(request), DETAILS)["ok"]

    def opened() -> dict[str, Any] | None:
        views = world.slack.get("/api/state", params={"user": ANA}).json()["views"]
        return views[-1] if views else None

    modal = eventually(opened, what="the whole request")
    row = next(one["block_id"] for one in modal["blocks"] if APPROVE in json.dumps(one))
    assert world.press_at_home(ANA, modal, row, APPROVE)["ok"]
    assert world.get(request["id"])["status"] == "approved"
    settled(world, ANA, request)


def buttons_of(home: dict[str, Any], block_id: str) -> list[str]:
    """The action ids in one block."""
    block = next(one for one in home["blocks"] if one["block_id"] == block_id)
    return [one["action_id"] for one in block["elements"]]


def test_who_goes_away_on_their_home_sees_it_there_and_comes_back(world: World):
    world.open_home(ANA)
    home = world.home(ANA, lambda text: "You are not away." in text, "of somebody who is here")
    assert world.press_at_home(ANA, home, "absence", AWAY)["ok"]
    assert world.fill_in(ANA, CHLOE, None, "2099-01-01")["errors"], "nobody is away for that long"
    in_two_days = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert world.fill_in(ANA, CHLOE, None, in_two_days)["ok"]
    home = world.home(ANA, lambda text: f"<@{CHLOE}> decides in your place" in text, "of one away")
    assert world.press_at_home(ANA, home, "absence", BACK)["ok"]
    world.home(ANA, lambda text: "You are not away." in text, "of somebody who is back")


def test_a_guest_is_told_that_they_are_not_asked(world: World):
    world.open_home(GUEST)
    world.home(GUEST, lambda text: "are not asked" in text, "of a guest")


def test_what_is_decided_while_no_worker_lives_is_shown_by_the_next(world: World):
    request = ask(world)
    for user in (ANA, BEN):
        showing(world, user, request)
    worker = world.process("worker")
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    assert pressed(world, ANA, request, APPROVE)["ok"]
    worker.stop()
    worker.start()
    for user in (ANA, BEN):
        settled(world, user, request)


def test_while_slack_limits_us_no_home_is_drawn_and_then_each_is(world: World):
    request = ask(world)
    for user in (ANA, BEN):
        showing(world, user, request)
    world.fault(method="views.publish", kind="ratelimited", retry_after="2", times=1)
    assert pressed(world, ANA, request, APPROVE)["ok"]
    for user in (ANA, BEN):
        settled(world, user, request)
