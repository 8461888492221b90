"""A Slack that answers badly: one card each, and every request stays within reach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.conftest import PEOPLE, Start
from tests.world import ANA, APPROVE, REJECT, World, buttons, eventually, pressed

pytestmark = pytest.mark.timeout(300)


def test_a_reply_that_is_lost_after_posting_leaves_one_card(start: Start):
    with start() as world:
        world.fault(method="chat.postMessage", kind="drop_reply", times=1)
        request = world.ask(policy="lane0", payload={"n": 1})
        _posted(world, request)
        assert len(world.cards(request["id"])) == 1
        world.decide(request["id"], APPROVE, ANA)
        world.delivered(request["id"])
        assert buttons(world.redrawn(request["id"], "pproved")) == []


@pytest.mark.parametrize("kind", ["ratelimited", "ratelimited_200", "http_500"])
def test_what_slack_turns_away_comes_once_and_late(start: Start, kind: str):
    with start() as world:
        world.fault(method="chat.postMessage", kind=kind, retry_after="1.5", times=2)
        request = world.ask(policy="lane0", payload={"n": 1})
        other = world.ask(policy="lane1", payload={"n": 2})
        for one in (request, other):
            _posted(world, one)
            assert len(world.cards(one["id"])) == 1


def test_a_channel_that_is_archived_in_the_middle_sends_the_request_on_by_dm(start: Start):
    with start() as world:
        channels = world.slack.get("/api/state", params={"user": ANA}).json()["channels"]
        lane = next(one["id"] for one in channels if one["name"] == "lane3")
        world.slack.post(f"/api/channels/{lane}", json={"is_archived": True}).raise_for_status()
        request = world.ask(policy="lane3", payload={"n": 3})
        card = world.card(request["id"], ANA)
        assert card["channel"].startswith("D")
        _posted(world, request, len(PEOPLE))
        assert world.press(ANA, card, REJECT)["ok"]
        assert world.delivered(request["id"])["type"] == "request.rejected"
        assert "is_archived" in world.get(request["id"])["slack"]["problem"]
        for person in PEOPLE:
            assert buttons(world.redrawn(request["id"], "ejected", person)) == []


def test_a_revoked_token_is_seen_and_mended(start: Start):
    with start() as world:
        world.fault(method="chat.postMessage", kind="error", error="token_revoked", times=None)
        request = world.ask(policy="lane0", payload={"n": 1})

        def seen() -> bool:
            return "token_revoked" in (world.get(request["id"])["slack"]["problem"] or "")

        eventually(seen, what="the problem being shown")
        assert pressed(world, ANA, request, APPROVE)["ok"], "a decision needs no card"
        world.delivered(request["id"])
        second = world.ask(policy="lane0", payload={"n": 2})
        world.heal()
        world.card(second["id"])


def _posted(world: World, request: dict[str, Any], count: int = 1) -> None:
    """Wait until so many cards of it are on record."""
    eventually(lambda: world.get(request["id"])["slack"]["posted"] == count, what="the record")
