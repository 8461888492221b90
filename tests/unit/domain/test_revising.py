"""A request that asks another one again: its place, its thread, and who is asked."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import lifecycle
from app.domain.bursts import together
from app.domain.cards import Copy, Place
from app.domain.commands import CardDrawn
from app.domain.difference import Change
from app.domain.request import Request, Revises
from app.domain.revising import revises
from policies.plan import Escalation, Field, Outcome
from tests.builders import NOW, after, approval, body, evaluation, pending, person, plan

ROOT = Place(channel="C0APPROVAL", ts="1.1")
URGED = plan(
    revisions=2,
    remind_s=(600,),
    escalations=(
        Escalation(after_s=3_600, ask=("cfo@example.com",)),
        Escalation(after_s=7_200, ask=("U0EVE00001",)),
    ),
)


def asked_again(revision: int, **changes: Any) -> Request:
    about = Revises(
        request_id="req_" + "0" * 26,
        by=person().as_actor(),
        comment="Less.",
        changes=(Change(field="amount", kind="changed", before=120, after=90),),
        threads=(("#approvals", ROOT),),
    )
    given: dict[str, Any] = {"evaluation": evaluation(plan=URGED), "revision": revision}
    begun = lifecycle.begin(body(revises=about, **(given | changes)))
    assert begun.after is not None
    return begun.after


def test_it_says_who_wanted_what_and_hangs_below_the_first_card():
    request = pending()
    shown = after(request, CardDrawn(target="#approvals", place=ROOT, face=1))
    shared = shown.state.cards.copies[0].model_copy(
        update={"target": "D1", "place": Place(channel="D1", ts="2.2"), "items": ("a", "b")}
    )
    cards = shown.state.cards.model_copy(update={"copies": (*shown.state.cards.copies, shared)})
    shown = shown.model_copy(update={"state": shown.state.model_copy(update={"cards": cards})})
    wanted = after(shown, approval(shown, outcome=Outcome.REVISE, comment="Less."))
    found = revises(wanted, wanted, {"amount": 90, "customer": "Acme"})
    assert (found.request_id, found.comment) == (request.id, "Less.")
    assert found.by.id == "U0ANA00001"
    assert [change.field for change in found.changes] == ["amount"]
    assert found.threads == (("#approvals", ROOT),)


def test_within_the_cap_time_runs_as_always():
    request = asked_again(revision=3)
    assert not request.body.past_cap
    assert request.state.escalated == 0
    assert request.state.escalate_ms == (NOW + 3_600_000, NOW + 7_200_000)


def test_past_the_cap_all_backups_are_asked_from_the_beginning():
    request = asked_again(revision=4)
    assert request.body.past_cap
    assert request.state.escalate_ms == ()
    assert request.backups == ("cfo@example.com", "U0EVE00001")
    assert request.state.remind_ms == (NOW + 600_000,)


def test_the_trail_says_what_it_asks_again():
    begun = lifecycle.begin(asked_again(revision=4).body)
    revised = next(one for one in begun.events if one.type.value == "request.revised")
    assert revised.detail == {
        "revises": "req_" + "0" * 26,
        "revision": 4,
        "fields": ["amount"],
        "past_cap": True,
    }


def test_its_thread_is_that_of_the_first_card_wherever_that_is():
    request = asked_again(revision=2)
    mine, elsewhere = Place(channel="C0APPROVAL", ts="5.5"), Place(channel="D9", ts="6.6")
    copies = (
        Copy(target="#approvals", place=mine, face=1),
        Copy(target="D9", place=elsewhere, face=1),
    )
    cards = request.state.cards.model_copy(update={"copies": copies})
    shown = request.model_copy(update={"state": request.state.model_copy(update={"cards": cards})})
    assert shown.root_thread("#approvals") == ROOT.ts
    assert shown.thread(mine) == ROOT.ts
    assert shown.thread(elsewhere) == elsewhere.ts
    assert pending().root_thread("#approvals") is None


@pytest.mark.parametrize("first", [True, False])
def test_in_a_burst_it_comes_alone(first: bool):
    others = [pending() for _ in range(6)]
    again = asked_again(revision=2)
    waiting = [again, *others] if first else [*others, again]
    assert together(waiting) == ((again,) if first else tuple(others))


def test_what_was_secret_is_marked_since_the_policy_may_change_meanwhile():
    iban = Field(name="iban", label="IBAN", type="string", secret=True)
    request = pending(payload={"iban": "DE1", "to": "A"}, evaluation=evaluation(fields=(iban,)))
    wanted = after(request, approval(request, outcome=Outcome.REVISE, comment="Less."))
    found = revises(wanted, wanted, {"account": "DE2", "to": "B"})
    assert {one.field: one.secret for one in found.changes} == {
        "iban": True,
        "to": False,
        "account": False,
    }
