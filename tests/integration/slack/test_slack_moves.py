"""The menu of a card in the sandbox Slack: claim, release, hand over, ask and answer, be away."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as of_day
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from app.domain.request import Request, Status
from app.domain.slack_steps import SayNotice
from app.reviewing import Reviewing
from app.slack import ids
from app.slack.bolt import build_app
from app.slack.listeners.desk import Desk as AppDesk
from app.slack.receiver import SlackReceiver
from app.slack.replies import Replies
from tests import fakes

from .conftest import ANA, APPROVALS, BEN, CHLOE, COMMAND, DEV, EVE, GUEST, Desk, receiving
from .test_slack_receiver import TEAM, signed

REQUESTER = {"on_behalf_of": "dev@example.com"}


class Moves(Desk):
    """The same desk, with its menu and the forms that it opens."""

    reviewing: Reviewing
    receiver: SlackReceiver

    def choose(self, request: Request, ts: str, move: str, user: str = ANA) -> Any:
        shown = ids.Shown(request.id, request.body.digest)
        value = ids.move_value(ids.Move(move), shown)
        return self.pick(ts, value, user)

    def pick(self, ts: str, value: str, user: str = ANA) -> Any:
        """Choose in the menu as the page does."""
        where = {"channel": APPROVALS, "ts": ts, "block_id": ids.BUTTONS, "action_id": ids.MENU}
        return self.slack.ask("click", {"user": user, **where, "selected_option": value})

    def fill(self, user: str = ANA, **state: Any) -> Any:
        """Send the form that is open: a person, and days."""
        typed: dict[str, Any] = {}
        if "person" in state:
            chosen = {"type": "users_select", "selected_user": state["person"]}
            typed[ids.PERSON_BLOCK] = {ids.PERSON: chosen}
        for block, name in ((ids.FROM_BLOCK, "first"), (ids.UNTIL_BLOCK, "last")):
            if name in state:
                day = {"type": "datepicker", "selected_date": state[name]}
                typed[block] = {ids.DAY: day}
        view_id = self.form(user)["id"]
        return self.slack.ask("submit", {"user": user, "view_id": view_id, "state": typed})

    def state(self, request: Request) -> Any:
        return self.store.load(request.id).request.state


@pytest.fixture
def desk(slack, api, directory, cards, endpoint) -> Iterator[Moves]:
    store, replies = fakes.FakeStore(), Replies()
    people = fakes.people(store, directory)
    app = build_app(AppDesk(*people, fakes.FakeHomes(), api, directory.team, replies, COMMAND))
    endpoint.receiver = receiving(app)
    desk = Moves(slack, cards, store)
    desk.reviewing, desk.receiver = people[0], endpoint.receiver
    yield desk
    for user in (ANA, BEN, DEV, EVE):
        desk.close(user)
    endpoint.receiver = None
    replies.close()


def day(days: int, desk: Moves) -> str:
    """A day so many days from the store's today."""
    today = datetime.fromtimestamp(desk.store.clock / 1000, UTC).date()
    return (today + timedelta(days=days)).isoformat()


def test_a_claim_and_its_release_are_told_to_whoever_made_them(desk):
    request, ts = desk.ask()
    assert desk.choose(request, ts, "claim")["ok"]
    assert desk.state(request).claim.by.id == ANA
    assert desk.told(ANA, "You are on “Refund").endswith("Others may still decide it.")
    [copy] = desk.state(request).cards.copies
    desk.cards.redraw(copy.place, desk.store.load(request.id).request)
    assert desk.choose(request, ts, "release")["ok"]
    assert desk.state(request).claim is None
    desk.told(ANA, "You are no longer on “Refund")


def test_who_comes_second_reads_who_is_on_it(desk):
    request, ts = desk.ask()
    desk.choose(request, ts, "claim", BEN)
    desk.choose(request, ts, "claim", ANA)
    desk.told(ANA, "Ben is on it already.")
    assert desk.state(request).claim.by.id == BEN


@pytest.mark.parametrize(
    ("user", "words"), [(EVE, "You are not among the people"), (GUEST, "Guests of this workspace")]
)
def test_strangers_move_nothing(desk, user, words):
    request, ts = desk.ask()
    assert desk.choose(request, ts, "claim", user)["ok"]
    desk.told(user, words)
    assert desk.state(request).claim is None


def test_it_is_handed_to_whoever_is_chosen_in_the_form(desk):
    request, ts = desk.ask()
    desk.choose(request, ts, "hand_over")
    assert desk.form()["callback_id"] == ids.HAND_OVER_FORM
    assert desk.fill(person=BEN)["ok"]
    assert desk.state(request).assigned == (BEN,)
    desk.told(ANA, f"<@{BEN}> is asked now for “Refund")
    assert desk.form() is None


