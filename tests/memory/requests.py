"""`RequestStore` in memory: every promise of `commit.lua`, on a clock that stands still by itself.

It passes the contract tests of the store beside fakeredis and a real server.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.domain.alarms import Alarm
from app.domain.bursts import queues_in, waits_in
from app.domain.due import due_anew
from app.domain.errors import RequestNotFound, RequestUnreadable, StoreUnavailable
from app.domain.events import Event
from app.domain.request import Body, Request, State, Status
from app.domain.transition import Transition
from app.ports import (
    Claim,
    Conflict,
    Full,
    Idempotency,
    InLine,
    LimitReached,
    Loaded,
    Page,
    Paused,
    Query,
    Replay,
    TooLate,
)
from policies.plan import Allowance
from tests.builders import NOW

from .lanes import MemoryLanes
from .limits import MemoryLimits

_OPERATIONS = 8
"""So many of the latest operations on a request are remembered."""


@dataclass
class Row:
    """One request as it came back from its text, so that only what can be stored does."""

    request: Request
    message: str | None
    operations: list[str]
    trail: list[Event]


@dataclass
class MemoryStore:
    """`clock` is its TIME in ms. While `down` it raises `StoreUnavailable` and changes nothing."""

    clock: int = NOW
    down: bool = False
    rows: dict[str, Row] = field(default_factory=dict)
    stream: list[Event] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    replays: dict[tuple[str, str], Replay] = field(default_factory=dict)
    limits: MemoryLimits = field(default_factory=MemoryLimits)
    unreadable: set[str] = field(default_factory=set)
    loads_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self.lanes = MemoryLanes(lambda: self.clock)

    @property
    def lock(self) -> threading.RLock:
        return self.lanes.lock

    def __len__(self) -> int:
        return len(self.rows)

    def now(self) -> int:
        self._up()
        return self.clock

    def replay(self, client: str, key: str) -> Replay | None:
        self._up()
        return self.replays.get((client, key))

    def is_of(self, client: str, request_id: str) -> bool:
        self._up()
        row = self.rows.get(request_id)
        return row is not None and row.request.body.client == client

    def load(self, request_id: str) -> Loaded:
        self._up()
        if request_id in self.unreadable:
            raise RequestUnreadable.of_newer("this request")
        return Loaded(self._row(request_id).request, self.clock, self.lanes.paused)

    def claimed(self, claim: Claim) -> Loaded:
        return self.load(claim.request_id)

    def later(self, loaded: Loaded, request: Request) -> Loaded:
        return replace(loaded, request=request, now=self.clock)

    def load_many(self, request_ids: Sequence[str]) -> list[Request]:
        self._up()
        return [row.request for each in request_ids if (row := self.rows.get(each)) is not None]

    def line(self, channel: str) -> list[str]:
        """Who waits for a card in a channel, in order of opening."""
        return sorted(self.lanes.lines[channel])

    def in_line(self, channel: str, request_id: str) -> InLine | None:
        self._up()
        waiting = self.line(channel)
        if request_id not in waiting:
            return None
        return InLine(waiting.index(request_id), len(waiting) - 1)

    def message(self, request_id: str) -> str | None:
        self._up()
        message = self._row(request_id).message
        if message is None:
            raise RequestNotFound("This request has no callback to send.")
        return None if self.lanes.paused else message

    def commit(
        self,
        transition: Transition,
        operation: str,
        *,
        idempotency: Idempotency | None = None,
        claim: Claim | None = None,
    ) -> Replay | None:
        self._up()
        with self.lock:
            row = self.rows.get(transition.request.id)
            if row is not None and operation in row.operations:
                return None
            if transition.not_after is not None and self.clock > transition.not_after:
                raise TooLate(transition.request.id)
            if idempotency is not None:
                taken = self.replays.get((idempotency.client, idempotency.key))
                if taken is not None:
                    return taken
            if _version(row) != _version_before(transition):
                if row is None and transition.after is None:
                    return None
                raise Conflict(transition.request.id)
            if transition.starts and self.lanes.paused:
                raise Paused(transition.request.id)
            if any(len(self.loads_of[person]) >= cap for person, cap in transition.capped):
                raise Full(transition.request.id)
            self._count(transition.allowance)
            self._write(row, transition, operation, idempotency)
            if claim is not None:
                self.let_go(claim)
        if _decides(transition):
            self.decided(transition.request.id)
        return None

    def commit_many(self, changes: Sequence[tuple[Transition, str]]) -> list[bool]:
        return [self._is_written(transition, operation) for transition, operation in changes]

    def has_room(self, allowance: Allowance) -> bool:
        self._up()
        return self.limits.has_room(allowance, self.clock)

    def workload(self, people: Sequence[str]) -> list[int]:
        self._up()
        return [len(self.loads_of[person]) for person in people]

    def ended(self, outcome: Status, cursor: str | None, limit: int) -> list[str]:
        self._up()
        below = sorted((i for i in self.rows if not cursor or i < cursor), reverse=True)
        return [one for one in below if self.rows[one].request.state.status is outcome][:limit]

    def waiting(self, cursor: str | None, limit: int) -> list[str]:
        self._up()
        below = sorted((i for i in self.rows if not cursor or i < cursor), reverse=True)
        return [one for one in below if self.rows[one].request.pending][:limit]

    def events(self, request_id: str, start: int = 0, most: int | None = None) -> list[Event]:
        self._up()
        row = self.rows.get(request_id)
        end = None if most is None else start + most
        return [] if row is None else list(row.trail)[start:end]

    def page(self, query: Query) -> Page:
        self._up()
        below = sorted((i for i in self.rows if not query.cursor or i < query.cursor), reverse=True)
        fitting = [one for one in self.load_many(below) if _fits(one, query)]
        shown = tuple(fitting[: query.limit])
        return Page(shown, shown[-1].id if len(fitting) > query.limit else None)

    def let_go(self, claim: Claim) -> None:
        """A change was the last thing to do for whoever holds it."""
        self.lanes.release(claim)

    def decided(self, request_id: str) -> None:
        """The news of a decision; nobody listens unless a test does."""

    def _up(self) -> None:
        if self.down:
            raise StoreUnavailable("Redis can't be reached.", "Try again in a moment.")

    def _is_written(self, transition: Transition, operation: str) -> bool:
        try:
            self.commit(transition, operation)
        except (Conflict, TooLate, LimitReached, Full, Paused):
            return False
        return True

    def _row(self, request_id: str) -> Row:
        if (row := self.rows.get(request_id)) is None:
            raise RequestNotFound("There is no such request.", "Check the id.")
        return row

    def _count(self, allowance: Allowance | None) -> None:
        if allowance is None:
            return
        if not self.limits.has_room(allowance, self.clock):
            raise LimitReached(allowance.rule)
        self.limits.use_up(allowance, self.clock)

    def _write(
        self,
        row: Row | None,
        transition: Transition,
        operation: str,
        idempotency: Idempotency | None,
    ) -> None:
        request_id = transition.request.id
        events = [Event.model_validate_json(each.model_dump_json()) for each in transition.events]
        self.stream += events
        self.alarms += [] if transition.alarm is None else [transition.alarm]
        if transition.before is not None:
            for index in self._indexes(transition.before):
                index.discard(request_id)
        if transition.after is not None:
            for index in self._indexes(transition.after):
                index.add(request_id)
        if transition.after is None:
            self._erase(request_id)
            return
        self.rows[request_id] = Row(
            request=_stored(row, transition.after),
            message=transition.message or (None if row is None else row.message),
            operations=[operation, *(row.operations if row else ())][:_OPERATIONS],
            trail=[*(row.trail if row else ()), *events],
        )
        if idempotency is not None:
            replay = Replay(request_id, idempotency.fingerprint)
            self.replays[idempotency.client, idempotency.key] = replay
        self.lanes.schedule(request_id, due_anew(transition.before, transition.after))

    def _indexes(self, request: Request) -> list[set[str]]:
        """What the request is found by, beside its id."""
        channel = waits_in(request)
        lines = [] if channel is None else [self.lanes.lines[channel]]
        if (queue := queues_in(request)) is not None:
            lines.append(self.lanes.queues[queue])
        return [*lines, *(self.loads_of[person] for person in request.at_it)]

    def _erase(self, request_id: str) -> None:
        body = self.rows.pop(request_id).request.body
        if body.idempotency_key is not None:
            self.replays.pop((body.client, body.idempotency_key), None)
        self.lanes.forget(request_id)


def _version(row: Row | None) -> int:
    return 0 if row is None else row.request.state.version


def _version_before(transition: Transition) -> int:
    return 0 if transition.before is None else transition.before.state.version


def _stored(row: Row | None, after: Request) -> Request:
    """As it comes back; a body is written once and never again."""
    state = State.model_validate_json(after.state.model_dump_json())
    if row is not None:
        return Request(body=row.request.body, state=state)
    return Request(body=Body.model_validate_json(after.body.model_dump_json()), state=state)


def _decides(transition: Transition) -> bool:
    before, after = transition.before, transition.after
    return after is not None and not after.pending and (before is None or before.pending)


def _fits(request: Request, query: Query) -> bool:
    return (
        request.body.client == query.client
        and query.status in (None, request.state.status)
        and query.policy in (None, request.body.policy.name)
    )
