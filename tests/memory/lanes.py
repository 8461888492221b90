"""`Lanes` in memory: `claim.lua`, `release.lua`, and what `commit.lua` says of what is due."""

from __future__ import annotations

import heapq
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.due import Lane
from app.identifiers import new_operation
from app.ports import Claim
from app.store import lanes as redis_lanes

QUIET_MS = 1000
"""A worker that was called is called again after so long (`bells.lua`)."""


@dataclass
class DueSet:
    """Requests by the instant at which they are due, earliest first: a sorted set of Redis."""

    at: dict[str, int] = field(default_factory=dict)
    _heap: list[tuple[int, str]] = field(default_factory=list, compare=False)

    def put(self, request_id: str, at: int) -> None:
        self.at[request_id] = at
        heapq.heappush(self._heap, (at, request_id))

    def drop(self, request_id: str) -> None:
        self.at.pop(request_id, None)

    def first(self) -> tuple[int, str] | None:
        while self._heap and self.at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)  # it was moved or dropped since
        return self._heap[0] if self._heap else None


@dataclass(frozen=True)
class Lease:
    """Who holds a request until when. `token` is None where it was let go undone.

    `anew` says that a commit has made it due since.
    """

    token: str | None
    ends: int
    anew: bool = False


@dataclass
class OneLane:
    """Everything about one lane. `stated` is when each request's own state says that it is due."""

    due: DueSet = field(default_factory=DueSet)
    stated: dict[str, int] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    aside: Counter[str] = field(default_factory=Counter)
    quiet_until: int = 0
    rung: int = 0

    def held(self, request_id: str, now: int) -> bool:
        """Whether somebody holds it."""
        lease = self.leases.get(request_id)
        return lease is not None and lease.ends > now


