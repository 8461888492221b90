"""The Home tab's way in: it is opened and pressed on, and whoever draws it is told, no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.errors import StoreUnavailable
from app.domain.request import Status
from app.slack import home_ids, ids
from tests.integration.slack.test_slack_receiver import TEAM, Door

ANA = "U0ANA00001"


class HomeDoor(Door):
    """The same, for what comes from a Home: no card, and no address to answer to."""

    def tell(self, **event: Any) -> tuple[int, Any]:
        """An event, as Slack sends it."""
        envelope = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0SANDBOX1",
            "event": event,
            "event_id": "Ev0",
            "event_time": 1,
            "authorizations": [{"team_id": TEAM, "user_id": "U0CSBOT001", "is_bot": True}],
        }
        return self.post(json.dumps(envelope).encode(), {"Content-Type": "application/json"})

    def at_home(self, action_id: str, value: str, **changes: Any) -> tuple[int, Any]:
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
        container = {"type": "view", "view_id": "V0HOME0001"}
        return self.send(self.press(actions=[action], container=container, **changes))

    def approve(self, **changes: Any) -> tuple[int, Any]:
        shown = ids.Shown(self.request.id, self.request.digest)
        return self.at_home(ids.APPROVE, shown.as_value(), **changes)

    def told(self, user: str = ANA) -> str:
        return self.homes.notes[user].text


@pytest.fixture
def door():
    door = HomeDoor()
    yield door
    door.replies.close()


def test_who_opens_their_home_is_due_for_a_drawing(door):
    answer = door.tell(type="app_home_opened", user=ANA, tab="home", channel="D1", event_ts="1.1")
    assert answer == (200, None)
    assert door.homes.due == [ANA]


def test_the_messages_tab_is_no_home(door):
    assert door.tell(type="app_home_opened", user=ANA, tab="messages") == (200, None)
    assert door.homes.due == []


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "text": "hello", "channel": "C1", "user": ANA},
        {"type": "message", "subtype": "bot_message", "bot_id": "B1", "text": "hello"},
        {"type": "user_change", "user": {"id": ANA}},
        {"type": "app_home_opened", "user": {"id": ANA}},
        {"type": "app_home_opened", "user": "not an id"},
        {"type": "app_uninstalled"},
    ],
)
def test_any_other_event_is_acknowledged_and_no_more(door, event):
    assert door.tell(**event) == (200, None)
    assert door.homes.due == []


def test_an_event_that_could_not_be_written_down_comes_again(door, monkeypatch):
    def fails(person: str) -> None:
        raise StoreUnavailable("Redis is away.")

    monkeypatch.setattr(door.homes, "opened", fails)
    assert door.tell(type="app_home_opened", user=ANA, tab="home")[0] == 503


@pytest.mark.parametrize("where", ["first", "previous", "next"])
def test_a_button_turns_to_the_page_that_it_carries(door, where):
    value = home_ids.page_value("decided", ["1:req_a", "2:req_b"])
    assert door.at_home(home_ids.turn(where), value) == (200, None)
    assert door.homes.pages[ANA] == {"decided": ("1:req_a", "2:req_b")}
    assert door.homes.due == [ANA]


@pytest.mark.parametrize(
    "value", ["", "[]", "{}", "[1]", '["waiting", 1]', '["other"]', "nul", "[" * 99_999]
)
def test_a_page_that_nobody_can_read_is_said_to_be_none(door, value):
    assert door.at_home(home_ids.turn("next"), value) == (200, None)
    assert door.homes.pages == {}
    assert "can't be read any more" in door.told()


def test_a_long_way_through_the_pages_forgets_where_it_began():
    trail = [f"1790000000000:req_{number:026}" for number in range(100)]
    value = home_ids.page_value("waiting", trail)
    assert len(value) <= 2_000
    part, kept = home_ids.parse_page(value)
    assert part == "waiting"
    assert list(kept) == trail[-len(kept) :]


def test_an_answer_on_a_home_decides_and_says_so_there(door):
    assert door.approve() == (200, None)
    assert door.status is Status.APPROVED
    assert door.told().startswith("You approved “Refund 120 USD to Acme”")
    assert door.homes.due == [ANA]


def test_a_refusal_reaches_the_person_on_their_home(door):
    assert door.approve() == (200, None)
    assert door.approve(user={"id": "U0BEN00001", "team_id": TEAM}) == (200, None)
    assert "Nothing was decided by this." in door.told("U0BEN00001")
    assert door.status is Status.APPROVED


def test_what_is_pressed_on_a_card_says_nothing_on_a_home(door):
    press = door.press(response_url="http://127.0.0.1:9/nobody")
    assert door.send(press) == (200, None)
    assert door.homes.notes == {}


def test_a_refusal_that_can_not_be_said_is_acknowledged_all_the_same(door, monkeypatch):
    def fails(person: str, text: str) -> None:
        raise StoreUnavailable("Redis is away.")

    monkeypatch.setattr(door.homes, "say", fails)
    door.store.down = True
    assert door.approve() == (200, None)


def test_who_is_not_away_is_told_so_on_their_home(door):
    assert door.at_home(home_ids.BACK, "") == (200, None)
    assert "There is no absence to end." in door.told()
