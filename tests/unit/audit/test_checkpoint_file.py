"""The file has every checkpoint, once and in order, whatever stops whoever writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.audit.checkpoint_file import NAME, CheckpointFile
from app.audit.seal import MOST
from app.ports.ledger import EMPTY
from tests.memory.ledger import MemoryLedger
from tests.unit.audit.test_seal import sealed_all


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def go_on(ledger: MemoryLedger, count: int = 1) -> None:
    """So many further checkpoints."""
    for _ in range(count):
        ledger.happen()
        ledger.now += 60_000
        sealed_all(ledger)


def catch_up(ledger: MemoryLedger, folder: Path) -> list[str]:
    """What a process that has just started makes of the file."""
    CheckpointFile(folder, ledger, ledger).catch_up(ledger.head())
    return (folder / NAME).read_text().splitlines()


def test_it_has_what_was_made_before_it_began_and_goes_on(ledger: MemoryLedger, tmp_path: Path):
    go_on(ledger, 2)
    assert catch_up(ledger, tmp_path) == ledger.checkpoints(0, 10)
    go_on(ledger, 2)
    assert catch_up(ledger, tmp_path) == ledger.checkpoints(0, 10)
    assert len(ledger.checkpoints(0, 10)) == 4
    assert ledger.alarms == {}


def test_two_that_share_a_file_leave_neither_gaps_nor_doubles(ledger: MemoryLedger, tmp_path: Path):
    files = [CheckpointFile(tmp_path, ledger, ledger) for _ in range(2)]
    for _ in range(3):
        go_on(ledger)
        for file in files:
            file.catch_up(ledger.head())
    assert (tmp_path / NAME).read_text().splitlines() == ledger.checkpoints(0, 10)


@pytest.mark.parametrize("left", [1, 50, 250])
def test_a_line_that_a_crash_cut_is_written_again(ledger: MemoryLedger, tmp_path: Path, left: int):
    go_on(ledger, 3)
    catch_up(ledger, tmp_path)
    path = tmp_path / NAME
    *whole, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole) + last[:left])
    assert catch_up(ledger, tmp_path) == ledger.checkpoints(0, 10)
    assert ledger.alarms == {}


def test_a_store_that_went_back_is_told_of_once_and_the_file_keeps_what_it_had(
    ledger: MemoryLedger, tmp_path: Path
):
    go_on(ledger, 3)
    before = catch_up(ledger, tmp_path)
    ledger.stands, ledger.links, ledger.signed = EMPTY, [], {}
    catch_up(ledger, tmp_path)
    [text] = ledger.alarms.values()
    assert "over 3 entries that the store does not have" in text
    ledger.stream.clear()
    go_on(ledger, 2)
    after = catch_up(ledger, tmp_path)
    assert after == [*before, *ledger.checkpoints(0, 10)]
    go_on(ledger, 1)
    assert catch_up(ledger, tmp_path) == [*before, *ledger.checkpoints(0, 10)]
    assert len(ledger.alarms) == 1


def test_what_was_moved_out_meanwhile_is_no_break(ledger: MemoryLedger, tmp_path: Path):
    go_on(ledger, 2)
    before = catch_up(ledger, tmp_path)
    go_on(ledger, 2)
    ledger.drop(ledger.head(), ledger.sealed(3, 1)[0])
    go_on(ledger)
    assert catch_up(ledger, tmp_path) == [*before, *ledger.checkpoints(0, 10)]
    assert ledger.alarms == {}


def test_what_somebody_wrote_into_it_is_told_of(ledger: MemoryLedger, tmp_path: Path):
    go_on(ledger, 2)
    catch_up(ledger, tmp_path)
    with (tmp_path / NAME).open("a") as file:
        file.write("nothing of ours\n")
    go_on(ledger)
    lines = catch_up(ledger, tmp_path)
    assert [one for one in lines if one != "nothing of ours"] == ledger.checkpoints(0, 10)
    assert len(ledger.alarms) == 1


def test_it_takes_many_at_once(ledger: MemoryLedger, tmp_path: Path):
    ledger.happen(2 * MOST)
    sealed_all(ledger)
    assert len(catch_up(ledger, tmp_path)) == 2
