"""Sealing goes on whatever becomes of the folder, and what it did not take is not lost."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from app.audit.checkpoint_file import NAME, CheckpointFile
from app.audit.keeping import Keeping
from app.audit.moving import Mover
from tests.memory.ledger import MemoryLedger
from tests.unit.audit.test_seal import sealer


def test_a_folder_that_takes_nothing_holds_up_no_sealing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    ledger, folder = MemoryLedger(requests={"req_1"}), tmp_path / "gone"
    file = CheckpointFile(folder, ledger, ledger)
    keeping = Keeping(sealer(ledger), file, Mover(ledger, ledger, folder, 1_000))
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            ledger.happen()
            keeping.run()
    assert ledger.head().seq == 3
    assert len(caplog.records) == 1
    folder.mkdir()
    keeping.run()
    assert (folder / NAME).read_text().splitlines() == ledger.checkpoints(0, 10) != []


def test_without_a_folder_everything_stays_in_the_store():
    ledger = MemoryLedger()
    ledger.happen(5)
    Keeping(sealer(ledger), None, None).run()
    assert len(ledger.stream) == 5
    assert len(ledger.checkpoints(0, 10)) == 1
