"""A Slack that answers badly: one card each, and every request stays within reach."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.store.connection import connect
from tests.faults.lanes import PEOPLE, lanes
from tests.faults.rows.slack import calls_of, early
from tests.world import (
    ANA,
    APPROVALS,
    APPROVE,
    BEN,
    REJECT,
    World,
    buttons,
    eventually,
    pressed,
    running_with,
)

ADMINS = "C0ADMIN001"
ASKED = """\
policy: asked
review:
  channel: "#approvals"
  reviewers: [U0ANA00001, U0BEN00001]
  sla: {remind: [1h]}
"""

pytestmark = pytest.mark.timeout(300)


def test_a_reply_that_is_lost_after_posting_leaves_one_card():
    with lanes() as world:
        world.fault(method="chat.postMessage", kind="drop_reply", times=1)
        request = world.ask(policy="lane0", payload={"n": 1})
        _posted(world, request)
        assert len(world.cards(request["id"])) == 1
        world.decide(request["id"], APPROVE, ANA)
        world.delivered(request["id"])
        assert buttons(world.redrawn(request["id"], "Approved")) == []


@pytest.mark.parametrize("kind", ["ratelimited", "ratelimited_200", "http_500"])
def test_what_slack_turns_away_comes_once_and_late(kind: str):
    with lanes() as world:
        world.fault(method="chat.postMessage", kind=kind, retry_after="1.5", times=2)
        request = world.ask(policy="lane0", payload={"n": 1})
        other = world.ask(policy="lane1", payload={"n": 2})
        for one in (request, other):
            _posted(world, one)
            assert len(world.cards(one["id"])) == 1


def test_a_channel_that_is_archived_in_the_middle_sends_the_request_on_by_dm():
    with lanes() as world:
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


def test_while_slack_turns_everything_away_nothing_is_lost_and_no_call_isearly():
    with lanes() as world:
        changing = world.ask(policy="lane0", payload={"n": 0})
        _posted(world, changing)
        world.fault(method="*", kind="ratelimited", retry_after="1.5", times=None)
        asked = [world.ask(policy=f"lane{n}", payload={"n": n}) for n in range(1, 5)]
        world.web.post(f"/v1/requests/{changing['id']}/cancel").raise_for_status()
        eventually(lambda: len(_refused(world)) >= 15, what="Slack being asked again and again")
        world.heal()
        for request in asked:
            _posted(world, request)
            assert len(world.cards(request["id"])) == 1
        assert buttons(world.redrawn(changing["id"], "Withdrawn")) == []
        assert list(early(calls_of(world), 1500)) == []


@pytest.mark.parametrize(("kind", "wait_ms"), [("ratelimited", 1500), ("ratelimited_200", 5000)])
def test_while_one_channel_is_limited_the_others_go_on(kind: str, wait_ms: int):
    with lanes() as world:
        limited = {"method": "chat.postMessage", "channel": "lane0", "retry_after": "1.5"}
        world.fault(kind=kind, times=None, **limited)
        held = [world.ask(policy="lane0", payload={"n": n}) for n in range(3)]
        eventually(lambda: len(_refused(world)) >= 2, what="the channel being tried again")
        for n in range(1, 4):
            _posted(world, world.ask(policy=f"lane{n}", payload={"n": n}))
        assert not any(world.cards(request["id"]) for request in held)
        world.heal()
        for request in held:
            _posted(world, request)
        assert list(early(calls_of(world), wait_ms)) == []


@pytest.mark.parametrize("change", [{"is_archived": True}, {"bot_in": False}])
def test_a_channel_that_goes_while_requests_wait_sends_them_on_and_is_said_once(
    change: dict[str, bool],
):
    with running_with({"asked": ASKED}) as world:
        requests = [world.ask(policy="asked", payload={"n": n}) for n in range(3)]
        for request in requests:
            _posted(world, request)
        world.slack.post(f"/api/channels/{APPROVALS}", json=change).raise_for_status()
        for request in requests:
            world.its_hour_has_come(request["id"], "remind_ms")
        for request in requests:
            eventually(partial(_own_card, world, request, ANA), what="Ana being asked")
        _audited(world)
        [told] = eventually(lambda: _heard(world, "#approvals"), what="the admins being told")
        assert "go on by direct message" in told
        assert _number(world, "countersign_channel_lost_requests") == 3
        for request in requests:
            card = eventually(partial(_own_card, world, request, BEN), what="Ben being asked")
            assert world.press(BEN, card, APPROVE)["ok"]
            assert world.delivered(request["id"])["type"] == "request.approved"
        for _ in range(3):
            _audited(world)
        assert len(_heard(world, "#approvals")) == 1
        gone = ("is_archived", "is_inactive", "not_in_channel", "channel_not_found")
        tried = [one for one in calls_of(world) if one["error"] in gone]
        assert len(tried) == len(requests), "each found out once, and nothing loops"


@pytest.mark.parametrize("code", ["token_revoked", "invalid_auth", "account_inactive"])
def test_a_token_that_slack_refuses_loses_no_card_and_is_said(code: str):
    with lanes() as world:
        shown = world.ask(policy="lane0", payload={"n": 0})
        _posted(world, shown)
        world.fault(method="*", kind="error", error=code, times=None)
        world.web.post(f"/v1/requests/{shown['id']}/cancel").raise_for_status()
        asked = [world.ask(policy=f"lane{n}", payload={"n": n}) for n in (1, 2)]
        waiting = partial(_number, world, "countersign_slack_refused_requests", code)
        eventually(lambda: waiting() == 3, what="each being counted as refused")
        for request in asked:
            assert code in world.get(request["id"])["slack"]["problem"]
        _audited(world)
        assert _number(world, "countersign_alarms_waiting") >= 1
        assert f"since it refuses us ({code})" in _log_of(world, "clock")
        world.heal()
        for request in asked:
            _posted(world, request)
            assert len(world.cards(request["id"])) == 1
        assert buttons(world.redrawn(shown["id"], "Withdrawn")) == []
        eventually(lambda: waiting() == 0, what="nothing being refused any more")
        eventually(lambda: _heard(world, code), what="the admins being told")


def test_a_decision_needs_no_card_while_no_card_can_be_posted():
    with lanes() as world:
        world.fault(method="chat.postMessage", kind="error", error="missing_scope", times=None)
        request = world.ask(policy="lane0", payload={"n": 1})

        def seen() -> bool:
            return "missing_scope" in (world.get(request["id"])["slack"]["problem"] or "")

        eventually(seen, what="the problem being shown")
        assert pressed(world, ANA, request, APPROVE)["ok"]
        world.delivered(request["id"])
        eventually(
            lambda: _number(world, "countersign_slack_refused_requests", "missing_scope") == 0,
            what="nothing being left to show of it",
        )


def _posted(world: World, request: dict[str, Any], count: int = 1) -> None:
    """Wait until so many cards of it are on record."""
    eventually(lambda: world.get(request["id"])["slack"]["posted"] == count, what="the record")


def _own_card(world: World, request: dict[str, Any], person: str) -> dict[str, Any] | None:
    """The card that somebody has in their direct conversation."""
    cards = world.cards(request["id"], person)
    return next((one for one in cards if one["channel"].startswith("D")), None)


def _refused(world: World) -> list[dict[str, Any]]:
    return [call for call in calls_of(world) if call["error"] == "ratelimited"]


def _audited(world: World) -> None:
    """Has the clock audit now, and waits until it has."""
    store = connect(world.stack.server.url)
    before = store.hget("cs:audit", "ended")

    def ended() -> bool:
        store.delete("cs:audit:turn")  # else it is somebody's turn in 15 s
        return store.hget("cs:audit", "ended") != before

    eventually(ended, what="an audit")
    store.close()


def _heard(world: World, words: str) -> list[str]:
    """What the admins were told of this."""
    messages = (json.dumps(one["blocks"]) for one in world.messages(ANA).get(ADMINS, []))
    return [message for message in messages if words in message]


def _number(world: World, name: str, *labels: str) -> float:
    """One number of /metrics."""
    answer = world.web.get("/metrics")
    answer.raise_for_status()
    families = text_string_to_metric_families(answer.text)
    samples = [sample for family in families for sample in family.samples]
    wanted = (name, list(labels))
    return next(one.value for one in samples if (one.name, list(one.labels.values())) == wanted)


def _log_of(world: World, process: str) -> str:
    return (world.stack.folder / "logs" / f"{process}.log").read_text()
