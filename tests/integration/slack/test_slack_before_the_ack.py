"""What stands between a press and its acknowledgement: one look-up, and one call of Slack."""

from __future__ import annotations

import pytest

from app.slack import ids
from policies.plan import Choice, Field, Outcome
from tests.builders import evaluation, plan

from .conftest import ANA, APPROVALS, BEN, COMMAND

LOOK_UPS = {"users.info", "usergroups.list", "usergroups.users.list", "users.lookupByEmail"}
WRITES = Choice(id="write", label="Write", outcome=Outcome.APPROVE, effect="Done.", comment=True)
AMOUNT = Field(name="amount", label="Amount", type="number")
PLANS = {
    ids.REVISE: plan(),
    ids.CONFIRM: plan(confirm="amount"),
    ids.of_choice(WRITES): plan(choices=(WRITES,), outcomes=(Outcome.APPROVE,)),
}


def called(desk) -> list[str]:
    """The methods of Slack that were called since the test looked last.

    Without the word to whoever pressed, which goes out beside the acknowledgement.
    """
    everything = [one["method"] for one in desk.slack.ask("calls")]
    new, desk.looked_at = everything[getattr(desk, "looked_at", 0) :], len(everything)
    return [method for method in new if method != "response_url"]


@pytest.fixture
def known_team(directory) -> None:
    """As web learns it when it starts."""
    directory.team()


@pytest.mark.parametrize("action", PLANS)
def test_a_form_opens_by_one_call_after_one_look_up(desk, known_team, action):
    _, ts = desk.ask(evaluation=evaluation(plan=PLANS[action], fields=(AMOUNT,)))
    called(desk)
    assert desk.press(ts, action)["ok"]
    assert called(desk) in (["users.info", "views.open"], ["views.open"])
    assert desk.press(ts, action, BEN)["ok"]
    called(desk)
    assert desk.press(ts, action, BEN)["ok"]
    assert called(desk) == ["views.open"], "once known, nobody is looked up again for a minute"


def test_the_whole_request_waits_for_nothing_but_the_look_up_of_who_opens_it(desk, known_team):
    for once_known in (False, True):
        _, ts = desk.ask()
        called(desk)
        assert desk.press(ts, ids.DETAILS)["ok"]
        *looked_up, opened = called(desk)
        assert opened == "views.open"
        assert set(looked_up) <= (set() if once_known else LOOK_UPS)


def test_another_page_is_one_call(desk, known_team):
    letter = {"body": "We value your business. " * 2_500}
    _, ts = desk.ask(payload=letter)
    desk.press(ts, ids.DETAILS)
    called(desk)
    view = desk.form()
    turn = next(
        (block["block_id"], element["action_id"])
        for block in view["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == ids.turn("next")
    )
    where = {"view_id": view["id"], "block_id": turn[0], "action_id": turn[1]}
    assert desk.slack.ask("click", {"user": ANA, **where})["ok"]
    assert called(desk) == ["views.update"]


@pytest.mark.parametrize("action", [ids.APPROVE, ids.REJECT])
def test_an_answer_waits_for_nothing_but_the_look_up_of_who_gave_it(desk, known_team, action):
    _, ts = desk.ask()
    called(desk)
    assert desk.press(ts, action)["ok"]
    assert set(called(desk)) <= LOOK_UPS
    _, ts = desk.ask()
    called(desk)
    assert desk.press(ts, action)["ok"]
    assert called(desk) == [], "once known, nobody is looked up again for a minute"


@pytest.mark.parametrize("text", ["", "all", "stats", "help", "show req_none"])
def test_a_command_is_answered_by_itself(desk, known_team, text):
    desk.ask()
    called(desk)
    asked = {"user": ANA, "channel": APPROVALS, "command": COMMAND, "text": text}
    assert desk.slack.ask("command", asked)["ok"]
    assert set(called(desk)) <= LOOK_UPS


def test_asking_by_hand_opens_its_form_by_one_call_after_one_look_up(desk, known_team):
    desk.ask()
    called(desk)
    assert desk.slack.ask("shortcut", {"user": ANA, "callback_id": "countersign_request"})["ok"]
    assert called(desk) == ["users.info", "views.open"]
