"""Clients that ask oddly, and documents that nobody can read."""

from __future__ import annotations

import json
from functools import partial

import redis

from tests.faults.account import missing, settled
from tests.faults.lanes import PEOPLE, ask_in_lane, lanes
from tests.faults.table import Outcome, row
from tests.world import APPROVE, World, at_once, eventually, pressed

ANA = PEOPLE[0]
_WIDTH = 50


@row(
    "50 parallel creates with one idempotency key",
    "one request is opened, and all fifty get it",
    full=200,
    small=3,
)
def creates(keys: int) -> Outcome:
    with lanes() as world:
        lost = doubled = 0
        for n in range(keys):
            ask = partial(ask_in_lane, world, n, idempotency_key=f"order-{n}")
            answers = at_once([ask] * _WIDTH, _WIDTH)
            lost += _WIDTH - len(answers)
            doubled += len({answer["id"] for answer in answers}) - 1
        listed = _listed(world)
    return Outcome(
        f"{keys:,} keys, {keys * _WIDTH:,} creates",
        lost=lost,
        doubled=doubled + (listed - keys),
        seen=f"{listed} requests are listed",
    )


def _listed(world: World) -> int:
    """How many requests this client has."""
    count, cursor = 0, None
    while True:
        params = {"limit": 100} | ({} if cursor is None else {"cursor": cursor})
        page = world.web.get("/v1/requests", params=params).raise_for_status().json()
        count, cursor = count + len(page["requests"]), page["cursor"]
        if cursor is None:
            return count


@row(
    "a poison document",
    "it is set aside, counted and shown; everything else goes on",
    full=100,
    small=4,
)
def poison(documents: int) -> Outcome:
    """Requests whose stored form is spoilt in turn: no JSON, no request, another form, no hash."""
    with lanes() as world:
        client = redis.Redis.from_url(world.stack.server.url, decode_responses=True)
        bad = [ask_in_lane(world, n) for n in range(documents)]
        # A worker that has read one already would write it whole again.
        eventually(lambda: missing(world, bad) == 0, 120, "their cards")
        for n, request in enumerate(bad):
            _spoil(client, f"cs:request:{request['id']}", n % 4)
        good = [ask_in_lane(world, n) for n in range(documents)]
        for request in good:
            assert pressed(world, ANA, request, APPROVE)["ok"]
        account = settled(world, good)
        for request in bad:
            pressed(world, ANA, request, APPROVE)
        answers = [world.web.get(f"/v1/requests/{one['id']}") for one in bad]
        let_in = sum(answer.status_code == 200 for answer in answers)
        eventually(lambda: _unreadable(world) >= documents or None, 90, "all being counted")
    return Outcome(
        f"{documents} documents spoilt in four ways, {documents} sound ones beside them",
        lost=len(account.lost),
        doubled=len(account.doubled),
        let_in=let_in,
        seen=f"answers about them: {sorted({answer.status_code for answer in answers})}",
    )


def _spoil(client: redis.Redis, key: str, how: int) -> None:
    match how:
        case 0:
            client.hset(key, "state", "{")
        case 1:
            client.hset(key, "body", json.dumps({"id": 1}))
        case 2:
            client.hset(key, "form", "9")
        case _:
            client.delete(key)
            client.rpush(key, "something else")


def _unreadable(world: World) -> float:
    """How many requests /metrics says can't be read."""
    wanted = 'countersign_audit_cases{kind="unreadable"}'
    text: str = world.web.get("/metrics").text
    found = [line for line in text.splitlines() if line.startswith(wanted)]
    return float(found[0].rpartition(" ")[2]) if found else 0.0
