"""Digests in the sandbox Slack: posted, drawn again, found, and opened."""

from __future__ import annotations

import pytest

from app.changes import change
from app.domain.commands import CardDrawn
from app.domain.request import Request
from app.ports import Found, SlackAgain
from app.slack import ids
from tests.builders import after, approval, evaluation, opened, pending

from .conftest import ANA, APPROVALS, BEN, EVE
from .test_slack_gateway import now_ms
from .test_slack_reminders import notice, replies


def burst(count: int = 4, **changes: object) -> list[Request]:
    return [pending(title=f"Refund order {1000 + n}", **changes) for n in range(count)]


def message(slack, place):
    [found] = [one for one in slack.messages(place.channel) if one["ts"] == place.ts]
    return found


def test_a_digest_is_posted_with_ids_alone_as_metadata(slack, cards):
    requests = burst(payload={"secret": "tulip"})
    posted = message(slack, cards.post_digest("#approvals", requests))
    assert posted["text"].startswith("4 requests wait for a decision: ")
    assert posted["metadata"] == {
        "event_type": "countersign_digest",
        "event_payload": {"request_ids": [request.id for request in requests]},
    }


def test_a_digest_drawn_again_keeps_its_place_and_its_metadata(slack, cards):
    requests = burst()
    place = cards.post_digest("#approvals", requests)
    decided = [after(one, approval(one)) for one in requests]
    cards.redraw_digest(place, decided[:3], 1)
    drawn = message(slack, place)
    assert drawn["text"].startswith("None of these requests waits any more")
    assert "No longer kept: 1 more." in str(drawn["blocks"])
    assert "countersign_open" not in str(drawn["blocks"])
    assert len(drawn["metadata"]["event_payload"]["request_ids"]) == 4


def test_one_look_finds_the_cards_and_the_digests_of_several(slack, cards):
    channel = slack.fresh_channel("find-digests")
    alone, never, *shared = burst(5, opened_ms=now_ms(slack))
    card, digest = cards.post(channel, alone), cards.post_digest(channel, shared)
    cards.say(notice("reminder", card), never, [])
    items = tuple(request.id for request in shared)
    assert cards.find(channel, [alone, never, *shared[:2]]) == {
        alone.id: [Found(card)],
        shared[0].id: [Found(digest, items)],
        shared[1].id: [Found(digest, items)],
    }
    assert len(slack.calls("conversations.history")) == 1


def test_one_word_in_its_thread_speaks_for_several_and_no_other_comes_soon(slack, cards, pace):
    requests = burst(3, evaluation=evaluation())
    place = cards.post_digest("#approvals", requests)
    pace.taken.clear()
    cards.say_together(notice("escalation", place), requests, ["U0ANA00001", "U0BEN00001"])
    [reply] = replies(slack, place)
    assert reply["subtype"] == "thread_broadcast"
    assert reply["text"].startswith(
        "<@U0ANA00001> <@U0BEN00001> 3 of these are not decided yet, so more people are asked: "
        "“Refund order 1000”, “Refund order 1001”, “Refund order 1002”. The first expires <!date^"
    )
    with pytest.raises(SlackAgain) as again:
        cards.say_together(notice("escalation", place), requests, [])
    assert again.value.wait_s == 30
    assert len(replies(slack, place)) == 1
    cards.say_together(notice("reminder", place), requests[:1], [])
    assert replies(slack, place)[1]["text"].startswith("This still waits for a decision: ")


def test_a_channel_keeps_one_pace_by_its_name_and_by_its_id(cards, pace):
    cards.turn("#approvals")
    place = cards.post("#approvals", pending())
    assert pace.taken == {"slack:#approvals": 1_000, f"slack:{APPROVALS}": 1_000}
    pace.waits_ms[f"slack:{APPROVALS}"] = 400
    with pytest.raises(SlackAgain, match="paced"):
        cards.turn("#approvals")
    with pytest.raises(SlackAgain, match="paced"):
        cards.say(notice("reminder", place), pending(), [])


@pytest.fixture
def digest(desk) -> tuple[list[Request], str]:
    """Four requests that share a message, and its ts."""
    requests = [opened(title=f"Refund order {1000 + n}") for n in range(4)]
    for transition in requests:
        desk.store.commit(transition, f"open {transition.request.id}")
    open_ones = [transition.request for transition in requests]
    place = desk.cards.post_digest("#approvals", open_ones)
    items = tuple(request.id for request in open_ones)
    for request in open_ones:
        drawn = CardDrawn(target="#approvals", place=place, face=1, items=items)
        change(desk.store, request.id, drawn)
    desk.began = place.ts
    return open_ones, place.ts


def press_open(desk, ts: str, request: Request, user: str = ANA):
    where = {"channel": APPROVALS, "ts": ts, "block_id": request.id, "action_id": ids.OPEN}
    return desk.slack.ask("click", {"user": user, **where})


def shown_to(desk, request: Request) -> tuple[str, ...]:
    return desk.store.load(request.id).request.state.cards.shown_to


def test_open_sends_the_card_to_the_one_who_pressed(desk, digest):
    requests, ts = digest
    assert press_open(desk, ts, requests[2])["ok"]
    said = "Its card is in your direct messages: “Refund order 1002”."
    assert desk.told(ANA, said) == said
    assert [shown_to(desk, one) for one in requests] == [(), (), (ANA,), ()]


def test_open_pressed_again_says_where_it_is(desk, digest):
    requests, ts = digest
    for _ in range(2):
        assert press_open(desk, ts, requests[0])["ok"]
    assert shown_to(desk, requests[0]) == (ANA,)


def test_who_may_not_decide_may_look(desk, digest):
    requests, ts = digest
    press_open(desk, ts, requests[0], EVE)
    desk.told(EVE, "Its card is in your direct messages")
    assert shown_to(desk, requests[0]) == (EVE,)


def test_open_of_a_decided_request_says_who_decided(desk, digest):
    requests, ts = digest
    request = requests[0]
    change(desk.store, request.id, approval(request, seen=None))
    assert press_open(desk, ts, request, BEN)["ok"]
    desk.told(BEN, "Ana already approved this.")
    assert shown_to(desk, request) == ()