@dataclass
class MemoryLanes:
    """Three due sets, by the clock of the store (ms)."""

    clock: Callable[[], int]
    lock: threading.RLock = field(default_factory=threading.RLock)
    paused: bool = False
    lines: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    queues: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lanes: dict[Lane, OneLane] = field(default_factory=lambda: {lane: OneLane() for lane in Lane})

    def claim(self, lane: Lane, limit: int, near_s: float = 0) -> list[Claim]:
        with self.lock:
            if lane is Lane.CALLBACK and self.paused:
                return []
            one, now = self.lanes[lane], self.clock()
            ids: list[str] = []
            while len(ids) < limit and (request_id := self._due_now(one, now)) is not None:
                one.due.drop(request_id)
                ids.append(request_id)
            if self._due_now(one, now) is not None:
                self.ring(lane)
            return self._take(lane, ids)

    def claim_line(self, lane: Lane, channel: str, limit: int) -> list[Claim]:
        with self.lock:
            one, now = self.lanes[lane], self.clock()
            free = [
                each
                for each in sorted(self.lines[channel])
                if each in one.due.at and each not in one.aside and not one.held(each, now)
            ]
            return self._take(lane, free[:limit])

    def stagger(self, lane: Lane, channel: str, first_ms: int, step_ms: int) -> None:
        with self.lock:
            one, now = self.lanes[lane], self.clock()
            for place, each in enumerate(sorted(self.lines[channel])):
                free = each not in one.leases and each not in one.aside
                free = free and each in self.queues[channel]
                if free and one.due.at.get(each, now + 1) <= now:
                    one.due.put(each, now + first_ms + place * step_ms)

    def release(self, claim: Claim) -> None:
        with self.lock:
            if not self._holds(claim):
                return
            one = self.lanes[claim.lane]
            del one.leases[claim.request_id]
            one.aside.pop(claim.request_id, None)
            at = one.stated.get(claim.request_id)
            if at is None:
                one.due.drop(claim.request_id)
            else:
                one.due.put(claim.request_id, max(at, self.clock()))

    def release_all(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self.release(claim)

    def postpone(self, claim: Claim, wait_ms: int) -> None:
        with self.lock:
            if self._holds(claim):
                one, now = self.lanes[claim.lane], self.clock()
                anew = one.leases[claim.request_id].anew
                at = one.stated.get(claim.request_id, now) if anew else now + wait_ms
                self._put_off(claim, max(at, now), undone=claim.unfinished)

    def hold(self, claim: Claim, wait_ms: int) -> None:
        if self.paused:
            self.postpone(claim, wait_ms)
        else:
            self.release(claim)

    def set_aside(self, claim: Claim, problem: str) -> None:
        with self.lock:
            if self._holds(claim):
                aside = self.lanes[claim.lane].aside
                wait_ms = 1000 * min(2 ** aside[claim.request_id], 3600)
                self._put_off(claim, self.clock() + wait_ms, undone=True)
                aside[claim.request_id] += 1

    def ring(self, lane: Lane) -> None:
        with self.lock:
            one, now = self.lanes[lane], self.clock()
            if one.quiet_until <= now:
                one.quiet_until = now + QUIET_MS
                one.rung += 1

    def answer(self, lane: Lane) -> None:
        self.lanes[lane].quiet_until = 0

    def listen(self, lane: Lane, wait_s: float) -> None:
        """Nobody waits here."""

    def leave(self, lane: Lane) -> None:
        self.ring(lane)

    def waits(self) -> dict[Lane, int | None]:
        with self.lock:
            return {lane: self._wait_ms(lane) for lane in Lane}

    def schedule(self, request_id: str, anew: Mapping[Lane, int | None]) -> None:
        """What a commit says of the lanes whose due time it moves."""
        now = self.clock()
        for lane, at in anew.items():
            one = self.lanes[lane]
            if at is None:
                one.stated.pop(request_id, None)
                one.due.drop(request_id)
                continue
            one.stated[request_id] = at
            lease = one.leases.get(request_id)
            if lease is not None and lease.ends > now:
                one.leases[request_id] = replace(lease, anew=True)
                one.due.put(request_id, lease.ends)  # who holds it will find this
                continue
            one.due.put(request_id, max(at, now))
            if at <= now:
                self.ring(lane)

    def forget(self, request_id: str) -> None:
        """The request is erased."""
        for one in self.lanes.values():
            one.due.drop(request_id)
            for kept in (one.stated, one.leases, one.aside):
                kept.pop(request_id, None)

    def _take(self, lane: Lane, ids: Sequence[str]) -> list[Claim]:
        one, token = self.lanes[lane], new_operation()
        claims = [Claim(lane, each, token, unfinished=each in one.leases) for each in ids]
        lease = Lease(token, self.clock() + redis_lanes.LEASE_MS)
        for request_id in ids:
            one.leases[request_id] = lease
            one.due.put(request_id, lease.ends)
        return claims

    def _wait_ms(self, lane: Lane) -> int | None:
        first = self.lanes[lane].due.first()
        if first is None or (lane is Lane.CALLBACK and self.paused):
            return None
        return max(0, first[0] - self.clock())

    def _due_now(self, one: OneLane, now: int) -> str | None:
        """The earliest that is due and that nobody holds; those held are due when that ends."""
        while (first := one.due.first()) is not None and first[0] <= now:
            request_id = first[1]
            lease = one.leases.get(request_id)
            if lease is None or lease.ends <= now:
                return request_id
            one.due.put(request_id, lease.ends)
        return None

    def _holds(self, claim: Claim) -> bool:
        lease = self.lanes[claim.lane].leases.get(claim.request_id)
        return lease is not None and lease.token == claim.token

    def _put_off(self, claim: Claim, at: int, undone: bool) -> None:
        one = self.lanes[claim.lane]
        if undone:
            one.leases[claim.request_id] = Lease(token=None, ends=0)
        else:
            del one.leases[claim.request_id]
        one.due.put(claim.request_id, at)
