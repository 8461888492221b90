"""Nothing that a requester writes is taken for the product's own, hidden, or drawn unmarked."""

from __future__ import annotations

import pytest

from tests.corpus.hostile import HOSTILE
from tests.corpus.surfaces import surfaces
from tests.corpus.violations import violations


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_gets_away_with_anything_wherever_it_is_drawn(name):
    drawn = [*surfaces(HOSTILE[name])]
    assert len(drawn) > 50
    assert [(where, wrong) for where, what in drawn for wrong in violations(what)] == []
