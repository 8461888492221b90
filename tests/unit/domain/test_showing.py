"""Whoever wants to see a request whole gets a card of their own."""

from __future__ import annotations

import pytest

from app.domain import lifecycle
from app.domain.commands import Show, TargetsFound
from app.domain.errors import AlreadyDecided, CardNotShown
from app.domain.events import EventType
from app.domain.request import Request
from app.domain.showing import ONLOOKERS
from app.domain.slack_steps import FindTargets, PostCard, next_step
from tests.builders import NOW, after, applied, approval, pending, person

EVE = person(id="U0EVE00001", name="Eve", email="eve@example.com")


def crowded() -> Request:
    request = pending()
    for number in range(ONLOOKERS):
        one = person(id=f"U0LOOKER{number}", name="L", email=f"l{number}@example.com")
        request = after(request, Show(person=one))
    return request


def test_whoever_asks_is_looked_up_and_gets_a_card():
    request = pending()
    asked = applied(request, Show(person=EVE))
    assert [one.type for one in asked.events] == [EventType.CARD_ASKED_FOR]
    assert asked.after is not None
    assert next_step(asked.after) == FindTargets(refs=(EVE.id,))
    found = after(asked.after, TargetsFound(refs=(EVE.id,), targets=("D0EVE00001",)))
    targets = {"#approvals", "D0EVE00001"}
    step = next_step(found)
    assert isinstance(step, PostCard)
    assert step.target in targets
    assert set(found.state.cards.targets or ()) == targets


def test_asking_again_changes_nothing():
    asked = after(pending(), Show(person=EVE))
    assert lifecycle.apply(asked, Show(person=EVE), NOW) is None


def test_what_is_decided_is_not_shown_but_said():
    request = pending()
    decided = after(request, approval(request))
    with pytest.raises(AlreadyDecided, match="Ana already approved this"):
        lifecycle.apply(decided, Show(person=EVE), NOW)


def test_a_crowd_of_onlookers_is_bounded_and_keeps_no_reviewer_from_it():
    request = crowded()
    with pytest.raises(CardNotShown):
        lifecycle.apply(request, Show(person=EVE), NOW)
    assert after(request, Show(person=person())).state.cards.shown_to[-1] == person().id


def test_who_takes_no_direct_message_is_told_so():
    request = after(pending(), Show(person=EVE))
    lost = TargetsFound(refs=(EVE.id,), targets=(), lost=((EVE.id, "cannot_dm_bot"),))
    with pytest.raises(CardNotShown, match="cannot_dm_bot"):
        lifecycle.apply(after(request, lost), Show(person=EVE), NOW)
