"""What is left of a request for whoever may not see all of it, and who that is."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.cards import Cards
from app.domain.difference import difference
from app.domain.request import Actor, Away, Body, Edited, Request, Revises, Stopped
from app.domain.viewing import Viewer, as_seen_by, may_see, may_see_all
from app.domain.withholding import in_direct, in_public, withholds
from policies.plan import Escalation, Field, Flag, Stage, Step
from tests.builders import NOW, after, approval, body, evaluation, pending, plan

SALARY = Field(name="salary", label="Salary", type="number", visible="reviewers")
NAME = Field(name="name", label="Name", type="string")
PAYLOAD = {"salary": 98_765, "name": "Acme"}
VIEWER, EVE = "U0VIEWER01", "U0EVE00001"


def asked(**changes: Any) -> Request:
    stages = (
        Stage(reviewers=("@finance-approvers", "U0ANA00001")),
        Stage(reviewers=("U0CFO00001",)),
    )
    asked_of = plan(
        stages=stages,
        viewers=(VIEWER,),
        escalations=(Escalation(after_s=60, ask=("boss@example.com",)),),
    )
    judged = evaluation(
        plan=asked_of,
        fields=(NAME, SALARY),
        trace=(
            Step(rule="large", matched=True, phrase="payload.salary > 5: yes, salary is 98765"),
        ),
        flags=(Flag(question="x", raised=True, because="Far.", phrase="salary is 98765"),),
    )
    return pending(payload=PAYLOAD, evaluation=judged, **changes)


def edited(request: Request, **values: Any) -> Request:
    by = Actor(kind="person", id="U0ANA00001", name="Ana")
    made = Edited(
        payload=request.payload | values,
        digest="e" * 64,
        evaluation=request.evaluation,
        by=by,
        at_ms=NOW,
    )
    return request.changed(edited=made)


def test_a_request_that_everybody_may_see_is_left_alone():
    request = pending()
    assert in_public(request) is request
    assert not withholds(request)


def test_neither_the_value_nor_what_quotes_it_is_in_the_copy():
    copy = in_public(asked())
    assert withholds(copy)
    assert "98765" not in copy.model_dump_json()
    assert copy.payload["name"] == "Acme"
    assert [step.matched for step in copy.evaluation.trace] == [True]
    assert copy.digest == asked(id=copy.id).digest, "it is the same request"


@pytest.mark.parametrize(("salary", "differs"), [(98_765, []), (43_210, ["salary"])])
def test_that_it_was_changed_is_seen_and_not_into_what(salary: int, differs: list[str]):
    copy = in_public(edited(asked(), salary=salary))
    assert copy.state.edited is not None
    changes = difference(copy.body.payload, copy.state.edited.payload)
    assert [change.field for change in changes] == differs
    assert not {"98765", "43210"} & set(copy.model_dump_json().replace(":", ",").split(","))


def test_a_direct_message_shows_it_unless_only_an_edit_brought_it_in():
    """Whoever got a card of their own before could be anybody."""
    assert in_direct(asked()).payload["salary"] == 98_765
    assert in_direct(edited(asked(), salary=43_210)).payload["salary"] == 43_210
    judged = asked().evaluation
    without = judged.model_copy(update={"fields": (NAME,), "trace": (), "flags": ()})
    open_to_all = pending(payload={"name": "Acme"}, evaluation=without)
    assert in_direct(open_to_all) is open_to_all
    made = edited(open_to_all, salary=43_210).state.edited
    assert made is not None
    later = open_to_all.changed(edited=made.model_copy(update={"evaluation": judged}))
    assert "43210" not in in_direct(later).model_dump_json()


def test_what_an_earlier_policy_kept_from_the_channel_stays_so_in_the_difference():
    [before] = difference({"salary": 98_765}, {})
    by = Actor(kind="person", id="U0ANA00001", name="Ana")
    changes = (before.model_copy(update={"visible": "reviewers"}),)
    revises = Revises(request_id="r", by=by, comment=None, changes=changes, threads=())
    copy = in_public(pending(revises=revises))
    assert "98765" not in copy.model_dump_json()
    assert withholds(copy), "so that nobody gets a card with it who should not"


@pytest.mark.parametrize(
    "name", ["U0ANA00001", "@finance-approvers", "U0CFO00001", "boss@example.com", "U0DELEGATE"]
)
def test_whoever_may_come_to_decide_it_sees_all_of_it(name: str):
    away = (Away(person="U0ANA00001", delegate="U0DELEGATE", until_ms=NOW + 1, personal=True),)
    request = asked().changed(away=away)
    one = Viewer(id="U0SOMEBODY", name="Somebody", groups=frozenset({name}))
    assert may_see_all(request, one)
    assert as_seen_by(request, one) is request


def test_so_do_whoever_decided_whoever_asked_and_admins():
    request = asked(on_behalf_of="dev@example.com")
    decided = after(request, approval(request))
    assert may_see_all(decided, Viewer(id="U0ANA00001", name="Ana"))
    assert may_see_all(request, Viewer(id="U0DEV00001", name="Dev", email="Dev@example.com"))
    assert may_see_all(request, Viewer(id="U0GUS00001", name="Gus", admin=True))


def test_whoever_may_only_look_or_was_shown_it_sees_the_rest():
    request = asked().changed(cards=Cards(shown_to=(EVE,)))
    for one in (VIEWER, EVE):
        viewer = Viewer(id=one, name="One")
        assert may_see(request, viewer)
        assert not may_see_all(request, viewer)
        assert withholds(as_seen_by(request, viewer))


def test_to_have_stopped_a_watch_while_slack_vouched_for_nobody_shows_nobody_more():
    eve = Actor(kind="person", id=EVE, name="Eve")
    request = asked().changed(stopped=Stopped(by=eve, at_ms=NOW, reason="Wait."))
    viewer = Viewer(id=EVE, name="Eve")
    assert may_see(request, viewer)
    assert withholds(as_seen_by(request, viewer))


def test_what_was_stored_before_there_was_anything_to_keep_is_read():
    stored = body().model_dump(mode="json")
    stored["evaluation"]["fields"] = [{"name": "amount", "label": "Amount", "type": "number"}]
    assert Body.model_validate(stored).evaluation.fields[0].visible == "everyone"
