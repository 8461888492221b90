"""`Lanes` on Redis: sorted sets of what is due, and a lease for each that is being done."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import redis
from redis.client import Pipeline

from app.domain.due import Lane
from app.identifiers import new_operation
from app.ports import Claim

from .bells import Bells
from .connection import milliseconds, once, script, talk, talk_in_one
from .documents import FIELDS, brought, due_key, line_key, queue_key
from .gate import PAUSED

LEASE_MS = 60_000
"""How long a claim holds; every send is over in a third of it."""

_BEGIN_WITH_A_LOOK = (Lane.SLACK, Lane.CALLBACK)
"""In these lanes a claim brings its request along."""


class RedisLanes:
    """What is due, a sorted set for each lane."""

    def __init__(self, client: redis.Redis, bells: Bells) -> None:
        self._redis = client
        self._bells = bells
        self._claim = script(client, "bells", "claim")
        self._release = script(client, "release")
        self._stagger = script(client, "stagger")

    def claim(self, lane: Lane, limit: int, near_s: float = 0) -> list[Claim]:
        return self._taken(lane, limit, near_s=near_s)

    def claim_line(self, lane: Lane, channel: str, limit: int) -> list[Claim]:
        return self._taken(lane, limit, line_key(channel))

    def stagger(self, lane: Lane, channel: str, first_ms: int, step_ms: int) -> None:
        args = [lane.value, first_ms, step_ms]
        keys = [line_key(channel), queue_key(channel)]
        talk(lambda: self._stagger(keys=keys, args=args))

    def release(self, claim: Claim) -> None:
        self._let_go(claim)

    def release_all(self, claims: Sequence[Claim]) -> None:
        def ask(pipe: Pipeline) -> None:
            for claim in claims:
                self._release(args=_letting_go(claim), client=pipe)

        talk_in_one(self._redis, ask)

    def postpone(self, claim: Claim, wait_ms: int) -> None:
        self._let_go(claim, wait_ms=str(wait_ms))

    def hold(self, claim: Claim, wait_ms: int) -> None:
        self._let_go(claim, wait_ms=str(wait_ms), held="1")

    def set_aside(self, claim: Claim, problem: str) -> None:
        self._let_go(claim, problem=problem)

    def ring(self, lane: Lane) -> None:
        self._bells.ring(lane)

    def answer(self, lane: Lane) -> None:
        self._bells.answer(lane)

    def listen(self, lane: Lane, wait_s: float) -> None:
        self._bells.listen(lane, wait_s)

    def leave(self, lane: Lane) -> None:
        self._bells.leave(lane)

    def waits(self) -> dict[Lane, int | None]:
        """No callback is due during a pause."""

        def ask(pipe: Pipeline) -> None:
            for lane in Lane:
                pipe.zrange(due_key(lane), 0, 0, withscores=True)
            pipe.time()
            pipe.exists(PAUSED)

        *earliest, clock, paused = talk_in_one(self._redis, ask)
        now = milliseconds(clock)
        found = {
            lane: max(0, int(first[0][1]) - now) if first else None
            for lane, first in zip(Lane, earliest, strict=True)
        }
        return {**found, Lane.CALLBACK: None} if paused else found

    def _taken(self, lane: Lane, limit: int, *line: str, near_s: float = 0) -> list[Claim]:
        token, near_ms = new_operation(), math.ceil(near_s * 1000)
        args = [lane.value, limit, token, LEASE_MS, self._bells.me, near_ms]
        args += FIELDS if lane in _BEGIN_WITH_A_LOOK else ()
        # Never repeated: what a lost reply took comes back when its lease ends.
        call, *found = once(lambda: self._claim.in_bytes(line, args))
        if call == b"1":
            self._bells.call(lane)
        return list(_claims(lane, token, *found)) if found else []

    def _let_go(self, claim: Claim, wait_ms: str = "", problem: str = "", held: str = "") -> None:
        args = _letting_go(claim, wait_ms, problem, held)
        talk(lambda: self._release(args=args))


def _claims(lane: Lane, token: str, at: Sequence[Any], *taken: Any) -> Iterator[Claim]:
    """From what `claim.lua` answers."""
    for request_id, held, fields in zip(taken[::3], taken[1::3], taken[2::3], strict=True):
        document = brought(at, fields) if fields else None
        yield Claim(lane, request_id.decode(), token, held == b"1", document)


def _letting_go(claim: Claim, wait_ms: str = "", problem: str = "", held: str = "") -> list[str]:
    """The arguments of `release.lua`."""
    kept = "1" if claim.unfinished else ""
    return [claim.lane.value, claim.request_id, claim.token, wait_ms, problem, kept, held]
