"""The sealer chains everything in its order, and signs when it is time."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit.keys import SealingKey
from app.audit.record import NOTHING, Checkpoint, Entry, link
from app.audit.seal import EVERY_MS, MOST, Sealer
from app.ports.ledger import EMPTY, Head, Look, Signed
from tests.memory.ledger import MemoryLedger

KEY = SealingKey.new()


def sealer(ledger: MemoryLedger, key: SealingKey = KEY) -> Sealer:
    return Sealer(ledger, ledger, key)


def sealed_all(ledger: MemoryLedger, by: Sealer | None = None) -> None:
    by = by or sealer(ledger)
    while by.round().more:
        pass


def recomputed(ledger: MemoryLedger) -> list[str]:
    """The hashes of the whole stream, chained here once more."""
    hashes, before = [], NOTHING
    for seq, (entry_id, event) in enumerate(ledger.stream.items(), 1):
        before = link(before, Entry(seq, entry_id, event))
        hashes.append(before)
    return hashes


def made(ledger: MemoryLedger) -> list[tuple[Checkpoint, str, str]]:
    lines = [json.loads(line) for line in ledger.checkpoints(0, 10_000)]
    return [(Checkpoint(**one["checkpoint"]), one["key"], one["signature"]) for one in lines]


def test_an_empty_record_begins_with_what_stands_for_nothing():
    assert {EMPTY.hash, EMPTY.before, EMPTY.checkpoint} == {NOTHING}
    ledger = MemoryLedger()
    assert not sealer(ledger).round().more
    assert ledger.stands == EMPTY


def test_what_is_in_the_stream_already_is_chained_from_its_first_entry_on():
    ledger = MemoryLedger()
    ledger.happen(2_500)
    sealed_all(ledger)
    assert [its_hash for _, its_hash in ledger.links] == recomputed(ledger)
    assert ledger.stands.seq == 2_500
    assert ledger.stands.hash == recomputed(ledger)[-1]


def test_a_checkpoint_is_over_a_thousand_entries_at_most():
    ledger = MemoryLedger()
    ledger.happen(1)
    sealed_all(ledger)
    ledger.happen(2 * MOST + 1)
    sealed_all(ledger)
    assert [one.seq for one, *_ in made(ledger)] == [1, MOST + 1, 2 * MOST + 1]


def test_a_checkpoint_is_made_within_a_minute_of_the_one_before_and_not_sooner():
    ledger = MemoryLedger()
    ledger.happen()
    sealed_all(ledger)
    ledger.happen()
    sealed_all(ledger)
    assert [one.seq for one, *_ in made(ledger)] == [1]
    ledger.now += EVERY_MS
    sealed_all(ledger)
    assert [one.seq for one, *_ in made(ledger)] == [1, 2]


def test_a_clock_that_was_ahead_and_is_put_right_is_not_waited_for():
    ledger = MemoryLedger()
    ledger.happen()
    sealed_all(ledger)
    ledger.now -= 86_400_000
    ledger.stream["1900000000000-0"] = "{}"
    sealed_all(ledger)
    assert [one.seq for one, *_ in made(ledger)] == [1, 2]


def test_nothing_is_signed_where_nothing_happens():
    ledger = MemoryLedger()
    ledger.happen()
    sealed_all(ledger)
    for _ in range(3):
        ledger.now += EVERY_MS
        sealed_all(ledger)
    assert len(made(ledger)) == 1


def test_checkpoints_are_signed_and_each_names_the_one_before():
    ledger = MemoryLedger()
    ledger.happen(3 * MOST)
    sealed_all(ledger)
    before = NOTHING
    for checkpoint, key_id, signature in made(ledger):
        assert key_id == KEY.public.id
        assert KEY.public.verifies(signature, checkpoint.signed)
        assert checkpoint.previous == before
        assert checkpoint.hash == recomputed(ledger)[checkpoint.seq - 1]
        before = checkpoint.own_hash


def test_another_key_signs_from_then_on():
    ledger, other = MemoryLedger(), SealingKey.new()
    ledger.happen()
    sealed_all(ledger)
    ledger.happen(MOST)
    sealed_all(ledger, sealer(ledger, other))
    assert [key for _, key, _ in made(ledger)] == [KEY.public.id, other.public.id]
    assert ledger.keys() == sorted([KEY.public.text, other.public.text])


def test_a_sealer_that_was_slower_goes_on_from_the_new_head():
    ledger = MemoryLedger()

    class Slow(MemoryLedger):
        """Between its look and its sealing somebody else seals."""

        def look(self, limit: int) -> Look:
            found = ledger.look(limit)
            ledger.now += 1
            sealed_all(ledger)
            return found

        def seal(self, before: Head, after: Head, links, checkpoint: Signed | None) -> bool:
            return ledger.seal(before, after, links, checkpoint)

    ledger.happen(10)
    slow = Slow()
    outrun = sealer(slow).round()
    assert outrun.more
    assert ledger.stands.seq == 10
    assert [its_hash for _, its_hash in ledger.links] == recomputed(ledger)


def test_a_stream_without_the_entry_that_was_sealed_last_is_told_of_once():
    ledger = MemoryLedger()
    ledger.happen(3)
    by = sealer(ledger)
    sealed_all(ledger, by)
    ledger.stream.clear()
    by.round()
    sealer(ledger).round()
    [text] = ledger.alarms.values()
    assert "no longer holds entry 3" in text
    ledger.happen()
    by.round()
    by.round()
    assert ledger.stands.seq == 4
    assert len(ledger.alarms) == 1


@settings(max_examples=10)
@given(st.lists(st.integers(0, 3), max_size=8))
def test_sealers_that_take_turns_write_one_chain(steps: list[int]):
    ledger = MemoryLedger()
    both = sealer(ledger), sealer(ledger, SealingKey.new())
    for step in steps:
        ledger.happen(step * 150)
        both[step % 2].round()
    sealed_all(ledger, both[0])
    assert [its_hash for _, its_hash in ledger.links] == recomputed(ledger)
    assert ledger.stands.seq == len(ledger.stream)
