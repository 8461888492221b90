"""What each person sees at the door: of a card in a channel, of a list, of a digest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.changes import change
from app.domain.commands import CardDrawn
from app.domain.request import Edited, Request
from app.slack import ids
from policies.plan import Field, Stage
from tests.builders import evaluation, opened, person, plan

from .conftest import ANA, APPROVALS, BEN, CHLOE, COMMAND, DEV, EVE, GONE, GUEST, until

SALARY = Field(name="salary", label="Salary", type="number", visible="reviewers", editable=True)
NAME = Field(name="name", label="Name", type="string")
PLAN = plan(stages=(Stage(reviewers=(ANA,)),), viewers=(BEN,))
KEPT = {
    "payload": {"name": "Acme", "salary": 98_765},
    "evaluation": evaluation(plan=PLAN, fields=(NAME, SALARY)),
}
WHOLE = {"payload": {"name": "Acme", "salary": 98_765}, "evaluation": evaluation(plan=PLAN)}


def ask(desk: Any, **changes: Any) -> tuple[Request, str]:
    """A request whose card in #approvals is on record."""
    request, ts = desk.ask(**changes)
    desk.record(request, ts)
    return request, ts


def direct(desk: Any, user: str, request: Request) -> dict[str, Any]:
    """Its card in the direct messages of somebody."""
    [channel], _ = desk.directory.conversations([user])
    place = desk.cards.post(channel, request)
    return next(one for one in desk.slack.messages(channel, user) if one["ts"] == place.ts)


def type_(desk: Any, text: str, user: str) -> dict[str, Any]:
    typed = {"user": user, "channel": APPROVALS, "command": COMMAND, "text": text}
    assert desk.slack.ask("command", typed)["ok"]
    mine = (one for one in desk.slack.messages(APPROVALS, user) if one.get("ephemeral_for") == user)
    return list(mine)[-1]


def read(desk: Any, user: str) -> str:
    return json.dumps(desk.form(user), ensure_ascii=False)


def on_the_message(desk: Any, message: dict[str, Any], request: Request, user: str) -> Any:
    """A press of Details in a list that somebody got."""
    [block] = [one for one in message["blocks"] if request.id in str(one.get("accessory"))]
    where = {"channel": APPROVALS, "ts": message["ts"], "block_id": block["block_id"]}
    return desk.slack.ask("click", {"user": user, **where, "action_id": ids.DETAILS})


@pytest.fixture
def desk(desk: Any, directory: Any) -> Iterator[Any]:
    """The sandbox outlives a test, so nobody is left with a modal open."""
    desk.directory = directory
    yield desk
    for user in (BEN, EVE):
        desk.close(user)


def test_a_channel_is_not_sent_it_and_a_reviewer_approves_it_in_the_whole_request(desk):
    _, ts = ask(desk, **KEPT)
    posted = next(one for one in desk.slack.messages(APPROVALS) if one["ts"] == ts)
    assert "98765" not in str(desk.slack.calls("chat.postMessage"))
    assert "shown to those who decide" in str(posted)
    assert ids.APPROVE not in str(posted)
    assert desk.press(ts, ids.DETAILS)["ok"]
    assert "98765" in read(desk, ANA)
    assert ids.APPROVE in read(desk, ANA)


def test_a_direct_message_to_a_reviewer_shows_it(desk):
    request, _ = ask(desk, **KEPT)
    card = str(direct(desk, ANA, request))
    assert "98765" in card
    assert ids.APPROVE in card


def test_what_an_edit_brought_in_for_reviewers_is_in_no_card_that_stood_before(desk):
    """It may be that of somebody who read a digest; a reviewer presses Details."""
    judged = evaluation(plan=PLAN, fields=(NAME,))
    request, _ = ask(desk, payload={"name": "Acme"}, evaluation=judged)
    by = person(id=ANA).as_actor()
    edited = Edited(**KEPT, digest="e" * 64, by=by, at_ms=request.body.opened_ms)
    card = str(direct(desk, ANA, request.changed(edited=edited)))
    assert "Acme" in card
    assert "98765" not in card
    assert ids.DETAILS in card


@pytest.mark.parametrize("asked", [KEPT, WHOLE])
def test_who_only_reads_the_channel_opens_what_stands_there_and_no_history(desk, asked):
    _, ts = ask(desk, **asked)
    assert desk.press(ts, ids.DETAILS, EVE)["ok"]
    shown = read(desk, EVE)
    assert "Acme" in shown
    assert ("98765" in shown) is (asked is WHOLE)
    assert '"History"' not in shown


