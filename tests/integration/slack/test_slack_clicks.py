"""People press buttons in the sandbox Slack; the service is real, its store in memory."""

from __future__ import annotations

import threading

import pytest

from app.domain.request import Status
from app.slack import ids

from .conftest import ANA, APPROVALS, BEN, EVE, GUEST, WITHIN_S


@pytest.mark.parametrize(
    ("action", "status", "words"),
    [
        (ids.APPROVE, Status.APPROVED, "You approved “Refund 120 USD to Acme”."),
        (ids.REJECT, Status.REJECTED, "You rejected “Refund 120 USD to Acme”."),
    ],
)
def test_one_press_decides_and_the_one_who_pressed_is_told(desk, action, status, words):
    request, ts = desk.ask()
    assert desk.press(ts, action)["ok"]
    state = desk.store.load(request.id).request.state
    assert state.status is status
    assert state.decision is not None
    assert [(by.id, by.name) for by in state.decision.by] == [(ANA, "Ana")]
    assert desk.told(ANA, words) == words


def test_the_card_that_was_pressed_counts_from_then_on(desk):
    request, ts = desk.ask()
    desk.press(ts, ids.APPROVE)
    [copy] = desk.store.load(request.id).request.state.cards.copies
    assert (copy.place.channel, copy.place.ts) == (APPROVALS, ts)


def test_the_same_press_five_times_has_one_effect(desk):
    request, ts = desk.ask()
    assert all(desk.press(ts, ids.APPROVE)["ok"] for _ in range(5))
    assert desk.status(request) is Status.APPROVED
    kinds = [event.type for event in desk.store.events(request.id)]
    assert kinds.count("request.decided") == 1


def test_of_two_who_press_at_once_the_loser_is_told_who_won(desk):
    request, ts = desk.ask()
    presses = [(BEN, ids.REJECT), (ANA, ids.APPROVE)]
    threads = [
        threading.Thread(target=desk.press, args=(ts, action, user)) for user, action in presses
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN_S)
    decision = desk.store.load(request.id).request.state.decision
    assert decision is not None
    [winner] = decision.by
    loser = BEN if winner.id == ANA else ANA
    assert f"{winner.name} already " in desk.told(loser, f"{winner.name} already")


@pytest.mark.parametrize(
    ("user", "words"),
    [(EVE, "You are not among the people"), (GUEST, "Guests of this workspace can't decide")],
)
def test_who_may_not_decide_is_told_so_alone_and_nothing_happens(desk, user, words):
    request, ts = desk.ask()
    assert desk.press(ts, ids.APPROVE, user)["ok"]
    assert desk.told(user, words).startswith("Nothing was decided by this. ")
    assert desk.status(request) is Status.PENDING
    others = [one for one in desk.slack.messages(APPROVALS, BEN) if one.get("ephemeral_for")]
    assert [one for one in others if words in one["text"]] == []


def test_the_requester_may_not_decide(desk):
    request, ts = desk.ask(on_behalf_of="Ana@example.com")
    desk.press(ts, ids.APPROVE)
    desk.told(ANA, "asked on your behalf")
    assert desk.status(request) is Status.PENDING


def test_a_slack_that_does_not_say_who_it_was_decides_nothing(desk):
    request, ts = desk.ask()
    desk.slack.fault("users.info", "http_500")
    assert desk.press(ts, ids.APPROVE)["ok"]
    desk.told(ANA, "could not confirm who you are")
    assert desk.status(request) is Status.PENDING


def test_a_request_that_is_gone_is_said_to_be_gone(desk):
    request, ts = desk.ask()
    desk.store.rows.pop(request.id)
    assert desk.press(ts, ids.APPROVE)["ok"]
    assert desk.told(ANA, "no such request").startswith("Nothing was decided by this.")


def test_a_store_that_is_down_is_said_to_be_down(desk):
    request, ts = desk.ask()
    desk.store.down = True
    assert desk.press(ts, ids.APPROVE)["ok"]
    desk.told(ANA, "Try again in a moment")
    desk.store.down = False
    assert desk.status(request) is Status.PENDING


def test_a_card_that_shows_something_else_decides_nothing(desk):
    request, _ = desk.ask()
    other = request.model_copy(
        update={"body": request.body.model_copy(update={"digest": "f" * 64})}
    )
    ts = desk.cards.post("#approvals", other).ts
    desk.press(ts, ids.APPROVE)
    desk.told(ANA, "is not what this request holds")
    assert desk.status(request) is Status.PENDING


def test_revise_asks_what_should_change_and_sending_it_decides(desk):
    request, ts = desk.ask()
    assert desk.press(ts, ids.REVISE)["ok"]
    assert desk.status(request) is Status.PENDING
    assert desk.send("  Split it in two.\nPlease. ")["ok"]
    decision = desk.store.load(request.id).request.state.decision
    assert decision is not None
    assert decision.outcome is Status.REVISION_REQUESTED
    assert decision.comment == "Split it in two.\nPlease."
    assert desk.form() is None


def test_a_blank_comment_is_refused_in_the_form(desk):
    request, ts = desk.ask()
    desk.press(ts, ids.REVISE)
    answer = desk.send(" \n ")
    assert answer["ok"] is False
    assert "Say what should change" in answer["errors"][ids.COMMENT_BLOCK]
    assert desk.status(request) is Status.PENDING


def test_a_form_sent_too_late_says_who_decided(desk):
    request, ts = desk.ask()
    desk.press(ts, ids.REVISE)
    desk.press(ts, ids.REJECT, BEN)
    answer = desk.send("Too late")
    assert answer["errors"][ids.COMMENT_BLOCK] == "Ben already rejected this."
    assert desk.status(request) is Status.REJECTED


def test_a_form_sent_by_somebody_who_may_not_decide_is_refused_in_the_form(desk):
    request, ts = desk.ask()
    desk.press(ts, ids.REVISE, EVE)
    answer = desk.send("I would like that", EVE)
    assert "You are not among the people" in answer["errors"][ids.COMMENT_BLOCK]
    assert desk.status(request) is Status.PENDING
    desk.close(EVE)


def test_revise_of_a_decided_request_opens_no_form(desk):
    _, ts = desk.ask()
    desk.press(ts, ids.APPROVE, BEN)
    desk.press(ts, ids.REVISE)
    desk.told(ANA, "Ben already approved this.")
    assert desk.form() is None


def test_a_form_that_slack_does_not_open_is_said_so(desk):
    _, ts = desk.ask()
    desk.slack.fault("views.open", "error", error="expired_trigger_id", times=1)
    assert desk.press(ts, ids.REVISE)["ok"]
    desk.told(ANA, "Slack did not do its part just now. Try again.")


def test_slow_answers_to_clickers_hold_up_nobodys_acknowledgement(desk):
    desk.slack.fault("response_url", "delay", delay_s=1)
    pressed = [desk.ask() for _ in range(12)]
    assert all(desk.press(ts, ids.APPROVE)["ok"] for _, ts in pressed)
    assert {desk.status(request) for request, _ in pressed} == {Status.APPROVED}
    desk.slack.ask("faults", method="DELETE")


def test_no_call_of_slack_but_the_look_ups_stands_before_an_acknowledgement(desk):
    _, ts = desk.ask()
    desk.slack.begin()
    desk.press(ts, ids.APPROVE)
    desk.told(ANA, "You approved")
    called = [one["method"] for one in desk.slack.ask("calls")[desk.slack._calls_before :]]
    known = {"auth.test", "users.info", "usergroups.list", "usergroups.users.list"}
    assert set(called) <= known | {"response_url"}