@pytest.mark.parametrize(
    ("to", "words"),
    [(EVE, "may not decide this"), (ANA, "That is you."), (GUEST, "may not decide")],
)
def test_whoever_may_not_decide_it_is_refused_beside_the_person(desk, to, words):
    request, ts = desk.ask()
    desk.choose(request, ts, "hand_over")
    answer = desk.fill(person=to)
    assert answer["ok"] is False
    assert words in answer["errors"][ids.PERSON_BLOCK]
    assert desk.state(request).assigned == ()


def test_a_stranger_who_sends_the_form_is_refused_in_it(desk):
    request, ts = desk.ask()
    desk.choose(request, ts, "hand_over", EVE)
    answer = desk.fill(EVE, person=BEN)
    assert "You are not among the people" in answer["errors"][ids.PERSON_BLOCK]
    assert desk.state(request).assigned == ()


def test_a_question_is_asked_in_a_form_brought_and_answered_where_it_was_brought(desk):
    request, ts = desk.ask(**REQUESTER)
    desk.choose(request, ts, "ask")
    assert desk.send(" Why so much? ")["ok"]
    [question] = desk.state(request).questions
    assert (question.asked.by.id, question.asked.text) == (ANA, "Why so much?")
    desk.told(ANA, "is on its way to the requester")
    desk.cards.bring_question("dev@example.com", 1, desk.store.load(request.id).request)
    conversations = desk.slack.ask(f"state?user={DEV}")["messages"]
    im = next(one for one in conversations if one.startswith("D"))
    brought = desk.slack.messages(im, DEV)[-1]
    where = {"channel": im, "ts": brought["ts"], "block_id": ids.BUTTONS}
    desk.slack.ask("click", {"user": DEV, **where, "action_id": ids.answer_to(1)})
    assert desk.send("It came late.", DEV)["ok"]
    [answered] = desk.state(request).questions
    assert (answered.answer.by.id, answered.answer.text) == (DEV, "It came late.")
    assert desk.status(request) is Status.PENDING


def test_only_the_requester_answers_in_the_form(desk):
    request, ts = desk.ask(**REQUESTER)
    desk.choose(request, ts, "ask")
    desk.send("Why?")
    asked = desk.store.load(request.id).request
    place = desk.state(request).cards.copies[0].place
    said = SayNotice(kind="question", at_ms=0, place=place, number=1)
    desk.cards.say(said, asked, [DEV])
    thread = [one for one in desk.slack.messages(APPROVALS) if one.get("thread_ts") == ts]
    [reply] = [one for one in thread if one["ts"] != ts]
    where = {"channel": APPROVALS, "ts": reply["ts"], "block_id": ids.BUTTONS}
    desk.slack.ask("click", {"user": BEN, **where, "action_id": ids.answer_to(1)})
    answer = desk.send("I would say so", BEN)
    assert "Only whoever asked for this can answer" in answer["errors"][ids.COMMENT_BLOCK]
    assert desk.state(request).questions[0].answer is None


def test_a_blank_question_is_refused_in_the_form(desk):
    request, ts = desk.ask(**REQUESTER)
    desk.choose(request, ts, "ask")
    assert "Write a question" in desk.send("  ")["errors"][ids.COMMENT_BLOCK]
    assert desk.state(request).questions == ()


def test_no_form_opens_for_what_is_decided(desk):
    request, ts = desk.ask(**REQUESTER)
    desk.press(ts, ids.APPROVE, BEN)
    for move in ("hand_over", "ask", "away"):
        desk.choose(request, ts, move)
        desk.told(ANA, "Ben already approved this.")
        assert desk.form() is None


def test_away_with_a_delegate_until_the_end_of_the_last_day_where_one_lives(desk):
    request, ts = desk.ask()
    desk.choose(request, ts, "away")
    assert desk.fill(person=CHLOE, last=day(3, desk))["ok"]
    [gone] = desk.reviewing.absences.all()
    assert (gone.person, gone.delegate, gone.from_ms) == (ANA, CHLOE, desk.store.clock)
    zone = ZoneInfo(desk.reviewing.person(ANA).zone)
    ends = datetime.fromtimestamp(gone.until_ms / 1000, zone)
    assert (ends.date().isoformat(), ends.time()) == (day(4, desk), of_day())
    desk.told(ANA, f"<@{CHLOE}> decides in your place from")


def test_away_from_a_day_to_come(desk):
    request, ts = desk.ask()
    desk.choose(request, ts, "away")
    assert desk.fill(person=CHLOE, first=day(2, desk), last=day(3, desk))["ok"]
    [gone] = desk.reviewing.absences.all()
    assert gone.until_ms - gone.from_ms == 2 * 86_400_000


