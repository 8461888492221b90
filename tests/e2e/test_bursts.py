"""A burst into one channel, through real processes: few messages, everybody's way to each item."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from app.domain.bursts import MOST
from tests.world import (
    ANA,
    APPROVE,
    BEN,
    REJECT,
    World,
    at_once,
    buttons,
    eventually,
    pressed,
    running_with,
    shared_by,
)

pytestmark = pytest.mark.timeout(300)

COUNT = 60
POLICY = """\
policy: {name}
inputs:
  amount: {{type: number, label: Amount, format: money, currency: USD}}
review: {{channel: "#{name}", reviewers: ["@finance-approvers"]}}
"""

UNANSWERED = """\
policy: unanswered
review:
  channel: "#unanswered"
  reviewers: ["@finance-approvers"]
  assign: least_loaded
  backups: [cfo@example.com]
  sla: {remind: [1h], escalate: 4h}
"""


@pytest.fixture(scope="module")
def flooded() -> Iterator[World]:
    """A product with a channel for each story, and one beside them."""
    files = {name: POLICY.format(name=name) for name in ("burst", "urgent", "seen", "killed")}
    files["unanswered"] = UNANSWERED
    with running_with(files) as world:
        for name in files:
            world.slack.post("/api/channels", json={"name": name}).raise_for_status()
        yield world


@pytest.fixture
def world(flooded: World) -> Iterator[World]:
    yield flooded
    flooded.heal()


def burst(world: World, policy: str, count: int = COUNT) -> list[dict[str, Any]]:
    jobs = [
        partial(world.ask, policy=policy, title=f"Refund order {n}", payload={"amount": n})
        for n in range(1000, 1000 + count)
    ]
    return at_once(jobs, 8)


def channel(world: World, name: str) -> list[dict[str, Any]]:
    """What everybody sees in a channel."""
    known = world.slack.get("/api/state", params={"user": ANA}).json()
    channel_id = next(one["id"] for one in known["channels"] if one["name"] == name)
    messages: list[dict[str, Any]] = known["messages"][channel_id]
    return [one for one in messages if not one.get("ephemeral_for")]


def shown(world: World, name: str) -> Counter[str]:
    """In how many messages of a channel each request stands."""
    found: Counter[str] = Counter()
    for message in channel(world, name):
        payload = message["metadata"]["event_payload"]
        found.update(payload.get("request_ids") or [payload["request_id"]])
    return found


def all_shown(world: World, name: str, asked: list[dict[str, Any]], within_s: float = 60) -> None:
    wanted = {request["id"] for request in asked}
    eventually(lambda: wanted <= set(shown(world, name)), within_s, f"{len(wanted)} in #{name}")


def posts(world: World, name: str) -> int:
    """The messages that Slack was asked to post into a channel by its name or its id."""
    ids = {one["channel"] for one in channel(world, name)}
    calls = world.slack.get("/api/calls", params={"method": "chat.postMessage"}).json()
    return sum(call["args"]["channel"] in {f"#{name}", *ids} for call in calls)


def test_a_burst_is_a_handful_of_messages_and_holds_up_no_other_channel(world: World):
    asked = burst(world, "burst")
    other = world.ask(policy="urgent", payload={"amount": 1})
    eventually(lambda: shown(world, "urgent")[other["id"]], what="a card in the other channel")
    assert len(shown(world, "burst")) < COUNT, "the burst is still on its way"
    all_shown(world, "burst", asked)
    assert set(shown(world, "burst").values()) == {1}
    assert posts(world, "burst") <= COUNT // MOST + 5, "a few stand alone at its begin and its end"


def test_every_item_is_opened_and_decided_and_the_digest_follows(world: World):
    asked = burst(world, "seen", MOST + 5)
    all_shown(world, "seen", asked)
    first, second, *rest = [one for one in asked if world.digests(one["id"])]
    for request, person, action in ((first, ANA, APPROVE), (second, BEN, REJECT)):
        card = world.card(request["id"], person)
        assert card["channel"].startswith("D")
        assert "USD" in json.dumps(card["blocks"])
        assert world.press(person, card, action)["ok"]
        world.delivered(request["id"])
    for request, words in ((first, "*Approved* by <@U0ANA"), (second, "*Rejected* by <@U0BEN")):

        def said(request: dict[str, Any] = request, words: str = words) -> bool:
            [digest] = world.digests(request["id"])
            return words in json.dumps(digest["blocks"])

        eventually(said, what=f"a digest that says {words}")
    alone = [one for one in asked if not world.digests(one["id"])]
    # At once, so that several workers draw the same digest.
    at_once([partial(pressed, world, ANA, one, APPROVE) for one in [*rest, *alone]], 8)
    for request in asked:
        world.delivered(request["id"])

    def calm() -> bool:
        return not any(buttons(one) for one in channel(world, "seen"))

    eventually(calm, what="a channel without a button")
    digests = [one for one in channel(world, "seen") if shared_by(one)]
    assert all(one["text"].startswith("None of these requests waits") for one in digests)


def test_a_burst_that_nobody_answers_says_so_in_a_few_words(world: World):
    asked = burst(world, "unanswered")
    all_shown(world, "unanswered", asked)
    known = {request["id"] for request in asked}
    digests = [one for one in channel(world, "unanswered") if shared_by(one)]
    lines = [json.dumps(one) for digest in digests for one in digest["blocks"]]
    assert all("Asked: <@U0" in one for one in lines if any(name in one for name in known))
    for field, words, kind in (
        ("remind_ms", "still wait", "reminder"),
        ("escalate_ms", "not decided yet", "escalation"),
    ):
        jobs = [partial(world.its_hour_has_come, request, field) for request in known]
        at_once(jobs, 8)
        for request in known:
            eventually(partial(notices, world, request, kind), 120, f"the {kind} of {request}")
        replies = [one for one in channel(world, "unanswered") if words in one["text"]]
        alone = len(known) - sum(len(shared_by(one)) for one in digests)
        assert len(replies) <= alone + 3 * len(digests), "a few gather while the first is said"


def notices(world: World, request_id: str, kind: str) -> bool:
    """Whether the trail says that a notice of that kind was said."""
    trail = world.web.get(f"/v1/requests/{request_id}/events").json()["events"]
    return any(one["detail"].get("notice") == kind for one in trail)


def test_a_worker_killed_while_digests_are_posted_leaves_each_request_one_place(world: World):
    world.fault(method="chat.postMessage", kind="delay", delay_s=0.3)
    asked: list[dict[str, Any]] = []
    asking = threading.Thread(target=lambda: asked.extend(burst(world, "killed", 100)))
    asking.start()
    for _ in range(4):
        # The post is on its way when the worker dies: nobody hears that it arrived.
        _one_more(world, "killed")
        world.kill("worker")
    asking.join()
    # What a killed worker held comes back when its lease of 60 s ends.
    all_shown(world, "killed", asked, 150)
    doubled = [one for one in channel(world, "killed") if _only_again(world, "killed", one)]
    assert len(doubled) <= 2, "history is searched before anything is posted again"
    for request in asked:
        assert pressed(world, ANA, request, APPROVE)["ok"]
        world.delivered(request["id"], 60)


def _one_more(world: World, name: str) -> None:
    before = posts(world, name)
    eventually(lambda: posts(world, name) > before, 60, "one more message")


def _only_again(world: World, name: str, message: dict[str, Any]) -> bool:
    """Whether all that a message shows stands in another one too."""
    times = shown(world, name)
    payload = message["metadata"]["event_payload"]
    return all(times[one] > 1 for one in payload.get("request_ids") or [payload["request_id"]])
