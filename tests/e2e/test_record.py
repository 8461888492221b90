"""The record that can be checked, through real processes: sealed, signed, handed out, moved out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.client import NEVER_DECODE

from app.audit.keys import PublicKey
from app.audit.moving import Mover
from app.audit.record import NOTHING, Checkpoint, Entry, link
from app.store.connection import connect
from app.store.ledger import RedisLedger
from app.store.packing import BODY
from app.store.upkeep import RedisUpkeep
from tests.world import ANA, World, eventually, running

PLAIN = {"policy": "default", "payload": {"n": 1}}
CHANNEL = "C0ADMIN001"

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running(COUNTERSIGN_AUDIT_CHANNEL=CHANNEL) as world:
        yield world


@pytest.fixture
def store(world: World) -> Iterator[redis.Redis]:
    client = connect(world.stack.server.url)
    yield client
    client.close()


@pytest.fixture
def signed(world: World, store: redis.Redis) -> Callable[[], Checkpoint]:
    """Has a minute pass for the sealer, and waits for the checkpoint over everything so far."""

    def sign() -> Checkpoint:
        def over_all() -> Checkpoint | None:
            store.hset("cs:seal", "checkpoint_ms", "0")
            lines = checkpoints(world)
            newest: Any = store.xrevrange("cs:events", count=1)
            found = None if not lines else Checkpoint(**lines[-1]["checkpoint"])
            return found if found and found.id == newest[0][0] else None

        return eventually(over_all, what="a checkpoint over everything")

    return sign


def checkpoints(world: World) -> list[dict[str, Any]]:
    path = folder(world) / "checkpoints.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def folder(world: World) -> Path:
    return world.stack.folder / "audit"


def chain(store: redis.Redis) -> list[str]:
    """The hashes of what the stream holds, from the first entry on."""
    entries: Any = store.xrange("cs:events")
    before, hashes = NOTHING, []
    for seq, (entry_id, fields) in enumerate(entries, 1):
        before = link(before, Entry(seq, entry_id, fields["event"]))
        hashes.append(before)
    return hashes


def test_what_was_decided_is_signed_outside_of_redis_and_survives_a_kill(
    world: World, store: redis.Redis, signed: Callable[[], Checkpoint]
):
    key = PublicKey.of(world.operator("audit", "public-key").strip())
    for _ in range(2):
        request = world.ask(**PLAIN)
        world.card(request["id"])
        world.decide(request["id"], user=ANA)
        world.delivered(request["id"])
        assert signed().hash == chain(store)[-1]
        world.kill("clock")
    before = NOTHING
    for line in checkpoints(world):
        checkpoint = Checkpoint(**line["checkpoint"])
        assert line["key"] == key.id
        assert key.verifies(line["signature"], checkpoint.signed)
        assert checkpoint.previous == before
        assert checkpoint.hash == chain(store)[checkpoint.seq - 1]
        before = checkpoint.own_hash
    assert world.said('\\"signature\\":')["channel"] == CHANNEL


def test_what_is_erased_moves_to_a_file_and_what_is_open_keeps_its_history(
    world: World, store: redis.Redis, signed: Callable[[], Checkpoint]
):
    request = world.ask(**PLAIN)
    world.card(request["id"])
    world.decide(request["id"], user=ANA)
    world.delivered(request["id"])
    for decided in world.web.get("/v1/requests").json()["requests"]:
        erase(world, store, decided["id"])
    last = signed()
    waiting = world.ask(**PLAIN)
    world.card(waiting["id"])
    url = f"/v1/requests/{waiting['id']}/events"
    history = world.web.get(url).json()
    ledger, upkeep = RedisLedger(store), RedisUpkeep(store)
    mover = Mover(ledger, upkeep, folder(world), retention_ms=0)  # what is about no request, too

    def moved() -> bool:
        store.delete("cs:seal:turn:moving")
        mover.move(last.seq)
        return ledger.head().first == last.seq + 1

    eventually(moved, what="moving out")
    [path] = folder(world).glob("record-*.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    entries = [line for line in lines if "event" in line]
    assert [line["seq"] for line in entries] == list(range(1, last.seq + 1))
    assert entries[-1]["hash"] == ledger.head().before == last.hash
    assert {"request.decided", "request.erased"} <= {line["event"]["type"] for line in entries}
    now = world.web.get(url).json()
    assert now["events"][: len(history["events"])] == history["events"] != []


def erase(world: World, store: redis.Redis, request_id: str) -> None:
    """Its retention is over now."""
    key = f"cs:request:{request_id}"
    packed: Any = store.execute_command("HGET", key, "packed_body", **{NEVER_DECODE: True})
    body = json.loads(BODY.unpack(packed))
    store.hset(key, "body", json.dumps(body | {"retention_s": 0}))
    world.its_hour_has_come(request_id, "decision.at_ms")
    eventually(lambda: not store.exists(key), what="an erasure")
