"""People read the whole request in a modal of the sandbox Slack, and answer it there."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.request import Status
from app.slack import ids

from .conftest import ANA, BEN, EVE, until

LONG = {"letter": "x" * 60_000, "end": "the last word"}


def turn(desk: Any, way: str, user: str = ANA) -> Any:
    return press(desk, f"countersign_turn:{way}", "countersign_turns", user)


def press(desk: Any, action: str, block: str = ids.BUTTONS, user: str = ANA) -> Any:
    """A press in the modal before somebody; what it is known by never changes."""
    where = {"view_id": desk.form(user)["id"], "block_id": block, "action_id": action}
    return desk.slack.ask("click", {"user": user, **where})


def shown(desk: Any, words: str, user: str = ANA) -> Any:
    """The modal before somebody, once it says so."""

    def look() -> Any:
        view = desk.form(user)
        return view if view and words in str(view["blocks"]) else None

    return until(look)


def views(desk: Any, user: str = ANA) -> list[Any]:
    return list(desk.slack.ask(f"state?user={user}")["views"])


def test_the_whole_request_is_opened_and_turned_to_its_last_page_where_it_is_approved(desk):
    request, ts = desk.ask(payload=LONG)
    assert desk.press(ts, ids.DETAILS)["ok"]
    assert "*Page 1 of 2*" in str(desk.form()["blocks"])
    assert ids.APPROVE not in str(desk.form()["blocks"])
    assert turn(desk, "next")["ok"]
    assert "*Page 2 of 2*" in str(desk.form()["blocks"])
    assert "the last word" in str(desk.form()["blocks"])
    assert press(desk, ids.APPROVE)["ok"]
    assert desk.status(request) is Status.APPROVED
    view = shown(desk, "You approved “Refund 120 USD to Acme”.")
    assert ids.APPROVE not in str(view["blocks"])


def test_the_card_that_it_was_opened_from_is_the_one_that_was_seen(desk):
    request, ts = desk.ask()
    desk.press(ts, ids.DETAILS)
    press(desk, ids.APPROVE)
    [copy] = desk.store.load(request.id).request.state.cards.copies
    assert copy.place.ts == ts


def test_history_is_a_page_away_and_so_is_the_way_back(desk):
    _, ts = desk.ask()
    desk.press(ts, ids.DETAILS)
    assert turn(desk, "other")["ok"]
    assert "billing asked for it, under policy refund" in str(desk.form()["blocks"])
    assert turn(desk, "other")["ok"]
    assert ids.APPROVE in str(desk.form()["blocks"])


def test_a_form_lies_on_top_and_takes_everything_with_it_once_it_is_sent(desk):
    request, ts = desk.ask()
    desk.press(ts, ids.DETAILS)
    assert press(desk, ids.REVISE)["ok"]
    assert len(views(desk)) == 2
    assert desk.send("Half of it, please.")["ok"]
    assert views(desk) == []
    assert desk.status(request) is Status.REVISION_REQUESTED
    desk.told(ANA, "You asked for changes to")


def test_a_refusal_is_told_in_the_modal_with_a_way_back(desk):
    request, ts = desk.ask()
    desk.record(request, ts)
    desk.press(ts, ids.DETAILS, EVE)
    assert press(desk, ids.APPROVE, user=EVE)["ok"]
    view = shown(desk, "You are not among the people", EVE)
    assert view["title"]["text"] == "Nothing was done"
    assert desk.status(request) is Status.PENDING
    assert turn(desk, "again", EVE)["ok"]
    assert "*Page 1 of 1*" in str(desk.form(EVE)["blocks"])


def test_a_page_is_drawn_anew_so_what_was_decided_meanwhile_has_no_buttons(desk):
    _, ts = desk.ask(payload=LONG)
    desk.press(ts, ids.DETAILS)
    desk.press(ts, ids.REJECT, BEN)
    assert turn(desk, "next")["ok"]
    view = shown(desk, "Decided meanwhile")
    assert ids.APPROVE not in str(view["blocks"])


def test_a_press_on_what_was_decided_meanwhile_is_told_who_did(desk):
    _, ts = desk.ask()
    desk.press(ts, ids.DETAILS)
    desk.press(ts, ids.APPROVE, BEN)
    assert press(desk, ids.REJECT)["ok"]
    shown(desk, "Ben already approved")


def test_a_card_of_a_request_that_is_gone_is_told_to_be_gone(desk):
    request, ts = desk.ask()
    desk.store.rows.pop(request.id)
    desk.press(ts, ids.DETAILS)
    desk.told(ANA, "no such request")


@pytest.mark.parametrize("method", ["views.open", "views.update"])
def test_between_a_press_and_its_ack_slack_is_called_once(desk, method):
    _, ts = desk.ask(payload=LONG)
    desk.press(ts, ids.DETAILS)
    if method == "views.update":
        turn(desk, "next")
    assert len(desk.slack.calls(method)) == 1


def test_a_slack_that_does_not_turn_the_page_is_said_so(desk):
    _, ts = desk.ask(payload=LONG)
    desk.press(ts, ids.DETAILS)
    desk.slack.fault("views.update", "http_500", times=1)
    assert turn(desk, "next")["ok"]
    shown(desk, "Slack did not do its part")
