"""Dev asks by hand in Slack, Ana approves, and Dev hears of it, also where it was asked for."""

from __future__ import annotations

import json
from typing import Any

from tests.world import ANA, APPROVALS, APPROVE, DEV, World, eventually


def shortcut(world: World, user: str, **message: str) -> None:
    name = "countersign_request_from_message" if message else "countersign_request"
    used = {"user": user, "callback_id": name, **message}
    assert world.slack.post("/api/shortcut", json=used).json()["ok"]


def say(world: World, user: str, text: str) -> str:
    said = {"user": user, "channel": APPROVALS, "text": text}
    return str(world.slack.post("/api/say", json=said).json()["ts"])


def form(world: World, user: str) -> dict[str, Any]:
    views = world.slack.get("/api/state", params={"user": user}).json()["views"]
    found: dict[str, Any] = views[-1]
    return found


def fill(world: World, user: str, **answers: str) -> dict[str, Any]:
    """Send the form before somebody, with these answers by the names of their inputs."""
    view, state = form(world, user), {}
    for block in view["blocks"]:
        name = block.get("block_id", "").removeprefix("countersign_").removeprefix("input:")
        if block["type"] == "input" and name in answers:
            element = block["element"]
            typed = {"type": element["type"], "value": answers[name]}
            for option in element.get("options", ()):
                if option["text"]["text"] == answers[name]:
                    typed = {"type": element["type"], "selected_option": option}
            state[block["block_id"]] = {element["action_id"]: typed}
    sent = {"user": user, "view_id": view["id"], "state": state}
    answer: dict[str, Any] = world.slack.post("/api/submit", json=sent).json()
    return answer


def thread(world: World, ts: str) -> list[str]:
    """What is said in a thread of #approvals below its message."""
    said = (one for one in world.messages()[APPROVALS] if one.get("thread_ts") == ts != one["ts"])
    return [one["text"] for one in said]


def direct(world: World, user: str, words: str) -> str:
    """A direct message to somebody that holds these words, once it is there."""

    def look() -> str | None:
        mine = (said for place, said in world.messages(user).items() if place.startswith("D"))
        texts = [one["text"] for said in mine for one in said]
        return next((text for text in texts if words in text), None)

    return eventually(look, what=f"{words!r} to {user}")


def card_of(world: World, words: str) -> dict[str, Any]:
    """The card in #approvals that holds these words, once it is there."""

    def look() -> dict[str, Any] | None:
        cards = [one for one in world.messages()[APPROVALS] if one.get("metadata")]
        return next((one for one in cards if words in json.dumps(one["blocks"])), None)

    return eventually(look, what=f"a card with {words!r}")


def test_from_a_message_to_the_outcome_in_its_thread(world):
    ts = say(world, DEV, "Acme sent the machine back.\nThey want 120 USD.")
    shortcut(world, DEV, channel=APPROVALS, ts=ts)
    assert fill(world, DEV, policy="refund")["ok"]
    refused = fill(world, DEV, amount="-5", customer="Acme", tier="standard")
    assert list(refused["errors"]) == ["countersign_input:amount"]
    assert fill(world, DEV, amount="120", customer="Acme", tier="standard", why="It broke.")["ok"]
    assert direct(world, DEV, "You hear here how it ends.")
    card = card_of(world, "It broke.")
    request_id = card["metadata"]["event_payload"]["request_id"]
    assert f"<@{DEV}>, by hand in Slack" in json.dumps(card["blocks"])
    assert world.press(DEV, card, APPROVE)["ok"]
    world.told(DEV, "somebody else has to decide it")
    world.decide(request_id)
    assert direct(world, DEV, f"Approved by <@{ANA}>: “Acme sent the machine back.”")
    said = eventually(lambda: thread(world, ts), what="the outcome in the thread")
    assert said == [f"Approved by <@{ANA}>: “Acme sent the machine back.”"]


def test_what_the_policy_decides_by_itself_is_told_too(world):
    ts = say(world, DEV, "Give them everything.")
    shortcut(world, DEV, channel=APPROVALS, ts=ts)
    fill(world, DEV, policy="refund")
    assert fill(world, DEV, amount="200000", customer="Acme", tier="standard")["ok"]
    assert direct(world, DEV, "Rejected") == "Rejected: “Give them everything.”"
    said = eventually(lambda: thread(world, ts), what="the outcome in the thread")
    assert said == ["Rejected: “Give them everything.”"]


def test_from_anywhere_under_a_policy_that_takes_anything(world):
    shortcut(world, DEV)
    fill(world, DEV, policy="default")
    assert fill(world, DEV, title="A new printer", what="Buy a new printer.")["ok"]
    card = card_of(world, "Buy a new printer.")
    world.decide(card["metadata"]["event_payload"]["request_id"])
    assert direct(world, DEV, f"Approved by <@{ANA}>: “A new printer")
