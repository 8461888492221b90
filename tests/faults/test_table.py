"""Every row of the fault table, in small: nothing is lost, nothing doubled, nobody let in."""

from __future__ import annotations

import pytest

from tests.faults import rows
from tests.faults.table import ROWS, Row

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("row", ROWS, ids=rows.names())
def test_of_each_fault_nothing_is_lost_doubled_or_let_in(row: Row):
    outcome = row.run(row.small)
    assert outcome.holds, outcome
