"""The record on a real or a fake server: events, sealers that race, and what must come of it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import redis

from app.audit.keys import SealingKey
from app.audit.record import NOTHING, Checkpoint, Entry, link
from app.audit.seal import Sealer
from app.store.ledger import RedisLedger
from app.store.upkeep import RedisUpkeep

KEY = SealingKey.new()


def happen(client: redis.Redis, count: int, request: str = "req_1") -> None:
    """So many events, as commits write them."""
    with client.pipeline() as pipe:
        for n in range(count):
            event = json.dumps({"n": n, "request": request})
            pipe.xadd("cs:events", {"request": request, "event": event})
        pipe.execute()


def sealer(client: redis.Redis, key: SealingKey = KEY) -> Sealer:
    return Sealer(RedisLedger(client), RedisUpkeep(client), key)


def sealed_all(client: redis.Redis) -> None:
    """One sealer, until nothing is left to do."""
    one = sealer(client)
    while one.round().more:
        pass


def recomputed(client: redis.Redis) -> list[tuple[str, str]]:
    """Ids and hashes of the whole stream, chained here once more."""
    entries: Any = client.xrange("cs:events")
    before, links = NOTHING, []
    for seq, (entry_id, fields) in enumerate(entries, 1):
        before = link(before, Entry(seq, entry_id, fields["event"]))
        links.append((entry_id, before))
    return links


def race(client: redis.Redis, sealers: int = 2, writers: int = 2, events: int = 1_000) -> None:
    """Sealers with keys of their own, while others write; then the record is one, without a fork.

    Each writer writes so many events. Nothing of the record may have been moved out before.
    """
    with ThreadPoolExecutor(sealers + writers) as pool:
        writing = [pool.submit(_write, client, events, n) for n in range(writers)]

        def seal() -> None:
            one = sealer(client, SealingKey.new())
            while not all(job.done() for job in writing) or one.round().more:
                one.round()

        for job in [*[pool.submit(seal) for _ in range(sealers)], *writing]:
            job.result()
    sealed_all(client)
    is_one(client)


def is_one(client: redis.Redis) -> None:
    """Everything in the stream is in the chain, once and in its order, and so say checkpoints."""
    ledger, links = RedisLedger(client), recomputed(client)
    assert [(one.id, one.hash) for one in ledger.sealed(1, len(links) + 1)] == links
    assert ledger.strays(1, len(links)) == []
    before = NOTHING
    for line in ledger.checkpoints(0, 100_000):
        checkpoint = Checkpoint(**json.loads(line)["checkpoint"])
        assert checkpoint.previous == before
        assert checkpoint.hash == links[checkpoint.seq - 1][1]
        before = checkpoint.own_hash
    assert ledger.head().checkpoint == before


def _write(client: redis.Redis, events: int, n: int) -> None:
    for _ in range(10):
        happen(client, events // 10, f"req_{n}")
