"""Redis in trouble: its file cut anywhere, its memory full, its disk full, writes refused."""

from __future__ import annotations

import resource
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import redis

from app.demo.stack import Stack
from app.domain import lifecycle
from app.identifiers import new_operation
from app.store.bells import Bells
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.requests import RedisRequests
from tests.builders import approval, opened
from tests.faults.account import settled
from tests.faults.lanes import PEOPLE, ask_in_lane, lanes
from tests.faults.proxy import proxied
from tests.faults.table import Outcome, row
from tests.world import APPROVE, World, at_once, eventually, pressed

ANA = PEOPLE[0]
_FILES = "appendonlydir"

Everything = dict[str, object]


@row(
    "the append-only file cut at every byte of a decision",
    "after a restart all of the decision is there, or nothing of it",
    full=1,
    small=97,
)
def cut(every: int) -> Outcome:
    """At every byte, or at each so-manieth. Every key counts: state, trail, lists, lanes."""
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        client = connect(server.url, errors="surrogateescape")
        store = RedisRequests(client, Bells(connect(server.url, text=False)))
        opening = opened(opened_ms=store.now())
        store.commit(opening, new_operation())
        nothing, began = _everything(client), _log(Path(folder)).stat().st_size
        decision = lifecycle.apply(opening.request, approval(opening.request), store.now())
        assert decision is not None
        store.commit(decision, new_operation())
        everything, ended = _everything(client), _log(Path(folder)).stat().st_size
        server.stop()
        jobs = [partial(_restarted, Path(folder), size) for size in range(began, ended + 1, every)]
        found = at_once(jobs, 2)
    half = [one for one in found if one not in (nothing, everything)]
    return Outcome(
        f"{len(found):,} restarts, a decision of {ended - began:,} bytes",
        lost=len(half),
        seen=f"{found.count(everything):,} had all of it, {found.count(nothing):,} nothing",
    )


def _log(folder: Path) -> Path:
    return next((folder / _FILES).glob("*.incr.aof"))


def _everything(client: redis.Redis) -> Everything:
    """All that we keep, but for what forgets itself within seconds."""
    keys = [key for key in client.scan_iter("cs:*") if not key.startswith("cs:bell:")]
    return {key: _value(client, key) for key in sorted(keys)}


def _value(client: redis.Redis, key: str) -> object:
    match client.type(key):
        case "hash":
            return client.hgetall(key)
        case "zset":
            return client.zrange(key, 0, -1, withscores=True)
        case "list":
            return client.lrange(key, 0, -1)
        case "stream":
            return client.xrange(key)
        case _:
            return client.get(key)


def _restarted(folder: Path, size: int) -> Everything:
    """What a server makes of a copy of these files, of which the last ends after `size` bytes."""
    with tempfile.TemporaryDirectory(prefix="cs") as copy:
        shutil.copytree(folder / _FILES, Path(copy) / _FILES)
        with _log(Path(copy)).open("r+b") as log:
            log.truncate(size)
        server = EmbeddedServer(Path(copy))
        server.start()
        try:
            return _everything(connect(server.url, errors="surrogateescape"))
        finally:
            server.stop()


@row(
    "Redis out of memory, a read-only replica, and out of disk, under traffic",
    "what can't be written is refused in plain words; what was acknowledged is there",
    full=10,
    small=1,
)
def refusing(rounds: int) -> Outcome:
    with lanes() as world:
        client = redis.Redis.from_url(world.stack.server.url, decode_responses=True)
        asked, refused, unclear = list[dict[str, Any]](), 0, 0
        for _ in range(rounds):
            for trouble in (_full_memory, _read_only, _full_disk):
                end = trouble(world, client)
                answers = [_asks(world, n) for n in range(5)]
                end()
                refused += sum(answer.status_code == 503 for answer in answers)
                unclear += sum(answer.status_code not in (201, 503) for answer in answers)
                asked += [answer.json() for answer in answers if answer.status_code == 201]
                asked += [ask_in_lane(world, n) for n in range(5)]
        for request in asked:
            assert pressed(world, ANA, request, APPROVE)["ok"]
        account = settled(world, asked)
    return Outcome(
        f"{rounds * 3} troubles, {refused} requests refused with 503 and {len(asked)} accepted",
        lost=len(account.lost) + unclear,
        doubled=len(account.doubled),
    )


def _asks(world: World, n: int) -> Any:
    body = {"title": "t", "policy": f"lane{n}", "payload": {"n": n}}
    return world.web.post("/v1/requests", json={**body, "callback_url": world.receiver.url})


def _full_memory(_: World, client: redis.Redis) -> Callable[[], object]:
    client.config_set("maxmemory", 1_000_000)
    return lambda: client.config_set("maxmemory", 0)


def _read_only(_: World, client: redis.Redis) -> Callable[[], object]:
    client.replicaof("127.0.0.1", "1")
    return lambda: client.replicaof("NO", "ONE")


def _full_disk(world: World, _: redis.Redis) -> Callable[[], object]:
    """Its file may not grow any more. The server ends at that, as it does on a full disk, since a
    write that can't be flushed is none."""
    pid = world.stack.server.pid
    assert pid is not None
    size = _log(world.stack.folder / "redis").stat().st_size
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def end() -> None:
        world.stack.server.stop()
        world.stack.server.start()

    return end


@row(
    "the replies of Redis delayed, halved, swallowed and cut, under traffic",
    "whoever repeats what had no answer has it done once",
    full=40,
    small=4,
)
def unreliable(rounds: int) -> Outcome:
    """Web and worker behind a proxy; each round one trouble, and four trips through it."""
    with proxied() as network:
        through = {"REDIS_URL": f"redis://127.0.0.1:{network.port}/0"}
        troubles: tuple[Callable[[], object], ...] = (
            lambda: setattr(network, "delay_s", 0.05),
            lambda: network.halve_replies(3),
            lambda: network.swallow_replies(3),
            network.cut,
        )

        def prepare(stack: Stack) -> None:
            network.to = stack.server.url.removeprefix("unix://")

        with lanes(own={"web": through, "worker": through}, prepare=prepare) as world:
            asked = list[dict[str, Any]]()
            for n in range(rounds):
                troubles[n % len(troubles)]()
                trips = [partial(_trip, world, n * 4 + trip) for trip in range(4)]
                asked += at_once(trips, 4)
                network.heal()
            account = settled(world, asked)
            opened = len({one["id"] for one in asked})
    return Outcome(
        f"{rounds} troubles, {len(asked)} requests asked and approved",
        lost=len(account.lost),
        doubled=len(account.doubled) + len(asked) - opened,
        seen=f"{account.repeats} callbacks came again under their id",
    )


def _trip(world: World, n: int) -> dict[str, Any]:
    """Ask and approve, each again until it is answered as done."""
    body = {"title": "t", "policy": f"lane{n % 10}", "payload": {"n": n}}
    body |= {"callback_url": world.receiver.url, "idempotency_key": f"order-{n}"}

    def ask() -> Any:
        answer = world.web.post("/v1/requests", json=body)
        return answer.json() if answer.status_code == 201 else None

    request: dict[str, Any] = eventually(ask, 60, "an answer")
    eventually(lambda: pressed(world, ANA, request, APPROVE)["ok"], 60, "the press")
    return request