@pytest.mark.parametrize(
    ("state", "block", "words"),
    [
        ({"person": ANA, "last": 3}, ids.PERSON_BLOCK, "Nobody stands in for themselves"),
        ({"person": GUEST, "last": 3}, ids.PERSON_BLOCK, "can't stand in for anybody: guest"),
        ({"person": CHLOE, "last": -3}, ids.UNTIL_BLOCK, "has ended"),
        ({"person": CHLOE, "first": 5, "last": 3}, ids.UNTIL_BLOCK, "ends before it begins"),
        ({"person": CHLOE, "last": 400}, ids.UNTIL_BLOCK, "more than a year"),
    ],
)
def test_an_absence_that_can_not_be_is_refused_beside_what_is_wrong(desk, state, block, words):
    request, ts = desk.ask()
    desk.choose(request, ts, "away")
    days = {name: day(at, desk) for name, at in state.items() if name != "person"}
    answer = desk.fill(person=state["person"], **days)
    assert answer["ok"] is False
    assert words in answer["errors"][block]
    assert desk.reviewing.absences.all() == ()


# What no page of Slack would send, signed all the same.


def sent(desk: Moves, payload: dict[str, Any]) -> tuple[int, Any]:
    body = urlencode({"payload": json.dumps(payload)}).encode()
    answer = desk.receiver.handle(signed(body, str(int(time.time()))), body)
    return answer.status, json.loads(answer.body) if answer.body else None


def away_form(desk: Moves, request: Request, **days: str) -> dict[str, Any]:
    opened = ids.Form(ids.MENU, ids.Shown(request.id, request.body.digest))
    values: dict[str, Any] = {ids.PERSON_BLOCK: {ids.PERSON: {"selected_user": CHLOE}}}
    for block, text in days.items():
        values[block] = {ids.DAY: {"selected_date": text}}
    view = {
        "type": "modal",
        "callback_id": ids.AWAY_FORM,
        "private_metadata": opened.as_value(),
        "state": {"values": values},
    }
    return {"type": "view_submission", "user": {"id": ANA, "team_id": TEAM}, "view": view}


@pytest.mark.parametrize(
    "text", ["2026-02-31", "2026-13-01", "0000-00-00", "0001-01-01", "9999-12-31"]
)
@pytest.mark.parametrize("block", [ids.FROM_BLOCK, ids.UNTIL_BLOCK])
def test_a_day_that_no_calendar_has_is_refused_in_the_form(desk, text, block):
    request, _ = desk.ask()
    days = {ids.UNTIL_BLOCK: day(3, desk), block: text}
    status, answer = sent(desk, away_form(desk, request, **days))
    assert status == 200
    assert answer["errors"] == {ids.UNTIL_BLOCK: f"There is no day {text}. Choose another one."}
    assert desk.reviewing.absences.all() == ()


def test_a_form_without_what_it_asks_for_says_what_is_missing(desk):
    request, _ = desk.ask()
    form = away_form(desk, request)
    assert sent(desk, form)[1]["errors"] == {ids.UNTIL_BLOCK: "Choose until when."}
    form["view"]["state"]["values"] = {}
    assert sent(desk, form)[1]["errors"] == {ids.PERSON_BLOCK: "Choose who decides in your place."}
    form["view"]["callback_id"] = ids.HAND_OVER_FORM
    assert sent(desk, form)[1]["errors"] == {ids.PERSON_BLOCK: "Choose somebody."}


def test_a_form_that_forgot_where_it_came_from_does_nothing(desk):
    request, _ = desk.ask()
    form = away_form(desk, request, **{ids.UNTIL_BLOCK: day(3, desk)})
    form["view"]["private_metadata"] = "tulip"
    status, answer = sent(desk, form)
    assert (status, list(answer["errors"])) == (200, [ids.PERSON_BLOCK])
    assert desk.reviewing.absences.all() == ()


def test_people_of_another_workspace_are_not_away_here(desk):
    request, _ = desk.ask()
    form = away_form(desk, request, **{ids.UNTIL_BLOCK: day(3, desk)})
    form["user"]["team_id"] = "T0ELSEWHERE"
    assert "another workspace" in sent(desk, form)[1]["errors"][ids.PERSON_BLOCK]
    assert desk.reviewing.absences.all() == ()


@pytest.mark.parametrize(
    "option",
    [None, {"value": ""}, {"value": "claim"}, {"value": "approve {shown}"}, {"value": "x" * 5_000}],
)
def test_a_choice_of_the_menu_that_is_garbage_does_nothing(desk, option):
    request, ts = desk.ask()
    shown = ids.Shown(request.id, request.body.digest).as_value()
    action: dict[str, Any] = {"type": "overflow", "action_id": ids.MENU, "block_id": ids.BUTTONS}
    if option is not None:
        action["selected_option"] = {"value": option["value"].format(shown=shown)}
    press = {
        "type": "block_actions",
        "user": {"id": ANA, "team_id": TEAM},
        "trigger_id": "1.2.abc",
        "container": {"type": "message", "channel_id": APPROVALS, "message_ts": ts},
        "actions": [action],
    }
    assert sent(desk, press) == (200, None)
    assert desk.store.load(request.id).request == request