def test_a_viewer_of_the_policy_sees_the_history_and_not_what_is_for_reviewers(desk):
    _, ts = ask(desk, **KEPT)
    desk.press(ts, ids.DETAILS, BEN)
    assert "98765" not in read(desk, BEN)
    assert '"History"' in read(desk, BEN)


@pytest.mark.parametrize(
    ("user", "words"), [(GUEST, "Guests of this workspace"), (GONE, "deactivated")]
)
def test_a_guest_in_the_channel_opens_nothing(desk, user, words):
    request, ts = ask(desk)
    desk.press(ts, ids.DETAILS, user)
    desk.told(user, words)
    assert desk.form(user) is None
    assert desk.store.load(request.id).request.state.cards.shown_to == ()


def test_a_list_from_before_somebody_left_the_plan_opens_nothing(desk):
    request, _ = ask(desk, **KEPT)
    stale = type_(desk, "all", BEN)
    without = evaluation(plan=plan(stages=PLAN.stages, viewers=()))
    row = desk.store.rows[request.id]
    body = row.request.body.model_copy(update={"evaluation": without})
    row.request = row.request.model_copy(update={"body": body})
    on_the_message(desk, stale, request, BEN)
    desk.told(BEN, "You may not see this request.")
    assert desk.form(BEN) is None


def test_while_slack_does_not_say_who_somebody_is_nothing_is_opened(desk):
    _, ts = ask(desk)
    desk.slack.fault("users.info", "http_500", times=5)
    desk.press(ts, ids.DETAILS)
    desk.told(ANA, "could not confirm who you are")
    assert desk.form() is None


def test_all_show_and_stats_hold_what_the_policy_lets_each_see(desk):
    request, _ = ask(desk, **KEPT)
    for text in ("all", f"show {request.id}"):
        seen = {user: str(type_(desk, text, user)) for user in (ANA, BEN, CHLOE, DEV)}
        assert [request.id in seen[user] for user in (ANA, BEN, CHLOE, DEV)] == [True] * 3 + [False]
        assert "98765" in seen[ANA]
        assert "98765" not in seen[BEN], "a viewer is no reviewer"
        assert "98765" in seen[CHLOE], "an admin sees everything"
    counted = {user: str(type_(desk, "stats", user)) for user in (BEN, DEV)}
    assert "that you may see: *1*" in counted[BEN]
    assert "that you may see: *0*" in counted[DEV]


@pytest.fixture
def digest(desk: Any) -> tuple[Request, str]:
    requests = [opened(**KEPT) for _ in range(4)]
    for transition in requests:
        desk.store.commit(transition, f"open {transition.request.id}")
    there = [transition.request for transition in requests]
    place = desk.cards.post_digest("#approvals", there)
    for one in there:
        items = tuple(each.id for each in there)
        drawn = CardDrawn(target="#approvals", place=place, face=1, items=items)
        change(desk.store, one.id, drawn)
    desk.began = place.ts
    return there[0], place.ts


@pytest.mark.parametrize(
    ("user", "words", "gets"),
    [
        (ANA, "Its card is in your direct messages", (ANA,)),
        (EVE, "its card is for them alone", ()),
        (BEN, "its card is for them alone", ()),
        (GUEST, "Guests of this workspace", ()),
    ],
)
def test_open_on_a_digest_sends_a_card_to_those_who_may_see_all_of_it(
    desk, digest, user, words, gets
):
    request, ts = digest
    assert "98765" not in str(desk.slack.calls("chat.postMessage"))
    where = {"channel": APPROVALS, "ts": ts, "block_id": request.id, "action_id": ids.OPEN}
    assert desk.slack.ask("click", {"user": user, **where})["ok"]
    desk.told(user, words)
    assert desk.store.load(request.id).request.state.cards.shown_to == gets


def test_the_form_that_shows_a_value_to_type_is_opened_for_reviewers_alone(desk):
    typed = evaluation(plan=PLAN.model_copy(update={"confirm": "salary"}), fields=(NAME, SALARY))
    request, _ = ask(desk, payload=KEPT["payload"], evaluation=typed)
    card = direct(desk, ANA, request)
    where = {"channel": card["channel"], "ts": card["ts"], "block_id": ids.BUTTONS}
    assert desk.slack.ask("click", {"user": ANA, **where, "action_id": ids.CONFIRM})["ok"]
    until(lambda: "98765" in read(desk, ANA))
