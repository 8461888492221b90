"""Who may see a request, and for whom it waits."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.cards import Cards
from app.domain.commands import HandOver
from app.domain.request import Away, Held, Request, Vote
from app.domain.viewing import Viewer, may_see, waits_for
from policies.plan import Escalation, Outcome, Route, Stage
from tests.builders import NOW, after, approval, evaluation, pending, person, plan

ANA = Viewer(id="U0ANA00001", name="Ana", email="Ana@example.com")
BEN = Viewer(id="U0BEN00001", name="Ben", groups=frozenset({"S0FINANCE1", "@finance-approvers"}))
EVE = Viewer(id="U0EVE00001", name="Eve", email="eve@example.com")
ADMIN = Viewer(id="U0GUS00001", name="Gus", admin=True)


def asked(**changes: Any) -> Request:
    """A request with a plan that is made so; by default Ana and a group are asked."""
    mine = {name: changes.pop(name) for name in ("on_behalf_of",) if name in changes}
    return pending(evaluation=evaluation(plan=plan(**changes)), **mine)


def changed(request: Request, **state: Any) -> Request:
    return request.changed(**state)


@pytest.mark.parametrize("ref", ["U0ANA00001", "ana@example.com", "ANA@Example.com"])
def test_it_waits_for_whoever_is_asked_by_id_or_by_address(ref: str):
    assert waits_for(asked(stages=(Stage(reviewers=(ref,)),)), ANA)


@pytest.mark.parametrize("ref", ["S0FINANCE1", "@finance-approvers"])
def test_it_waits_for_the_members_of_a_group(ref: str):
    request = asked(stages=(Stage(reviewers=(ref,)),))
    assert waits_for(request, BEN)
    assert not waits_for(request, ANA)


def test_it_neither_waits_for_strangers_nor_is_it_seen_by_them():
    request = asked()
    assert not waits_for(request, EVE)
    assert not may_see(request, EVE)


def test_admins_see_everything_and_it_does_not_wait_for_them():
    for request in (asked(), pending(evaluation=evaluation(Route.REVIEW))):
        assert may_see(request, ADMIN)
        assert not waits_for(request, ADMIN)


def test_it_does_not_wait_for_whoever_asked_though_they_are_a_reviewer():
    for requester in ("ANA@example.com", "U0ANA00001"):
        request = asked(on_behalf_of=requester)
        assert not waits_for(request, ANA)
        assert may_see(request, ANA)


def test_it_does_not_wait_for_whoever_answered_already():
    two = asked(stages=(Stage(reviewers=("@finance-approvers", ANA.id), quorum=2),))
    once = after(two, approval(two))
    assert not waits_for(once, ANA)
    assert waits_for(once, BEN)
    assert may_see(once, ANA)


def test_it_does_not_wait_for_whoever_somebody_stood_in_for():
    eve = person(id=EVE.id, name="Eve").as_actor(in_place_of=ANA.id)
    vote = Vote(by=eve, stage=0, at_ms=NOW, digest="d")
    two = asked(stages=(Stage(reviewers=(ANA.id, BEN.id), quorum=2),))
    assert not waits_for(changed(two, votes=(vote,)), ANA)


def test_what_is_held_waits_for_nobody():
    held = changed(asked(), held=Held(reason="paused", since_ms=NOW))
    assert not waits_for(held, ANA)
    assert may_see(held, ANA)


def test_what_is_decided_waits_for_nobody_and_is_still_seen():
    request = asked()
    decided = after(request, approval(request, outcome=Outcome.REJECT))
    assert not waits_for(decided, BEN)
    assert may_see(decided, BEN)
    assert not may_see(decided, EVE)


def test_later_stages_and_backups_see_it_before_it_waits_for_them():
    stages = (Stage(reviewers=(ANA.id,)), Stage(reviewers=(BEN.id,)))
    request = asked(stages=stages, escalations=(Escalation(after_s=3_600, ask=(EVE.id,)),))
    for viewer in (BEN, EVE):
        assert may_see(request, viewer)
        assert not waits_for(request, viewer)
    assert waits_for(changed(request, escalated=1), EVE)
    assert waits_for(after(request, approval(request)), BEN)


def test_the_overflow_is_waited_for_once_it_is_asked():
    request = asked(overflow=(EVE.id,))
    assert may_see(request, EVE)
    assert not waits_for(request, EVE)
    assert waits_for(changed(request, overflowed=True), EVE)


def test_viewers_of_the_policy_see_it():
    request = asked(viewers=("EVE@example.com",))
    assert may_see(request, EVE)
    assert not waits_for(request, EVE)


def test_it_waits_for_a_stand_in():
    away = Away(person=ANA.id, delegate=EVE.id, until_ms=NOW + 1, personal=True)
    request = changed(asked(), away=(away,))
    assert waits_for(request, EVE)


def test_whoever_stands_in_out_of_a_group_sees_it_and_is_not_waited_for():
    away = Away(person=BEN.id, delegate=EVE.id, until_ms=NOW + 1, personal=False)
    request = changed(asked(), away=(away,))
    assert may_see(request, EVE)
    assert not waits_for(request, EVE)


def test_whoever_is_handed_it_is_waited_for_and_whoever_was_shown_it_sees_it():
    request = asked(stages=(Stage(reviewers=(ANA.id, "eve@example.com")),))
    eve = person(id=EVE.id, name="Eve", email=EVE.email)
    handed = after(request, HandOver(person=person(), digest=request.digest, to=eve))
    assert waits_for(handed, Viewer(id=EVE.id, name="Eve"))
    shown = changed(asked(), cards=Cards(shown_to=(EVE.id,)))
    assert may_see(shown, EVE)
    assert not waits_for(shown, EVE)


def test_what_a_policy_decided_alone_is_for_whoever_asked_and_for_admins():
    request = pending(evaluation=evaluation(Route.APPROVE), on_behalf_of="eve@example.com")
    assert may_see(request, EVE)
    assert may_see(request, ADMIN)
    assert not may_see(request, ANA)
    assert not may_see(request, BEN)


def test_a_request_on_behalf_of_a_group_is_not_asked_by_its_members():
    request = pending(evaluation=evaluation(Route.APPROVE), on_behalf_of="@finance-approvers")
    assert not may_see(request, BEN)
