"""Choices, several approvals and Stop, pressed in the sandbox Slack."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.request import Status
from app.slack import ids
from policies.plan import Choice, Evaluation, Outcome, Route, Stage, Watch
from tests.builders import evaluation, plan

from .conftest import ANA, APPROVALS, BEN, CHLOE, EVE

PEOPLE = (ANA, BEN, CHLOE)
CRM = Choice(id="use_crm", label="Use CRM", outcome=Outcome.APPROVE, effect="The CRM wins")
CUSTOM = Choice(
    id="custom", label="Custom", outcome=Outcome.APPROVE, effect="As you say", comment=True
)
NONE = Choice(id="none", label="Neither", outcome=Outcome.REJECT, effect="Nothing is done")
OURS: dict[str, Any] = {"choices": (CRM, CUSTOM, NONE)}
TITLE = "“Refund 120 USD to Acme”"


def judged(quorum: int = 1, **changes: Any) -> Evaluation:
    changes = {"stages": (Stage(reviewers=PEOPLE, quorum=quorum),)} | changes
    route = Route.WATCH if "watch" in changes else Route.REVIEW
    return evaluation(route, plan=plan(**changes))


def watched(then: Route = Route.REVIEW) -> Evaluation:
    return judged(watch=Watch.model_validate({"for_s": 900, "stop": then}))


def decision(desk, request):
    found = desk.store.load(request.id).request.state.decision
    assert found is not None
    return found


@pytest.mark.parametrize(("choice", "status"), [(CRM, Status.APPROVED), (NONE, Status.REJECTED)])
def test_a_choice_without_words_decides_at_once(desk, choice, status):
    request, ts = desk.ask(evaluation=judged(**OURS))
    assert desk.press(ts, ids.of_choice(choice))["ok"]
    assert desk.status(request) is status
    assert decision(desk, request).choice == choice.id
    desk.told(ANA, f"You chose “{choice.label}” for {TITLE}.")
    assert desk.form() is None


def test_a_choice_with_words_opens_the_form_and_sending_it_decides(desk):
    request, ts = desk.ask(evaluation=judged(**OURS))
    assert desk.press(ts, ids.of_choice(CUSTOM))["ok"]
    assert desk.status(request) is Status.PENDING
    assert desk.form()["title"]["text"] == "Your answer"
    assert desk.send(" Take the newer one. ")["ok"]
    assert desk.status(request) is Status.APPROVED
    made = decision(desk, request)
    assert (made.choice, made.comment) == ("custom", "Take the newer one.")
    desk.told(ANA, f"You chose “Custom” for {TITLE}.")
    assert desk.form() is None


def test_a_choice_with_words_is_not_made_without_them(desk):
    request, ts = desk.ask(evaluation=judged(**OURS))
    desk.press(ts, ids.of_choice(CUSTOM))
    assert "Write your answer" in desk.send(" ")["errors"][ids.COMMENT_BLOCK]
    assert desk.status(request) is Status.PENDING


@pytest.mark.parametrize("comment", [False, True])
def test_a_choice_that_the_plan_does_not_have_is_refused_to_the_one_who_pressed(desk, comment):
    stranger = CRM.model_copy(update={"id": "use_erp", "comment": comment})
    request, _ = desk.ask(evaluation=judged(**OURS))
    drawn = judged(choices=(stranger,))
    other = request.model_copy(
        update={"body": request.body.model_copy(update={"evaluation": drawn})}
    )
    ts = desk.cards.post("#approvals", other).ts
    assert desk.press(ts, ids.of_choice(stranger))["ok"]
    desk.told(ANA, "Nothing was decided by this. This request does not offer use_erp.")
    assert desk.status(request) is Status.PENDING
    assert desk.form() is None


def test_the_first_of_two_hears_that_another_is_needed_and_the_second_decides(desk):
    request, ts = desk.ask(evaluation=judged(quorum=2))
    desk.press(ts, ids.APPROVE)
    desk.told(ANA, f"You approved {TITLE}; it needs 1 more approval.")
    assert desk.status(request) is Status.PENDING
    desk.press(ts, ids.APPROVE)
    desk.told(ANA, "Your approval counts already")
    desk.press(ts, ids.APPROVE, BEN)
    desk.told(BEN, f"You approved {TITLE}.")
    assert [by.id for by in decision(desk, request).by] == [ANA, BEN]


def test_the_one_who_asks_for_changes_is_told_that_it_was_taken(desk):
    _, ts = desk.ask()
    desk.press(ts, ids.REVISE)
    assert desk.send("Split it")["ok"]
    desk.told(ANA, f"You asked for changes to {TITLE}.")


def test_stop_asks_why_and_turns_a_watch_into_a_review(desk):
    request, ts = desk.ask(evaluation=watched())
    assert desk.press(ts, ids.STOP)["ok"]
    assert desk.form()["submit"]["text"] == "Stop"
    assert desk.store.load(request.id).request.watched
    assert desk.send(" Wrong customer. ")["ok"]
    state = desk.store.load(request.id).request.state
    assert (state.status, state.stopped.reason) == (Status.PENDING, "Wrong customer.")
    assert state.stopped.by.id == ANA
    assert [copy.place.ts for copy in state.cards.copies] == [ts]
    desk.told(ANA, f"You stopped {TITLE}; people are asked now.")


def test_stop_rejects_where_the_policy_says_so(desk):
    request, ts = desk.ask(evaluation=watched(Route.REJECT))
    desk.press(ts, ids.STOP)
    assert desk.send("Wrong customer.")["ok"]
    assert desk.status(request) is Status.REJECTED
    assert decision(desk, request).comment == "Wrong customer."
    desk.told(ANA, f"You stopped {TITLE}; it is rejected.")


def test_stop_without_a_reason_is_refused_in_the_form(desk):
    request, ts = desk.ask(evaluation=watched())
    desk.press(ts, ids.STOP)
    assert "Say why" in desk.send("\n")["errors"][ids.COMMENT_BLOCK]
    assert desk.store.load(request.id).request.watched


def test_whoever_is_not_asked_can_not_stop_it(desk):
    request, ts = desk.ask(evaluation=watched())
    desk.press(ts, ids.STOP, EVE)
    assert "You are not among" in desk.send("No", EVE)["errors"][ids.COMMENT_BLOCK]
    assert desk.store.load(request.id).request.watched
    desk.close(EVE)


def test_the_second_who_stops_it_hears_that_people_are_asked(desk):
    request, ts = desk.ask(evaluation=watched())
    desk.press(ts, ids.STOP)
    desk.press(ts, ids.STOP, BEN)
    assert desk.send("Wrong customer.", BEN)["ok"]
    assert "nothing to stop" in desk.send("Me too")["errors"][ids.COMMENT_BLOCK]
    assert desk.store.load(request.id).request.state.stopped.by.id == BEN


def test_a_watch_is_not_approved_by_a_button_from_elsewhere(desk):
    request, _ = desk.ask(evaluation=watched())
    forged = request.model_copy(
        update={"body": request.body.model_copy(update={"evaluation": judged()})}
    )
    ts = desk.cards.post("#approvals", forged).ts
    desk.press(ts, ids.APPROVE)
    desk.told(
        ANA, "This goes ahead by itself unless it is stopped. To decide it, press Stop first."
    )
    assert desk.status(request) is Status.PENDING


@pytest.mark.parametrize("action", [ids.STOP, ids.of_choice(CUSTOM)])
def test_no_form_is_opened_for_what_is_decided(desk, action):
    judgement = watched(Route.REJECT) if action == ids.STOP else judged(**OURS)
    request, ts = desk.ask(evaluation=judgement)
    desk.press(ts, action)
    assert desk.send("So be it")["ok"]
    assert desk.status(request) is not Status.PENDING
    desk.press(ts, action, BEN)
    desk.told(BEN, "Ana already ")
    assert desk.form(BEN) is None


def test_a_redrawn_card_of_a_stopped_watch_has_the_answers(desk):
    request, ts = desk.ask(evaluation=watched())
    desk.press(ts, ids.STOP)
    desk.send("Wrong customer.")
    now = desk.store.load(request.id).request
    desk.cards.redraw(now.state.cards.copies[0].place, now)
    [message] = [one for one in desk.slack.messages(APPROVALS) if one["ts"] == ts]
    assert message["text"].startswith("Decision needed: ")
    desk.press(ts, ids.APPROVE, BEN)
    assert desk.status(request) is Status.APPROVED
