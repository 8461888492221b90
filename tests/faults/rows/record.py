"""Whoever tampers with the record of events, and sealers that race for it."""

from __future__ import annotations

from itertools import islice

from app.store.connection import connect
from tests.faults.table import Outcome, row
from tests.sealing import race
from tests.servers import running_server
from tests.unit.audit.genuine import OTHER, lived, record_of
from tests.unit.audit.tampering import tamperings
from tests.unit.audit.test_verify import names_the_first_bad


@row(
    "every audit record mutated, deleted, swapped, inserted, cut, rewritten",
    "each is found, and the first bad entry is named",
    full=1,
    small=29,
)
def tampered(every: int) -> Outcome:
    """Every deed at every place of a whole record, or every so-manieth of them."""
    made = lived(7 if every == 1 else 3)
    made.seal()
    record = record_of(made)
    deeds = missed = misnamed = 0
    for deed in islice(tamperings(record.lines, OTHER), 0, None, every):
        verdict = record.verified(deed.lines)
        deeds += 1
        missed += not verdict.faults
        misnamed += bool(verdict.faults) and not names_the_first_bad(verdict, deed)
    return Outcome(
        f"{record.verified().figures.entries} entries, {deeds:,} deeds",
        let_in=missed + misnamed,
        seen=f"{missed} were not found, of {misnamed} another entry was named first",
    )


@row(
    "sealers that race for one record, while others write",
    "one chain with everything in its order, and no fork",
    full=20_000,
    small=400,
)
def racing(events: int) -> Outcome:
    with running_server() as server:
        race(connect(server.url), sealers=4, writers=2, events=events // 2)
    return Outcome(f"4 sealers with keys of their own, {events:,} events")
