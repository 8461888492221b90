"""A genuine record verifies; whatever is done to one is found, and the first bad entry named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

import pytest

from app.audit.lines import Linked, Told, read
from app.audit.verdict import Kind, Verdict
from app.audit.verify import verify
from app.domain.commands import Erase
from tests.unit.audit.genuine import (
    ALONE,
    KEY,
    OTHER,
    ROOT,
    Deployment,
    Record,
    approve,
    genuine,
    lived,
    raw,
    record_of,
)
from tests.unit.audit.tampering import (
    Tampering,
    changed,
    closed,
    cut,
    moved,
    of_requests,
    of_the_header,
    rewritten,
)

EVERY_BYTE, EVERY_DEED = 17, 5
"""Of so many deeds one is done here; the table of faults has all of them."""


def names_the_first_bad(verdict: Verdict, deed: Tampering) -> bool:
    bad = verdict.first_bad
    if bad is None or deed.at is None:
        return bad is not None
    # Of a line that can't be read nobody can say whether it was a checkpoint behind that entry.
    return bad.seq == deed.at or (bad.kind is Kind.UNREADABLE and bad.seq == deed.at + 1)


def not_found(record: Record, deeds: Iterator[Tampering]) -> list[tuple[str, int | None]]:
    found = ((deed, record.verified(deed.lines)) for deed in deeds)
    return [(one.kind, one.at) for one, verdict in found if not names_the_first_bad(verdict, one)]


def test_a_genuine_record_verifies_with_every_way_in_which_a_request_can_end():
    verdict = genuine().verified()
    assert (verdict.faults, verdict.open, verdict.notes) == ((), (), ())
    figures = verdict.figures
    assert figures.entries == figures.signed == figures.last == 88
    assert (figures.requests, figures.erased, figures.checkpoints) == (30, 3, 7)


def test_one_byte_changed_anywhere_is_found():
    record = genuine()
    assert not_found(record, islice(changed(record.lines), 0, None, EVERY_BYTE)) == []


def test_lines_that_are_deleted_swapped_inserted_or_forged_are_found():
    record = genuine()
    assert not_found(record, islice(moved(record.lines), 0, None, EVERY_DEED)) == []


def test_a_tail_that_is_cut_off_is_found_by_a_checkpoint_that_was_kept_elsewhere():
    record = genuine()
    assert not_found(record, islice(cut(record.lines), 0, None, EVERY_DEED)) == []
    *_, last = cut(record.lines)
    assert last.kept
    assert record.verified(last.lines).faults[0].words == (
        "the record was cut: a checkpoint over entry 88 exists, and what is here ends with entry 87"
    )


def test_a_chain_that_is_computed_anew_without_the_key_is_found():
    record = genuine()
    assert not_found(record, islice(rewritten(record.lines, OTHER), 0, None, EVERY_DEED)) == []


def test_another_header_is_found():
    record = genuine()
    assert not_found(record, of_the_header(record.lines, OTHER)) == []


def test_a_request_that_differs_from_its_events_is_found_whatever_differs():
    record = genuine()
    assert not_found(record, islice(of_requests(record.lines), 0, None, EVERY_DEED + 2)) == []


def test_without_a_public_key_nothing_is_proven_and_the_verdict_says_so():
    record = genuine()
    verdict = verify([("export.jsonl", record.lines)], [])
    assert verdict.faults == ()
    assert "No public key was given." in verdict.open[0]


def test_a_record_that_nobody_signed_is_not_verified():
    made = Deployment()
    approve(made, made.opened())
    lines = record_of_unsigned(made)
    verdict = verify([("export.jsonl", lines)], [KEY.public])
    assert verdict.faults == ()
    assert "Nothing here is signed" in verdict.open[0]


def record_of_unsigned(made: Deployment) -> list[bytes]:
    exporter = type(made.exporter)(made.ledger, made.store, lambda: None, None)
    return raw(exporter.whole())


def test_what_came_since_the_last_checkpoint_is_said_to_be_chained_and_not_signed():
    made = lived(1)
    made.seal()
    made.wait(1)
    made.opened(ALONE)
    record = Record(record_of_unsigned(made), [])
    verdict = record.verified()
    assert (verdict.faults, verdict.open) == ((), ())
    assert verdict.notes == ("2 entries since the last checkpoint: chained, and not signed.",)


def test_an_entry_that_was_deleted_in_the_store_is_the_first_bad_one():
    made = lived(1)
    made.seal()
    gone = list(made.ledger.stream)[4]
    del made.ledger.stream[gone]
    bad = record_of(made).verified().first_bad
    assert bad is not None
    assert (bad.seq, bad.id, bad.kind) == (5, gone, Kind.DELETED)


def test_an_event_that_was_changed_in_the_store_is_the_first_bad_one():
    made = lived(1)
    made.seal()
    [place] = [one for one, event in made.ledger.stream.items() if '"approval.given"' in event]
    made.ledger.stream[place] = made.ledger.stream[place].replace("U0BEN00001", "U0EVE00001")
    bad = record_of(made).verified().first_bad
    assert bad is not None
    assert (bad.id, bad.kind) == (place, Kind.CHANGED)


def test_a_decision_that_was_put_into_the_stream_before_it_was_sealed_has_no_request():
    made = lived(1)
    made.seal()
    decided = next(one for one in made.ledger.stream.values() if '"request.decided"' in one)
    last = next(reversed(made.ledger.stream)).split("-")
    made.ledger.stream[f"{int(last[0]) + 1}-0"] = decided
    verdict = record_of(made).verified()
    assert [fault.kind for fault in verdict.faults] == [Kind.REQUEST]
    assert "goes back to" in verdict.faults[0].words or "once more" in verdict.faults[0].words


def test_a_request_that_was_changed_in_the_store_differs_from_its_events():
    made = lived(1)
    made.seal()
    row = next(one for one in made.store.rows.values() if one.request.state.decision)
    decision = row.request.state.decision
    assert decision is not None
    other = decision.model_copy(update={"digest": "f" * 64})
    state = row.request.state.model_copy(update={"decision": other})
    row.request = row.request.model_copy(update={"state": state})
    verdict = record_of(made).verified()
    assert {fault.request for fault in verdict.faults} == {row.request.id}
    assert "has another digest than entry" in verdict.faults[0].words


def test_a_header_that_was_changed_does_not_fit_what_was_signed():
    record = genuine()
    verdict = record.verified([as_of(record, "0-0"), *record.lines[1:]])
    assert [fault.words for fault in verdict.faults] == [
        "the first line or the last was changed: the signature does not fit"
    ]


def test_a_request_that_is_left_out_as_decided_later_by_a_word_that_nobody_signed():
    """However little later."""
    record = genuine()
    entries = [one for one in map(text, record.lines) if isinstance(one, Linked)]
    told = [one for one in map(text, record.lines) if isinstance(one, Told)]
    newest = max(told, key=lambda one: one.at_ms)
    ends = {"request.decided", "request.cancelled", "request.expired"}
    [end] = [
        one.seq
        for one in entries
        if (event := one.event) and event["request"] == newest.id and event["type"] in ends
    ]
    header = as_of(record, entries[end - 2].entry.id)
    without = [one for one in record.lines[1:] if b'{"id":"%s"' % newest.id.encode() not in one]
    verdict = record.verified(closed([header, *without]))
    assert verdict.faults == ()
    assert "1 decided after the requests were read" in verdict.open[0]


def as_of(record: Record, place: str) -> bytes:
    """The first line, with another place before which the requests are said to be read."""
    return line(json.loads(record.lines[0]) | {"as_of": place})


def line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def test_an_export_that_was_signed_by_a_key_that_nobody_trusts_is_not_the_record():
    made = lived(1)
    made.seal()
    made.exporter.ledger.known.add(OTHER.public.text)  # type: ignore[attr-defined]
    exporter = replace(made.exporter, seal=lambda: None, key=OTHER)
    verdict = verify([("export.jsonl", raw(exporter.whole()))], [KEY.public, OTHER.public])
    assert (verdict.faults, verdict.open) == ((), ())
    verdict = verify([("export.jsonl", unnamed(raw(exporter.whole())))], [KEY.public])
    assert any("signed with another key" in fault.words for fault in verdict.faults)


def unnamed(lines: list[bytes]) -> list[bytes]:
    """The header does not name the other key."""
    return [lines[0].replace(OTHER.public.text.encode(), KEY.public.text.encode()), *lines[1:]]


def test_an_export_that_begins_as_nothing_is_there_yet_is_the_record():
    """Events come while it reads the requests."""
    made, calls = Deployment(), count()

    def meanwhile() -> None:
        if next(calls) == 1:
            made.opened()
        made.seal()

    lines = raw(replace(made.exporter, seal=meanwhile).whole())
    assert b'"as_of":"0-0"' in lines[0]
    verdict = verify([("export.jsonl", lines)], [KEY.public])
    assert (verdict.faults, verdict.open, verdict.figures.entries) == ((), (), 1)


def test_an_export_that_begins_as_everything_was_moved_out_is_the_record():
    """With the files before it, and without; events come while it reads the requests."""
    made = lived(1)
    made.seal()
    made.wait(1)
    made.opened()
    lines = record_of_unsigned(made)
    [*_, cut_at] = [at for at, one in enumerate(lines) if one.startswith(b'{"checkpoint"')]
    last, header = text(lines[cut_at - 1]), json.loads(lines[0])
    assert isinstance(last, Linked)
    behind = header | {"first": last.seq + 1, "before": last.hash, "as_of": last.entry.id}
    export = closed([line(behind), *lines[cut_at + 1 : cut_at + 2], lines[-1]])
    del header["as_of"]
    part = [line(header), *lines[1 : cut_at + 1]]
    for files in ([("part", part), ("export", export)], [("export", export)]):
        assert not [one for one in verify(files, [KEY.public]).faults if one.kind is Kind.HEADER]


def test_erased_requests_leave_a_record_that_verifies():
    made = lived(1)
    settled = next(
        one.request for one in made.store.rows.values() if one.request.evaluation == ALONE
    )
    made.do(settled, Erase(operator=ROOT, reason="They asked for it."))
    record = record_of(made)
    assert not any(settled.id.encode() in raw for raw in record.lines if b'{"request"' in raw[:12])
    verdict = record.verified()
    assert (verdict.faults, verdict.open) == ((), ())
    assert verdict.figures.erased == 2


def test_files_that_were_moved_out_and_the_export_behind_them_are_one_record():
    record = genuine()
    lines = record.lines
    cuts = [at for at, raw in enumerate(lines) if raw.startswith(b'{"checkpoint"')][2] + 1
    first, rest = lines[:cuts], lines[cuts:]
    last = next(one for one in map(text, reversed(first)) if isinstance(one, Linked))
    header = lines[0].replace(b'"first":1', b'"first":%d' % (last.seq + 1))
    header = header.replace(b'"before":"' + b"0" * 64, b'"before":"' + last.hash.encode())
    part = [lines[0].replace(lines[0][lines[0].index(b',"as_of"') : -2], b""), *first[1:]]
    behind = [header, *closed_again(header, rest)]
    files = [("record-1.jsonl", part), ("export.jsonl", behind)]
    verdict = verify(files, [KEY.public], record.kept)
    assert (verdict.faults, verdict.open) == ((), ())
    assert verdict.figures.entries == 88
    for wrong in ([files[1], files[0]], [files[0], files[0]], [files[0]] * 2 + [files[1]]):
        assert verify(wrong, [KEY.public]).first_bad is not None


def closed_again(header: bytes, rest: list[bytes]) -> list[bytes]:
    """The last line counts what is in its own file."""
    entries = sum(raw.startswith(b'{"seq"') for raw in rest)
    marks = sum(raw.startswith(b'{"checkpoint"') for raw in rest)
    unsigned = rest[-1].partition(b',"key"')[0] + b"}}\n"
    end = unsigned.replace(b'"entries":88', b'"entries":%d' % entries)
    return [*rest[:-1], end.replace(b'"checkpoints":7', b'"checkpoints":%d' % marks)]


def text(raw: bytes) -> object:
    return read(raw.decode().removesuffix("\n"))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"seq":1,"seq":1}', "is there twice"),
        (b'{"seq":NaN}', "NaN is not a JSON number"),
        (b"[" * 5000, "nested too deep"),
        (b"\xff\xfe", "not UTF-8"),
        (b"", "not JSON"),
        (b'{"end":{"entries":"1"}}', "is not as it is written"),
    ],
)
def test_a_line_that_is_none_is_refused_in_plain_words(raw: bytes, why: str):
    record = genuine()
    verdict = record.verified([record.lines[0], raw + b"\n", *record.lines[1:]])
    assert why in verdict.faults[0].words
