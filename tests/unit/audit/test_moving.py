"""What nobody needs any more leaves the store for files, which go on where the last one ended."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from app.audit.moving import Mover
from app.audit.record import NOTHING, Checkpoint, Entry, link
from app.audit.seal import EVERY_MS, MOST
from app.ports.ledger import Head, Look, Sealed
from tests.memory.ledger import MemoryLedger
from tests.unit.audit.test_seal import KEY, sealed_all

DAY_MS = 86_400_000


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def segment(ledger: MemoryLedger, count: int, request: str | None = "req_1") -> None:
    """So many events, and a checkpoint over them."""
    ledger.happen(count, request)
    ledger.now += EVERY_MS
    sealed_all(ledger)


def move(ledger: MemoryLedger, folder: Path, delivered: int | None = None) -> None:
    """All that can be moved now, whenever the last turn was."""
    for _ in range(20):
        ledger.turns.clear()
        upto = ledger.head().checkpoint_seq if delivered is None else delivered
        Mover(ledger, ledger, folder, DAY_MS).move(upto)


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def numbers(folder: Path) -> list[int]:
    """The numbers of the entries in all files, each of which is checked line by line."""
    found, head = [], NOTHING
    for path in sorted(folder.iterdir()):
        header, *lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert header["before"] == head
        assert header["first"] == len(found) + 1
        for line, text in zip(lines, path.read_text().splitlines()[1:], strict=True):
            if "checkpoint" in line:
                checkpoint = Checkpoint(**line["checkpoint"])
                assert (checkpoint.seq, checkpoint.hash) == (len(found), head)
                assert KEY.public.verifies(line["signature"], checkpoint.signed)
            else:
                head = _checked(head, line, text)
                found.append(line["seq"])
        assert "checkpoint" in lines[-1]
    return found


def _checked(before: str, line: dict[str, Any], text: str) -> str:
    event = text.partition('"event":')[2].rpartition(',"hash":')[0]
    assert link(before, Entry(line["seq"], line["id"], event)) == line["hash"]
    return str(line["hash"])


def test_whole_segments_move_once_their_requests_are_erased(ledger: MemoryLedger, tmp_path: Path):
    segment(ledger, 5, "req_1")
    segment(ledger, 5, "req_2")
    segment(ledger, 5, "req_3")
    ledger.requests = {"req_3"}
    move(ledger, tmp_path)
    assert names(tmp_path) == ["record-000000000001-000000000010.jsonl"]
    assert numbers(tmp_path) == list(range(1, 11))
    assert ledger.head().first == 11
    assert len(ledger.stream) == 5


def test_a_file_names_who_signed_what_is_in_it(ledger: MemoryLedger, tmp_path: Path):
    segment(ledger, 2)
    ledger.known.add("csap_" + "A" * 43)
    move(ledger, tmp_path)
    [path] = tmp_path.iterdir()
    assert json.loads(path.read_text().splitlines()[0])["keys"] == [KEY.public.text]


def test_a_file_is_for_the_account_of_the_clock_alone(ledger: MemoryLedger, tmp_path: Path):
    segment(ledger, 2)
    move(ledger, tmp_path)
    [path] = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_request_that_is_kept_holds_up_what_came_after_its_opening(
    ledger: MemoryLedger, tmp_path: Path
):
    segment(ledger, 1, "req_open")
    segment(ledger, 5, "req_1")
    ledger.requests = {"req_open"}
    move(ledger, tmp_path)
    assert names(tmp_path) == []
    ledger.requests = set()
    move(ledger, tmp_path)
    assert numbers(tmp_path) == list(range(1, 7))


def test_what_is_about_no_request_goes_by_its_age(ledger: MemoryLedger, tmp_path: Path):
    segment(ledger, 3, None)
    move(ledger, tmp_path)
    assert names(tmp_path) == []
    ledger.now += DAY_MS
    move(ledger, tmp_path)
    assert numbers(tmp_path) == [1, 2, 3]


def test_many_move_in_files_of_a_bounded_size(ledger: MemoryLedger, tmp_path: Path):
    segment(ledger, 2 * MOST)
    segment(ledger, 500)
    move(ledger, tmp_path)
    assert len(names(tmp_path)) == 3
    assert numbers(tmp_path) == list(range(1, 2 * MOST + 501))
    assert ledger.stream == {}


def test_nothing_moves_that_no_checkpoint_in_the_file_is_over(ledger: MemoryLedger, tmp_path: Path):
    segment(ledger, 5)
    segment(ledger, 5)
    move(ledger, tmp_path, delivered=5)
    assert numbers(tmp_path) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("more", [0, 3])
def test_a_crash_between_file_and_store_leaves_it_in_both_and_is_made_good(
    tmp_path: Path, more: int
):
    class Dying(MemoryLedger):
        def drop(self, before: Head, last: Sealed) -> bool:
            raise SystemExit

    dying = Dying()
    segment(dying, 5)
    with pytest.raises(SystemExit):
        Mover(dying, dying, tmp_path, DAY_MS).move(5)
    assert len(dying.stream) == 5
    assert numbers(tmp_path) == [1, 2, 3, 4, 5]
    if more:
        segment(dying, more)
    ledger = MemoryLedger(**vars(dying))
    move(ledger, tmp_path)
    assert ledger.stream == {}
    assert numbers(tmp_path) == list(range(1, 6 + more))


def test_what_another_process_moves_meanwhile_is_no_break(tmp_path: Path):
    """Of one whose turn was over before it was done."""

    class Late(MemoryLedger):
        def look(self, limit: int) -> Look:
            look = super().look(limit)
            assert self.drop(look.head, self.sealed(5, 1)[0])
            return look

    ledger = MemoryLedger()
    segment(ledger, 5)
    segment(ledger, 5)
    late = Late(**vars(ledger))
    Mover(late, late, tmp_path, DAY_MS).move(10)
    assert (late.alarms, names(tmp_path)) == ({}, [])


def test_a_file_of_a_record_that_a_backup_took_back_is_neither_removed_nor_written_over(
    tmp_path: Path,
):
    lost = MemoryLedger()
    segment(lost, 5, "req_lost")
    move(lost, tmp_path)
    [evidence] = tmp_path.iterdir()
    before = evidence.read_bytes()
    longer, same = MemoryLedger(), MemoryLedger()
    segment(longer, 7)
    move(longer, tmp_path)
    assert len(names(tmp_path)) == 2
    segment(same, 5)
    same.turns.clear()
    with pytest.raises(FileExistsError, match="Keep it"):
        Mover(same, same, tmp_path, DAY_MS).move(5)
    assert (evidence.read_bytes(), len(same.stream)) == (before, 5)
    assert len(names(tmp_path)) == 2


def test_a_full_disk_is_left_without_halves(
    ledger: MemoryLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    segment(ledger, 5)
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            Mover(ledger, ledger, tmp_path, DAY_MS).move(5)
    assert (names(tmp_path), len(ledger.stream)) == ([], 5)
    move(ledger, tmp_path)
    assert numbers(tmp_path) == [1, 2, 3, 4, 5]


def test_what_a_crash_left_half_written_is_no_part_of_the_record(
    ledger: MemoryLedger, tmp_path: Path
):
    segment(ledger, 5)
    (tmp_path / ".record-000000000001-000000000005.jsonl.77").write_text('{"countersign":')
    move(ledger, tmp_path)
    assert "record-000000000001-000000000005.jsonl" in names(tmp_path)


@pytest.mark.parametrize("harm", ["changed", "deleted", "inserted"])
def test_nothing_that_is_not_as_it_was_sealed_is_moved(
    ledger: MemoryLedger, tmp_path: Path, harm: str
):
    segment(ledger, 2)
    segment(ledger, 5)
    ids = list(ledger.stream)
    if harm == "changed":
        ledger.stream[ids[3]] = '{"type":"other"}'
    elif harm == "deleted":
        del ledger.stream[ids[3]]
    else:
        ledger.stream[ids[2].replace("-0", "-1")] = '{"type":"other"}'
    move(ledger, tmp_path)
    assert numbers(tmp_path) == [1, 2]
    [text] = ledger.alarms.values()
    assert "entry 4" in text
    assert harm in text


def test_one_looks_at_a_time(ledger: MemoryLedger, tmp_path: Path):
    segment(ledger, 5)
    assert ledger.take_turn("moving", 60_000)
    Mover(ledger, ledger, tmp_path, DAY_MS).move(5)
    assert names(tmp_path) == []
