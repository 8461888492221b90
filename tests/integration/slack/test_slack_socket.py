"""Socket Mode: the same buttons, over a connection that we open to the sandbox Slack."""

from __future__ import annotations

import json
import logging
import time
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from app.domain.request import Status
from app.slack import ids
from app.slack.api import SlackApi
from app.slack.bolt import build_app
from app.slack.listeners.desk import Desk as AppDesk
from app.slack.replies import Replies
from app.slack.socket import SlackSocket, _Handler
from tests import fakes
from tests.builders import opened

from . import everything
from .conftest import ANA, APP_TOKEN, APPROVALS, COMMAND, EVE
from .everything import Office

WITHIN_S = 10


@pytest.fixture
def store(slack, api, directory, endpoint):
    """What presses end up in; over HTTP nobody listens."""
    store, replies = fakes.FakeStore(), Replies()
    people = fakes.people(store, directory)
    app = build_app(AppDesk(*people, fakes.FakeHomes(), api, directory.team, replies, COMMAND))
    connection = SlackSocket(app, APP_TOKEN, fakes.FakeArrivals())
    connection.start()
    yield store
    connection.stop()
    replies.close()


def press(slack, ts: str, action: str, user: str = ANA) -> None:
    where = {"channel": APPROVALS, "ts": ts, "block_id": ids.BUTTONS, "action_id": action}
    answer = slack.ask("click", {"user": user, **where})
    assert answer["ok"], answer


def asked(store, cards):
    transition = opened()
    assert transition.after is not None
    store.commit(transition, f"open {transition.after.id}")
    return transition.after, cards.post("#approvals", transition.after).ts


def status(store, request) -> Status:
    found: Status = store.load(request.id).request.state.status
    return found


def until_connected(slack) -> None:
    """Until Slack uses the connection: before that it finds nobody at the request URL."""
    end = time.monotonic() + WITHIN_S
    while not say_something(slack)["ok"]:
        assert time.monotonic() < end
        time.sleep(0.02)


def say_something(slack):
    """A message in a channel: an event that this app does not take."""
    said = {"user": ANA, "channel": APPROVALS, "text": "Good morning"}
    return slack.ask("say", said)["app"]


def test_a_press_decides_over_the_socket(slack, store, cards):
    until_connected(slack)
    request, ts = asked(store, cards)
    press(slack, ts, ids.APPROVE, EVE)
    assert status(store, request) is Status.PENDING
    press(slack, ts, ids.APPROVE)
    assert status(store, request) is Status.APPROVED


def test_a_form_is_opened_and_sent_over_the_socket(slack, store, cards):
    until_connected(slack)
    request, ts = asked(store, cards)
    press(slack, ts, ids.REVISE)
    [view] = slack.ask(f"state?user={ANA}")["views"]
    state = {ids.COMMENT_BLOCK: {ids.COMMENT: {"type": "plain_text_input", "value": " "}}}
    sent = {"user": ANA, "view_id": view["id"], "state": state}
    assert slack.ask("submit", sent)["errors"]
    state[ids.COMMENT_BLOCK][ids.COMMENT]["value"] = "Split it"
    assert slack.ask("submit", sent)["ok"]
    assert status(store, request) is Status.REVISION_REQUESTED


class Line(SocketModeClient):
    """The connection of Socket Mode, as far as an answer goes over it."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.logger = logging.getLogger("line")

    def send_socket_mode_response(self, response: Any) -> None:
        self.answers.append(response.envelope_id)


def test_an_envelope_that_comes_again_is_acknowledged_and_does_nothing():
    office, line = Office(), Line()
    handler = _Handler(build_app(office.desk()), APP_TOKEN)
    handler.arrivals = office.arrivals
    body, _ = everything.ask(office)
    payload = json.loads(parse_qs(body.decode())["payload"][0])
    envelope = SocketModeRequest(type="interactive", envelope_id="e1", payload=payload)
    handler.handle(line, envelope)
    stood = office.stands()
    [asked] = [row.request.state.questions for row in office.store.rows.values()]
    assert (len(asked), line.answers) == (1, ["e1"])
    handler.handle(line, envelope)
    assert (office.stands(), line.answers) == (stood, ["e1", "e1"])
    office.arrivals.down = True
    handler.handle(line, SocketModeRequest("interactive", "e2", payload))
    assert (office.stands(), line.answers) == (stood, ["e1", "e1"])
    office.close()


def test_what_this_app_does_not_take_is_acknowledged_and_ignored(slack, store):
    until_connected(slack)
    assert say_something(slack)["ok"]


def test_the_slash_command_is_answered_over_the_socket(slack, store):
    until_connected(slack)
    typed = {"user": ANA, "channel": APPROVALS, "command": COMMAND, "text": ""}
    assert slack.ask("command", typed)["ok"]
    told = [one for one in slack.messages(APPROVALS) if one.get("ephemeral_for") == ANA]
    assert told[-1]["text"] == "Waiting for you"


def test_a_connection_that_can_not_be_made_says_so_and_ends_nothing(caplog):
    replies, store = Replies(), fakes.FakeStore()
    api = SlackApi("xoxb-1", "http://127.0.0.1:9/api/", 1)
    app = build_app(
        AppDesk(*fakes.people(store), fakes.FakeHomes(), api, lambda: "T1", replies, COMMAND)
    )
    connection = SlackSocket(app, APP_TOKEN, fakes.FakeArrivals())
    connection.start()
    end = time.monotonic() + WITHIN_S
    while "no connection to Slack" not in caplog.text:
        assert time.monotonic() < end
        time.sleep(0.02)
    connection.stop()
    replies.close()
