"""Who is asked, what they said so far, and what monitors may know of it."""

from __future__ import annotations

import json
from typing import Any

from app.domain import lifecycle
from app.domain.commands import Command, Signal, Stop, Wake
from app.domain.message import iso
from app.domain.request import Actor, Request
from app.http.answers import RequestAnswer, SignalsAnswer
from app.http.examples import SIGNALLED
from policies.plan import Choice, Escalation, Outcome, Route, Stage, Watch
from tests.builders import NOW, approval, evaluation, opened, pending, person, plan

AT = "2026-09-21T14:13:21.000Z"
STAGES = (
    Stage(reviewers=("@finance-approvers",), quorum=2, name="Finance"),
    Stage(reviewers=("U0ZOE00001",)),
)
ANA = {"kind": "person", "id": "U0ANA00001", "name": "Ana", "email": "ana@example.com"}
WATCHDOG = Actor(kind="client", id="watchdog", name="watchdog")


def said(request: Request) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(RequestAnswer.of(request).model_dump_json())
    return answer


def after(request: Request, command: Command) -> Request:
    transition = lifecycle.apply(request, command, NOW + 1000)
    assert transition is not None
    assert transition.after is not None
    return transition.after


def in_stages() -> Request:
    return pending(evaluation=evaluation(plan=plan(stages=STAGES)))


def approved_by(request: Request, user_id: str, name: str, **changes: Any) -> Request:
    groups = frozenset(("@finance-approvers",))
    who = person(id=user_id, name=name, groups=groups, email=f"{name.lower()}@example.com")
    return after(request, approval(request, person=who, **changes))


def watched(**changes: Any) -> Request:
    watching = plan(watch=Watch(for_s=900, **changes))
    return pending(evaluation=evaluation(Route.WATCH, plan=watching))


def signal(**signals: Any) -> Signal:
    return Signal(by=WATCHDOG, signals=signals)


def test_where_nobody_is_asked_there_is_no_review():
    request = opened(evaluation=evaluation(Route.APPROVE)).after
    assert request is not None
    assert said(request)["review"] is None


def test_a_review_names_its_stages_before_anybody_has_answered():
    assert said(in_stages())["review"] == {
        "stage": 1,
        "stages": [
            {
                "name": "Finance",
                "reviewers": ["@finance-approvers"],
                "quorum": 2,
                "approvals": [],
            },
            {"name": None, "reviewers": ["U0ZOE00001"], "quorum": 1, "approvals": []},
        ],
        "choices": [],
        "watch": None,
        "stopped": None,
        "rejections": [],
        "reject_quorum": 1,
        "assigned": [],
        "overflow": [],
        "away": [],
        "claim": None,
        "questions": [],
        "next": [{"at": iso(NOW + 86_400_000), "what": "expiry"}],
        "reminders": 0,
        "backups": [],
        "escalated": False,
    }


def test_a_review_says_how_often_it_was_brought_to_mind_and_who_may_step_in():
    urged = plan(remind_s=(60,), escalations=(Escalation(after_s=120, ask=("cfo@example.com",)),))
    request = pending(evaluation=evaluation(plan=urged))
    for after_s in (60, 120):
        woken = lifecycle.apply(request, Wake(), NOW + after_s * 1000)
        assert woken is not None
        assert woken.after is not None
        request = woken.after
    review = said(request)["review"]
    assert review["reminders"] == 1
    assert (review["backups"], review["escalated"]) == (["cfo@example.com"], True)


def test_an_approval_stands_under_its_stage_while_others_are_awaited():
    request = approved_by(in_stages(), "U0ANA00001", "Ana", comment="Fine.")
    review = said(request)["review"]
    assert review["stage"] == 1
    assert review["stages"][0]["approvals"] == [
        {"by": ANA, "at": AT, "choice": None, "comment": "Fine."}
    ]
    assert review["stages"][1]["approvals"] == []


def test_stages_count_from_one_and_keep_their_approvals():
    request = approved_by(in_stages(), "U0ANA00001", "Ana")
    request = approved_by(request, "U0BEN00001", "Ben")
    review = said(request)["review"]
    assert review["stage"] == 2
    assert [one["by"]["name"] for one in review["stages"][0]["approvals"]] == ["Ana", "Ben"]
    done = said(approved_by(request, "U0ZOE00001", "Zoe"))
    assert done["status"] == "approved"
    assert [len(stage["approvals"]) for stage in done["review"]["stages"]] == [2, 1]


def test_the_policys_own_buttons_are_named_and_so_is_the_one_that_was_chosen():
    choices = (
        Choice(id="use_crm", label="Use CRM", outcome=Outcome.APPROVE, effect="CRM wins."),
        Choice(id="neither", label="Neither", outcome=Outcome.REJECT, effect="Nothing is synced."),
    )
    request = pending(evaluation=evaluation(plan=plan(choices=choices)))
    request = approved_by(request, "U0ANA00001", "Ana", choice="use_crm")
    review = said(request)["review"]
    assert review["choices"] == [
        {"id": "use_crm", "label": "Use CRM", "outcome": "approve"},
        {"id": "neither", "label": "Neither", "outcome": "reject"},
    ]
    assert review["stages"][0]["approvals"][0]["choice"] == "use_crm"
    assert said(request)["decision"]["choice"] == "use_crm"


def test_a_watch_says_when_it_goes_ahead_and_what_stopping_does():
    assert said(watched())["review"]["watch"] == {"goes_ahead_at": None, "stop": "review"}
    running = watched(stop=Route.REJECT).changed(goes_ahead_ms=NOW + 1000)
    assert said(running)["review"]["watch"] == {"goes_ahead_at": AT, "stop": "reject"}


def test_a_watch_is_over_once_it_went_ahead():
    request = watched().changed(goes_ahead_ms=NOW)
    done = said(after(request, Wake()))
    assert done["status"] == "approved"
    assert (done["review"]["watch"], done["review"]["stopped"]) == (None, None)


def test_a_watch_that_was_stopped_is_a_review_that_says_by_whom_and_why():
    request = watched().changed(goes_ahead_ms=NOW + 900_000)
    stop = Stop(person=person(), reason="Wrong customer.", digest=request.body.digest)
    review = said(after(request, stop))["review"]
    assert review["watch"] is None
    assert review["stopped"] == {"by": ANA, "at": AT, "reason": "Wrong customer."}


def test_reports_are_told_with_whose_they_are():
    answer = said(after(pending(signals_by="monitor"), signal(affected=12)))
    assert answer["signals_by"] == "monitor"
    assert answer["reports"] == [{"name": "affected", "value": 12, "by": "watchdog", "at": AT}]


def test_a_monitor_learns_how_a_request_stands_and_nothing_that_is_in_it():
    request = after(watched(), signal(affected=12))
    mine = SignalsAnswer.of(request, "watchdog").model_dump(mode="json")
    assert mine == {
        "id": request.id,
        "status": "pending",
        "watched": True,
        "reports": [{"name": "affected", "value": 12, "by": "watchdog", "at": AT}],
    }
    assert SignalsAnswer.of(request, "another").reports == []
    stopped = after(request, signal(anomaly=True))
    assert not SignalsAnswer.of(stopped, "watchdog").watched


def test_the_published_example_is_an_answer_to_the_letter():
    example = SignalsAnswer.model_validate(SIGNALLED, extra="forbid")
    assert example.model_dump(mode="json") == SIGNALLED
