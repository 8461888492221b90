"""What clients get: every key, always, and what the domain holds in the contract's words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.commands import CallbackTried, SlackFailed, TargetsFound
from app.domain.difference import Change
from app.domain.effects import record
from app.domain.request import Request, Revises
from app.http.answers import EventAnswer, RequestAnswer, TrailAnswer
from app.http.examples import DECIDED, TRAIL
from policies.plan import Field, Flag
from tests.builders import NOW, approval, evaluation, opened, pending, person


def said(request: Request) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(RequestAnswer.of(request).model_dump_json())
    return answer


def approved(request: Request) -> Request:
    transition = lifecycle.apply(request, approval(request, person=person()), NOW + 1000)
    assert transition is not None
    assert transition.after is not None
    return transition.after


def after(request: Request, command: Any) -> Request:
    transition = record(request, command, NOW + 2000)
    assert transition is not None
    assert transition.after is not None
    return transition.after


def test_the_published_examples_are_answers_to_the_letter():
    assert RequestAnswer.model_validate(DECIDED, extra="forbid").model_dump(mode="json") == DECIDED
    assert TrailAnswer.model_validate(TRAIL, extra="forbid").model_dump(mode="json") == TRAIL


def test_every_key_is_there_before_and_after_the_decision():
    request = pending(callback_url=None)
    assert said(request).keys() == said(approved(pending())).keys() == DECIDED.keys()
    assert said(request)["decision"] is None
    assert said(request)["callback"] is None


@pytest.mark.parametrize(("before", "now"), [(True, True), (True, False), (False, True)])
def test_what_differs_in_a_secret_is_not_told_whichever_policy_kept_it(before: bool, now: bool):
    change = Change(field="iban", kind="changed", before="GB33", after="GB44", secret=before)
    revises = Revises(
        request_id="r", by=person().as_actor(), comment=None, changes=(change,), threads=()
    )
    iban = Field(name="iban", label="IBAN", type="string", secret=now)
    request = pending(evaluation=evaluation(fields=(iban,)), revises=revises)
    [told] = said(request)["revises"]["changes"]
    assert told == {"field": "iban", "kind": "changed", "before": None, "after": None}


def test_a_decision_carries_the_person_and_what_they_saw():
    request = approved(pending())
    decision = said(request)["decision"]
    assert decision == {
        "outcome": "approved",
        "choice": None,
        "comment": None,
        "by": [{"kind": "person", "id": "U0ANA00001", "name": "Ana", "email": "ana@example.com"}],
        "at": "2026-09-21T14:13:21.000Z",
        "payload": request.body.payload,
        "digest": request.body.digest,
        "policy": "refund",
        "valid_until": None,
        "break_glass": None,
    }


def test_the_risk_questions_are_answered_with_a_phrase():
    flag = Flag(question="ambiguity", raised=None, because="Unclear.", phrase="could not be told")
    assert said(pending(evaluation=evaluation(flags=(flag,))))["evaluation"]["flags"] == [
        {
            "question": "ambiguity",
            "raised": None,
            "because": "Unclear.",
            "phrase": "could not be told",
        }
    ]


def test_a_callback_shows_its_attempts_and_the_next():
    tried = CallbackTried(status=500, error="500", retry_after_s=None, took_ms=12, jitter=0.0)
    callback = said(after(approved(pending()), tried))["callback"]
    assert callback["outcome"] == "waiting"
    assert callback["next_attempt_at"] == "2026-09-21T14:13:23.000Z"
    assert [attempt["status"] for attempt in callback["attempts"]] == [500]


def test_what_slack_can_not_show_is_said():
    lost = TargetsFound(
        refs=("#gone",), targets=("C0APPROVAL",), lost=(("#gone", "channel_not_found"),)
    )
    assert said(after(pending(), lost))["slack"] == {
        "posted": 0,
        "problem": "#gone: channel_not_found",
    }
    assert said(after(pending(), SlackFailed(problem="timeout")))["slack"]["problem"]
    assert said(pending())["slack"] == {"posted": 0, "problem": None}


def test_an_event_is_told_with_its_instant_and_actor():
    event = EventAnswer.of(opened().events[0])
    assert (event.type, event.actor_kind, event.actor) == ("request.opened", "client", "billing")
    assert event.at == "2026-09-21T14:13:20.000Z"
