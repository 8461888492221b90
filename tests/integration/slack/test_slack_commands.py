"""The slash command in the sandbox Slack: lists, one request, absences, a pause, and typos."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from app.domain.request import Request
from app.slack import ids
from app.slack.bolt import build_app
from app.slack.listeners.desk import Desk as AppDesk
from app.slack.replies import Replies
from policies.plan import Stage
from tests import fakes
from tests.builders import evaluation, opened, plan

from .conftest import ANA, APPROVALS, BEN, CHLOE, COMMAND, DEV, EVE, GUEST, receiving, until
from .test_slack_receiver import TEAM, signed


class Typing:
    """People who type, and what they alone read."""

    def __init__(self, slack: Any, api: Any, directory: Any, endpoint: Any) -> None:
        self.slack, self.store, self.replies = slack, fakes.FakeStore(), Replies()
        people = fakes.people(self.store, directory)
        self.reviewing, self.looking, self.pausing, *_ = people
        app = build_app(
            AppDesk(*people, fakes.FakeHomes(), api, directory.team, self.replies, COMMAND)
        )
        self.receiver = receiving(app)
        endpoint.receiver = self.receiver

    def ask(self, *reviewers: str, expire_s: int = 86_400, **changes: Any) -> Request:
        asked = plan(stages=(Stage(reviewers=reviewers or (ANA,)),), expire_s=expire_s)
        transition = opened(evaluation=evaluation(plan=asked), **changes)
        self.store.commit(transition, "open")
        return transition.request

    def type(self, text: str, user: str = ANA) -> dict[str, Any]:
        """The message that answers what somebody typed."""
        typed = {"user": user, "channel": APPROVALS, "command": COMMAND, "text": text}
        answer = self.slack.ask("command", typed)
        assert answer["ok"], answer
        return self.read(user)

    def read(self, user: str = ANA) -> dict[str, Any]:
        private = [
            one for one in self.slack.messages(APPROVALS, user) if one.get("ephemeral_for") == user
        ]
        found: dict[str, Any] = private[-1]
        return found

    def press(self, message: dict[str, Any], action: str, user: str = ANA) -> None:
        where = {"channel": APPROVALS, "ts": message["ts"], "block_id": "countersign_turns"}
        answer = self.slack.ask("click", {"user": user, **where, "action_id": action})
        assert answer["ok"], answer


@pytest.fixture
def typing(slack, api, directory, endpoint):
    typing = Typing(slack, api, directory, endpoint)
    yield typing
    endpoint.receiver = None
    typing.replies.close()


def said(message: dict[str, Any]) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


def listed(message: dict[str, Any]) -> list[str]:
    """The requests of a list, in its order."""
    rows = [block["accessory"] for block in message["blocks"] if "accessory" in block]
    return [ids.parse(one["value"]).request_id for one in rows]


def test_my_queue_holds_what_waits_for_me_with_the_earliest_due_first(typing):
    late, soon = typing.ask(expire_s=7_200), typing.ask("@finance-approvers", expire_s=3_600)
    typing.ask(BEN)
    assert listed(typing.type("")) == [soon.id, late.id]
    assert typing.read()["text"] == "Waiting for you: 2, earliest due first"


def test_whoever_is_not_asked_sees_nothing(typing):
    request = typing.ask()
    for text in ("", "all", "policy refund"):
        message = typing.type(text, EVE)
        assert listed(message) == []
        assert "Nothing waits" in said(message)
    hidden = typing.type(f"show {request.id}", EVE)
    missing = typing.type("show req_" + "0" * 26, EVE)
    assert hidden["text"] == missing["text"] == "There is no such request. Check the id."


def test_the_requester_sees_what_they_asked_and_it_does_not_wait_for_them(typing):
    request = typing.ask(on_behalf_of="dev@example.com")
    assert listed(typing.type("", DEV)) == []
    assert listed(typing.type("all", DEV)) == [request.id]
    assert listed(typing.type("policy refund", DEV)) == [request.id]
    assert listed(typing.type("policy outbound", DEV)) == []
    assert "Until <!date^" in said(typing.type(f"show {request.id}", DEV))


def test_pages_are_turned_in_place(typing):
    requests = [typing.ask(expire_s=3_600 + n).id for n in range(10)]
    first = typing.type("")
    assert listed(first) == requests[:8]
    typing.press(first, ids.NEXT)
    second = until(lambda: listed(typing.read()) == requests[8:] and typing.read())
    assert second["ts"] == first["ts"]
    typing.press(second, ids.FIRST)
    until(lambda: listed(typing.read()) == requests[:8])


def test_a_typo_gets_the_nearest_command(typing):
    assert "Did you mean `stats`?" in said(typing.type("stts"))
    assert "Nothing was done." in said(typing.type("resume now", CHLOE))
    assert "There is no policy" in said(typing.type("policy refnd"))
    assert f"`{COMMAND} away @somebody until friday`" in said(typing.type("help"))


def test_away_and_back(typing):
    assert "decides in your place" in said(typing.type(f"away <@{CHLOE}|chloe> until friday"))
    [gone] = typing.reviewing.absences.all()
    assert (gone.person, gone.delegate) == (ANA, CHLOE)
    assert gone.days[1].strftime("%A") == "Friday"
    assert "You are not away any more" in said(typing.type("back"))
    assert typing.reviewing.absences.all() == ()
    assert "There is no absence to end." in said(typing.type("back"))
    assert "Nobody stands in for themselves" in said(typing.type(f"away <@{ANA}> until friday"))


def test_only_admins_pause_and_resume(typing):
    assert "Only those who run this deployment" in said(typing.type("pause Because"))
    assert "Only those who run this deployment" in said(typing.type("resume"))
    assert typing.pausing.gate.state().pause is None
    assert "Everything is paused by" in said(typing.type("pause Because", CHLOE))
    assert typing.pausing.gate.state().pause.reason == "Because"
    assert "Everything goes on" in said(typing.type("resume", CHLOE))


def test_numbers_are_told_and_those_of_the_day_to_admins_alone(typing):
    typing.ask()
    assert "Waiting where you may decide: *1*" in said(typing.type("stats"))
    assert "24 hours" not in said(typing.read())
    assert "In the last 24 hours" in said(typing.type("stats", CHLOE))


def test_a_guest_is_refused(typing):
    typing.ask(GUEST)
    assert "Guests of this workspace can't look at requests." in said(typing.type("", GUEST))


def test_slack_that_does_not_say_who_it_is_gets_no_list(slack, typing):
    typing.ask()
    slack.fault("users.info", "http_500", times=1)
    assert "could not confirm who you are" in said(typing.type(""))


# What no page of Slack would send, signed all the same.


def sent(typing: Typing, body: bytes) -> tuple[int, Any]:
    answer = typing.receiver.handle(signed(body, str(int(time.time()))), body)
    return answer.status, json.loads(answer.body) if answer.body else None


def test_people_of_another_workspace_are_refused(typing):
    form = {"command": COMMAND, "text": "", "user_id": ANA, "team_id": "T0ELSEWHERE"}
    status, answer = sent(typing, urlencode(form).encode())
    assert (status, answer["response_type"]) == (200, "ephemeral")
    assert answer["text"] == "You belong to another workspace."


def test_a_command_by_another_name_is_told_what_ours_is(typing):
    form = {"command": "/approve", "text": "", "user_id": ANA, "team_id": TEAM}
    status, answer = sent(typing, urlencode(form).encode())
    assert (status, answer["response_type"]) == (200, "ephemeral")
    assert answer["text"] == "/approve is not what this app listens to. Type `/approvals`."


@pytest.mark.parametrize(
    "form",
    [
        {"command": COMMAND, "text": "all"},
        {"command": COMMAND, "user_id": "tulip", "team_id": TEAM},
        {"command": COMMAND, "user_id": ["U0ANA00001", "U0BEN00001"], "team_id": TEAM},
        {"text": "all", "user_id": ANA, "team_id": TEAM},
    ],
)
def test_a_command_that_lacks_what_slack_sends_is_refused(typing, form):
    status, _ = sent(typing, urlencode(form, doseq=True).encode())
    assert status == 400
