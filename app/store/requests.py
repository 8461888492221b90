"""`RequestStore` on Redis."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import redis
from pydantic import ValidationError
from pydantic_core import to_json
from redis.client import Pipeline

from app.domain.counting import counted
from app.domain.due import Lane, due, due_anew
from app.domain.errors import RequestNotFound, RequestUnreadable
from app.domain.events import Event
from app.domain.refusals import lost_channel
from app.domain.request import Request, Status
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

from . import documents
from .alarms import MOST
from .bells import Bells
from .connection import COMMIT_S, milliseconds, script, talk, talk_in_one
from .gate import PAUSED

_LOOKED_AT = 1000
"""Requests that one page looks at before it says "go on from here", matching or not."""


class RedisRequests:
    """Requests as hashes, changed by one script alone."""

    def __init__(self, client: redis.Redis, bells: Bells) -> None:
        self._redis = client
        self._bells = bells
        self._commit = script(client, "limit", "homes", "bells", "commit")
        self._load = script(client, "load")
        self._room = script(client, "limit", "room")

    def now(self) -> int:
        return milliseconds(talk(self._redis.time))

    def replay(self, client: str, key: str) -> Replay | None:
        found = talk(lambda: self._redis.get(documents.idempotency_key(client, key)))
        return None if found is None else _replay(str(found))

    def load(self, request_id: str) -> Loaded:
        state, fields = self._stored([request_id])
        return _loaded(documents.brought(state, fields))

    def claimed(self, claim: Claim) -> Loaded:
        if isinstance(claim.brought, documents.Brought):
            return _loaded(claim.brought)
        return self.load(claim.request_id)

    def later(self, loaded: Loaded, request: Request) -> Loaded:
        at_s = time.monotonic()
        now = loaded.now + int((at_s - loaded.at_s) * 1000)
        return replace(loaded, request=request, now=now, at_s=at_s)

    def is_of(self, client: str, request_id: str) -> bool:
        def ask(pipe: Pipeline) -> None:
            for index in documents.client_indexes(client):
                pipe.zscore(index, request_id)

        return any(place is not None for place in talk_in_one(self._redis, ask))

    def load_many(self, request_ids: Sequence[str]) -> list[Request]:
        if not request_ids:
            return []
        _, *rows = self._stored(request_ids)
        return [request for request in map(documents.readable, rows) if request is not None]

    def in_line(self, channel: str, request_id: str) -> InLine | None:
        line = documents.line_key(channel)

        def ask(pipe: Pipeline) -> None:
            pipe.zrank(line, request_id)
            pipe.zcard(line)

        ahead, all_told = talk_in_one(self._redis, ask)
        return None if ahead is None else InLine(ahead, all_told - 1)

    def message(self, request_id: str) -> str | None:
        def ask(pipe: Pipeline) -> None:
            pipe.hget(documents.request_key(request_id), "message")
            pipe.exists(PAUSED)

        found, paused = talk_in_one(self._redis, ask)
        if found is None:
            raise RequestNotFound("This request has no callback to send.")
        return None if paused else str(found)

    def commit(
        self,
        transition: Transition,
        operation: str,
        *,
        idempotency: Idempotency | None = None,
        claim: Claim | None = None,
    ) -> Replay | None:
        write = _write(transition, operation, idempotency, claim)
        outcome, *rest = talk(lambda: self._commit(args=write), COMMIT_S)
        match outcome:
            case "conflict":
                raise Conflict(transition.request.id)
            case "late":
                raise TooLate(transition.request.id)
            case "taken":
                return _replay(rest[0])
            case "paused":
                raise Paused(transition.request.id)
            case "spent":
                raise LimitReached(rest[0])
            case "full":
                raise Full(transition.request.id)
        for lane in rest:
            self._bells.call(Lane(lane))
        return None

    def commit_many(self, changes: Sequence[tuple[Transition, str]]) -> list[bool]:
        writes = [_write(transition, operation) for transition, operation in changes]

        def ask(pipe: Pipeline) -> None:
            for write in writes:
                self._commit(args=write, client=pipe)

        answers = talk_in_one(self._redis, ask, COMMIT_S)
        written = [rest for outcome, *rest in answers if outcome == "done"]
        for lane in {lane for lanes in written for lane in lanes}:
            self._bells.call(Lane(lane))
        return [outcome == "done" for outcome, *_ in answers]

    def has_room(self, allowance: Allowance) -> bool:
        limit = allowance.model_dump_json(exclude_none=True)
        return bool(talk(lambda: self._room(args=[limit])))

    def workload(self, people: Sequence[str]) -> list[int]:
        def ask(pipe: Pipeline) -> None:
            for person in people:
                pipe.zcard(documents.load_index(person))

        return [int(count) for count in talk_in_one(self._redis, ask)] if people else []

    def events(self, request_id: str, start: int = 0, most: int | None = None) -> list[Event]:
        key, last = documents.trail_key(request_id), -1 if most is None else start + most - 1
        entries = talk(lambda: self._redis.lrange(key, start, last))

        def ask(pipe: Pipeline) -> None:
            for entry in entries:
                pipe.xrange("cs:events", entry, entry)

        found = [row for rows in talk_in_one(self._redis, ask) for row in rows]
        try:
            return [Event.model_validate_json(fields["event"]) for _, fields in found]
        except ValidationError:
            raise RequestUnreadable.of_newer("an entry of this trail") from None

    def page(self, query: Query) -> Page:
        indexes = _listing(query)
        found: list[Request] = []
        cursor, looked_at = query.cursor, 0
        while looked_at < _LOOKED_AT:
            wanted = query.limit + 1 - len(found)
            ids = self._ids_below(indexes, cursor, wanted)
            found += [one for one in self.load_many(ids) if _fits(one, query)]
            looked_at += len(ids)
            if len(found) > query.limit:
                return Page(tuple(found[: query.limit]), found[query.limit - 1].id)
            if len(ids) < wanted:
                return Page(tuple(found), None)
            cursor = ids[-1]
        return Page(tuple(found), cursor)

    def ended(self, outcome: Status, cursor: str | None, limit: int) -> list[str]:
        return self._ids_below([documents.status_index(outcome)], cursor, limit)

    def waiting(self, cursor: str | None, limit: int) -> list[str]:
        return self._ids_below([documents.status_index(Status.PENDING)], cursor, limit)

    def _stored(self, request_ids: Sequence[str]) -> list[Any]:
        """What `Loaded` says beside a request, and the `FIELDS` of each."""
        keys = [documents.request_key(one) for one in request_ids]
        found: list[Any] = talk(lambda: self._load.in_bytes(keys, documents.FIELDS))
        return found

    def _ids_below(self, indexes: Sequence[str], cursor: str | None, limit: int) -> list[str]:
        """The next ones of all these sets together."""
        top = "+" if cursor is None else f"({cursor}"

        def ask(pipe: Pipeline) -> None:
            for index in indexes:
                pipe.zrevrangebylex(index, top, "-", start=0, num=limit)

        # At one instant, so that nothing is missed while it goes from one set to another.
        found = talk_in_one(self._redis, ask, at_once=len(indexes) > 1)
        return sorted({str(one) for ids in found for one in ids}, reverse=True)[:limit]


def _listing(query: Query) -> list[str]:
    """The sets that together have all that may fit; one answers for one property."""
    if query.status is not None:
        return [documents.client_index(query.client, status=query.status)]
    if query.policy is not None:
        return [documents.client_index(query.client, policy=query.policy)]
    return documents.client_indexes(query.client)


def _fits(request: Request, query: Query) -> bool:
    """An index answers for one property; a query may ask for two."""
    return query.policy is None or request.body.policy.name == query.policy


def _loaded(found: documents.Brought) -> Loaded:
    request = documents.read(found.fields)
    if request is None:
        raise RequestNotFound("There is no such request.", "Check the id.")
    return Loaded(request, found.now, found.paused, found.absences, found.at_s)


def _replay(stored: str) -> Replay:
    request_id, fingerprint = stored.split(" ")
    return Replay(request_id, fingerprint)


def _write(
    transition: Transition,
    operation: str,
    idempotency: Idempotency | None = None,
    claim: Claim | None = None,
) -> list[str | bytes]:
    """The arguments of `commit.lua`: what to do as JSON, in which numbers that Redis stores travel
    as text; the events; the fields and their values in turn."""
    before, after = transition.before, transition.after
    times = {} if after is None else _times(before, after, claim)
    leave, join = _moves(before, after)
    events = [event.model_dump_json() for event in transition.events]
    fields = {} if after is None else _fields(transition, after, times)
    write: dict[str, Any] = {
        "id": transition.request.id,
        "operation": operation,
        "expected": "0" if before is None else str(before.state.version),
        "events": len(events),
        "leave": leave,
        "before": _stale(before, after),
        "join": join,
        "counts": {name: str(by) for name, by in counted(transition).items()},
        "due": times,
        **_conditions(transition),
    }
    if idempotency is not None:
        write["idempotency"] = {
            "key": documents.idempotency_key(idempotency.client, idempotency.key),
            "value": f"{transition.request.id} {idempotency.fingerprint}",
        }
    if transition.alarm is not None:
        alarm = transition.alarm
        write["alarm"] = {"kind": alarm.kind, "text": alarm.model_dump_json(), "most": MOST}
    if (lost := _newly_lost(before, after)) is not None:
        write["lost"] = lost
    if claim is not None:
        write["claim"] = [claim.lane.value, claim.token]
    write |= _erased(before) if after is None else _kept(before, after)
    return [to_json(write), *events, *chain.from_iterable(fields.items())]


def _conditions(transition: Transition) -> dict[str, Any]:
    """What has to hold, or nothing is written."""
    found: dict[str, Any] = {}
    if transition.not_after is not None:
        found["not_after"] = transition.not_after
    if transition.capped:
        full = [[documents.load_index(person), cap] for person, cap in transition.capped]
        found["capped"] = full
    if transition.starts:
        found["starts"] = True
    if transition.allowance is not None:
        found["allowance"] = transition.allowance.model_dump(exclude_none=True)
    return found


def _moves(before: Request | None, after: Request | None) -> tuple[list[str], list[str]]:
    """The sets that it leaves, and those that it joins with its score there in turn."""
    was = {} if before is None else documents.indexes(before)
    becomes = {} if after is None else documents.indexes(after)
    join = [(index, str(at)) for index, at in becomes.items() if was.get(index) != at]
    return [*(was.keys() - becomes.keys())], [*chain.from_iterable(join)]


def _stale(before: Request | None, after: Request | None) -> list[str]:
    """The sets that it leaves as well, where an older version stored it."""
    if before is None or (after is not None and before.pending == after.pending):
        return []
    return [*documents.of_before(before)]


def _times(before: Request | None, after: Request, claim: Claim | None) -> dict[str, str]:
    """When it is due in the lanes in which that changes, empty for never."""
    anew = due_anew(before, after)
    if claim is not None:
        anew[claim.lane] = due(after)[claim.lane]
    return {lane.value: "" if at is None else str(at) for lane, at in anew.items()}


def _fields(
    transition: Transition, after: Request, times: Mapping[str, str]
) -> dict[str, str | bytes]:
    fields = documents.stored_fields(after, new=transition.before is None)
    fields |= {f"due:{lane}": at for lane, at in times.items() if at}
    return fields if transition.message is None else {**fields, "message": transition.message}


def _kept(before: Request | None, after: Request) -> dict[str, Any]:
    return {
        "version": str(after.state.version),
        "seen": before is not None and _looks(before) != _looks(after),
        "news": not after.pending and (before is None or before.pending),
    }


def _looks(request: Request) -> tuple[Status, int]:
    """Changes with everything about it that a person could see."""
    return request.state.status, request.state.cards.face


def _newly_lost(before: Request | None, after: Request | None) -> tuple[str, str] | None:
    """The channel that this change takes its cards out of, with why."""
    lost = None if after is None else lost_channel(after)
    known = before is not None and lost_channel(before) is not None
    return None if known else lost


def _erased(before: Request | None) -> dict[str, Any]:
    key = None if before is None else before.body.idempotency_key
    if before is None or key is None:
        return {"erase": True}
    return {"erase": True, "forget": documents.idempotency_key(before.body.client, key)}
