"""Erasing before the end of retention: what is settled, with all that carries the same data."""

from __future__ import annotations

import pytest

from app.domain import lifecycle
from app.domain.commands import Erase
from app.domain.errors import EraseRefused, RequestNotFound
from app.domain.events import fingerprint
from app.domain.request import Operator, Request, Revises
from app.domain.revising import key_of
from app.erasing import Erasing
from app.ports import Idempotency
from policies.plan import Route
from tests.builders import NOW, after, applied, approval, body, evaluation, pending
from tests.memory.requests import MemoryStore

ASKED = Erase(operator=Operator(account="root", host="host-1"), reason="They asked for it.")
ALONE = evaluation(Route.APPROVE)


def kept(store: MemoryStore, asks_again: Request | None = None) -> Request:
    """Decided by its policy, and nothing is left to be told of it."""
    given = {} if asks_again is None else {"revises": _revises(asks_again)}
    made = lifecycle.begin(body(evaluation=ALONE, callback_url=None, **given))
    key = None
    if asks_again is not None:
        key = Idempotency(client="billing", key=key_of(asks_again), fingerprint="f")
    store.commit(made, made.request.id, idempotency=key)
    return made.request


def _revises(request: Request) -> Revises:
    decision = request.state.decision
    assert decision is not None
    return Revises(request_id=request.id, by=decision.by[0], comment=None, changes=())


def test_the_last_event_says_who_erased_it_and_proves_why():
    request = lifecycle.begin(body(evaluation=ALONE, callback_url=None)).request
    erased = applied(request, ASKED)
    assert erased.after is None
    [event] = erased.events
    assert (event.type.value, event.version) == ("request.erased", request.state.version)
    assert event.detail == {
        "operator": "root@host-1",
        "reason_sha256": fingerprint("They asked for it."),
    }


def test_nothing_is_erased_that_waits_or_that_somebody_is_still_to_hear_of():
    request = pending()
    with pytest.raises(EraseRefused, match="still waits"):
        lifecycle.apply(request, ASKED, NOW)
    with pytest.raises(EraseRefused, match="still to be told"):
        lifecycle.apply(after(request, approval(request)), ASKED, NOW)
    with pytest.raises(EraseRefused, match="Say why"):
        lifecycle.apply(request, ASKED.model_copy(update={"reason": " "}), NOW)


def test_revisions_are_found_from_whichever_is_named_and_are_gone_one_by_one():
    store = MemoryStore()
    erasing = Erasing(store)
    first = kept(store)
    second = kept(store, first)
    third = kept(store, second)
    other = kept(store)
    family = [first.id, second.id, third.id]
    for one in family:
        assert [each.id for each in erasing.family(one)] == family
    for one in family:
        erasing.erase(one, ASKED)
        erasing.erase(one, ASKED)  # once more, after a lost reply
    assert set(store.rows) == {other.id}
    with pytest.raises(RequestNotFound):
        erasing.family(first.id)
