"""A signed request that comes a second time, to the letter, changes nothing: of no kind."""

from __future__ import annotations

import pytest

from app.domain.errors import StoreUnavailable

from .anything_sent import random_payloads
from .everything import DEEDS, Deed, Office, decide


@pytest.fixture
def office():
    office = Office()
    yield office
    office.close()


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_a_copy_of_anything_that_people_do_changes_nothing(office: Office, deed: Deed):
    sent = deed(office)
    before = office.stands()
    assert office.send(sent) == 200
    after = office.stands()
    assert after != before, "it has its effect"
    assert office.send(sent) == 200
    assert office.stands() == after


def test_without_the_store_that_knows_copies_nothing_gets_in(office: Office):
    sent = decide(office)
    before, office.arrivals.down = office.stands(), True
    with pytest.raises(StoreUnavailable):
        office.send(sent)
    assert office.stands() == before


def test_no_payload_whatever_is_a_fault_of_ours_or_has_an_effect_for_a_guest():
    assert random_payloads(80) >= 80
