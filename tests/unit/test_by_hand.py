"""Asking by hand: who may, once for each form, and under which policies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.by_hand import Wish
from app.domain.cards import Place
from app.domain.errors import FormRefused, InputsRefused, PersonNotTrusted, PolicyNotFound
from app.domain.request import BY_HAND
from app.judge import PolicyJudge
from policies.loader import load_text
from tests import fakes

DEV = "U0DEV00001"
PLACE = Place(channel="C0TEAM", ts="1790000000.000100")
WISH = Wish(
    form="V0123",
    policy="refund",
    title="Refund 1042",
    payload={"amount": 120},
    context={"why": "It broke."},
    asked_in=PLACE,
)


@pytest.fixture
def store() -> fakes.FakeStore:
    return fakes.FakeStore()


def test_what_somebody_wishes_is_asked_on_their_own_behalf(store):
    request = fakes.by_hand(store).ask(DEV, WISH)
    body = request.body
    assert request.by_hand
    assert (body.client, body.on_behalf_of, body.asked_in) == (BY_HAND, DEV, PLACE)
    assert (body.title, body.payload, body.context) == (WISH.title, WISH.payload, WISH.context)
    assert store.load(request.id).request == request


def test_a_form_that_is_sent_again_opens_nothing_new(store):
    by_hand = fakes.by_hand(store)
    assert by_hand.ask(DEV, WISH).id == by_hand.ask(DEV, WISH).id
    assert len(store) == 1


def test_a_form_that_says_something_else_the_second_time_is_refused(store):
    by_hand = fakes.by_hand(store)
    by_hand.ask(DEV, WISH)
    for other in ({"payload": {"amount": 9}}, {"asked_in": None}):
        with pytest.raises(FormRefused, match="sent before"):
            by_hand.ask(DEV, replace(WISH, **other))
    assert len(store) == 1


def test_a_form_of_somebody_else_is_another_form(store):
    by_hand = fakes.by_hand(store)
    assert by_hand.ask(DEV, WISH).id != by_hand.ask("U0ANA00001", WISH).id


@pytest.mark.parametrize("standing", ["guest", "bot", "stranger", "deactivated", "unverified"])
def test_only_people_of_the_workspace_ask(store, standing):
    directory = fakes.FakeDirectory(standings={DEV: standing})
    with pytest.raises(PersonNotTrusted):
        fakes.by_hand(store, directory=directory).ask(DEV, WISH)
    assert len(store) == 0


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"title": ""}, FormRefused),
        ({"policy": "refnd"}, PolicyNotFound),
        ({"payload": {}}, InputsRefused),
    ],
)
def test_what_can_not_be_asked_opens_nothing(store, changes: dict[str, Any], refusal):
    with pytest.raises(refusal):
        fakes.by_hand(store).ask(DEV, replace(WISH, **changes))
    assert len(store) == 0


def test_every_policy_may_be_asked_under_by_hand(store):
    by_hand = fakes.by_hand(store)
    assert dict(by_hand.policies()) == {"default": None, "refund": "Money back to a customer."}
    assert by_hand.inputs("default") is None
    assert list(by_hand.inputs("refund") or ()) == ["amount"]


def test_past_the_limit_of_all_people_it_waits_its_turn_and_people_decide(store):
    by_hand = fakes.by_hand(store)
    waits = replace(
        by_hand, service=fakes.service(store, admission=fakes.FakeAdmission(until_ms=9 * 10**12))
    )
    request = waits.ask(DEV, replace(WISH, form="V1", payload={"amount": 20}))
    assert request.state.held is not None
    assert request.state.held.reason == "limit"


def test_a_policy_that_is_not_for_people_is_as_good_as_none():
    files = {
        name: load_text(
            f"policy: {name}\n{rest}review: {{reviewers: [a@b.example]}}".encode(), name
        )
        for name, rest in {"refund": "", "internal": "by_hand: false\n"}.items()
    }
    by_hand = fakes.by_hand(fakes.FakeStore(), PolicyJudge(files))
    assert list(by_hand.policies()) == ["refund"]
    by_hand.known("internal", everything=True)
    with pytest.raises(PolicyNotFound, match="of which you may see anything"):
        by_hand.known("internal", everything=False)
    for ask in (
        lambda: by_hand.inputs("internal"),
        lambda: by_hand.ask(DEV, replace(WISH, policy="internal")),
    ):
        with pytest.raises(PolicyNotFound, match="to ask by hand"):
            ask()
