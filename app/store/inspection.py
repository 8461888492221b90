"""`Inspection` on Redis: requests beside the due sets that they wait in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import redis
from redis.client import Pipeline

from app.domain.due import OF_REQUESTS, Lane
from app.domain.findings import CASES, GRACE_MS, LATEST_MS, Flaw, Kind, Stand
from app.domain.request import Status
from app.ports import Figures, LaneFigures, Seen, Swept

from . import documents, stuck
from .alarms import OUTBOX
from .connection import COUNTERS, milliseconds, script, talk, talk_in_one
from .gate import PAUSED
from .upkeep import record_figures
from .waiting import RedisWaiting

EVERY_MS = 15_000
"""The least between the end of one audit and the next, whichever process makes it."""

_TURN_MS = 30_000
"""After so long without an end the turn is another's, who repeats what was begun."""

_CASES = 1_000
"""Cases that are remembered of each kind; more are found again once there is room."""

_TURN, _AUDIT, _ENDED = "cs:audit:turn", "cs:audit", "ended"
_SHOWN = 5

_KEPT = tuple(sorted(CASES))


class RedisInspection:
    """A look over everything, a page at a time; where each round stands is kept in Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._sweep = script(client, "sweep")
        self._sweep_people = script(client, "sweep_people")
        self._look = script(client, "look_into")
        self._mend = script(client, "mend")
        self._enlist = script(client, "enlist")
        self._ends = script(client, "ends")
        self._waiting = RedisWaiting(client)

    def take_turn(self) -> bool:
        return bool(talk(lambda: self._redis.set(_TURN, "1", nx=True, px=_TURN_MS)))

    def end_turn(self) -> None:
        now = milliseconds(talk(self._redis.time))

        def say(pipe: Pipeline) -> None:
            pipe.hset(_AUDIT, _ENDED, str(now))
            pipe.set(_TURN, "1", px=EVERY_MS)

        talk_in_one(self._redis, say)

    def sweep(self, status: Status, limit: int) -> Swept:
        args = [status.value, limit, LATEST_MS]
        done, *rest = talk(lambda: self._sweep(args=args))
        *lanes, doubtful = rest
        return Swept(bool(done), dict(zip(OF_REQUESTS, lanes, strict=True)), doubtful)

    def sweep_people(self) -> list[str]:
        found = talk(lambda: self._sweep_people(args=[LATEST_MS]))
        return [str(one) for one in found]

    def tidy(self, limit: int) -> int:
        counters = talk(lambda: self._redis.hkeys(COUNTERS))
        return self._waiting.tidy(self._waiting.policies(map(str, counters)), limit)

    def next_page(self, status: Status, limit: int) -> list[str]:
        index, cursor = documents.status_index(status), f"look:{status.value}"
        after = talk(lambda: self._redis.hget(_AUDIT, cursor))
        lowest = "-" if after is None else f"({after!s}"
        ids = talk(lambda: self._redis.zrangebylex(index, lowest, "+", start=0, num=limit))
        if len(ids) < limit:
            talk(lambda: self._redis.hdel(_AUDIT, cursor))
        else:
            talk(lambda: self._redis.hset(_AUDIT, cursor, ids[-1]))
        return [str(one) for one in ids]

    def look(self, request_ids: Sequence[str]) -> list[Seen]:
        clock, *rows = talk(lambda: self._look.in_bytes(args=request_ids))
        now = milliseconds(clock)
        found = [_seen(*pair, now) for pair in zip(request_ids, rows, strict=True)]
        return self._unlisted(found)

    def _unlisted(self, found: list[Seen]) -> list[Seen]:
        """Who waits, and is not in the list of what waits under its policy."""
        waits = [one.request for one in found if one.request is not None and one.request.pending]

        def ask(pipe: Pipeline) -> None:
            for request in waits:
                pipe.zscore(documents.pending_key(request.body.policy.name), request.id)

        places = talk_in_one(self._redis, ask) if waits else []
        missed = {one.id for one, at in zip(waits, places, strict=True) if at is None}
        return [replace(one, unlisted=True) if one.request_id in missed else one for one in found]

    def mend(self, seen: Seen, flaw: Flaw) -> bool:
        stand = (_text(flaw.mended.recorded), _text(flaw.mended.queued))
        args = [seen.request_id, seen.version, flaw.lane.value, *stand, flaw.kind.value]
        return bool(talk(lambda: self._mend(args=args)))

    def enlist(self, seen: Seen) -> bool:
        lists = {} if seen.request is None else documents.of_people(seen.request)
        scores = map(str, lists.values())
        args = [seen.request_id, seen.version, *scores, Kind.UNLISTED.value]
        return bool(talk(lambda: self._enlist(keys=list(lists), args=args)))

    def cases(self, kind: Kind, limit: int) -> list[str]:
        found = talk(lambda: self._redis.srandmember(_cases(kind), limit))
        return [str(one) for one in found or ()]

    def keep_cases(self, kind: Kind, bad: Sequence[str], good: Sequence[str]) -> int:
        room = _CASES - int(talk(lambda: self._redis.scard(_cases(kind))))
        if good:
            talk(lambda: self._redis.srem(_cases(kind), *good))
        if bad and room > 0:
            new = int(talk(lambda: self._redis.sadd(_cases(kind), *bad[:room])))
            self.count({kind: new})
        return int(talk(lambda: self._redis.scard(_cases(kind))))

    def count(self, found: Mapping[Kind, int]) -> None:
        def say(pipe: Pipeline) -> None:
            for kind, number in found.items():
                if number:
                    pipe.hincrby(COUNTERS, f"found:{kind.value}", number)

        talk_in_one(self._redis, say)

    def figures(self) -> Figures:
        now = milliseconds(talk(self._redis.time))

        def ask(pipe: Pipeline) -> None:
            pipe.zcard(documents.status_index(Status.PENDING))
            pipe.llen(OUTBOX)
            pipe.hget(_AUDIT, _ENDED)
            pipe.exists(PAUSED)
            pipe.hgetall(COUNTERS)
            for kind in _KEPT:
                pipe.scard(_cases(kind))

        waiting, alarms, ended, paused, counters, *cases = talk_in_one(self._redis, ask)
        counted = {str(name): int(count) for name, count in counters.items()}
        policies = self._waiting.policies(counted)
        return Figures(
            now=now,
            open=int(waiting),
            lanes=self._lanes(now),
            lasting=dict(zip(_KEPT, map(int, cases), strict=True)),
            alarms=int(alarms),
            audited_ms=None if ended is None else max(0, now - int(ended)),
            paused=bool(paused),
            counters=counted,
            record=record_figures(self._redis, self._ends, now),
            waiting=self._waiting.figures(policies, now),
            **stuck.figures(self._redis),
        )

    def _lanes(self, now: int) -> Mapping[Lane, LaneFigures]:
        def ask(pipe: Pipeline) -> None:
            for lane in Lane:
                pipe.zrange(documents.due_key(lane), 0, _SHOWN - 1, withscores=True)
                pipe.zcount(documents.due_key(lane), "-inf", now - GRACE_MS)
                pipe.hlen(_aside(lane))
                pipe.hscan(_aside(lane), count=_SHOWN)

        answers = talk_in_one(self._redis, ask)
        rows = (answers[at : at + 4] for at in range(0, len(answers), 4))
        return {lane: _lane_figures(row, now) for lane, row in zip(Lane, rows, strict=True)}


def _aside(lane: Lane) -> str:
    return f"cs:aside:{lane.value}"


def _cases(kind: Kind) -> str:
    return f"cs:audit:{kind.value}"


def _text(at: int | None) -> str:
    return "" if at is None else str(at)


def _lane_figures(row: Sequence[Any], now: int) -> LaneFigures:
    first, overdue, set_aside, (_, aside) = row
    oldest = int(first[0][1]) if first else now
    late = tuple(str(one) for one, at in first if int(at) <= now - GRACE_MS)
    return LaneFigures(
        oldest_ms=max(0, now - oldest),
        overdue=int(overdue),
        overdue_ids=late,
        set_aside=int(set_aside),
        aside_ids=tuple(sorted(str(one) for one in aside))[:_SHOWN],
    )


def _seen(request_id: str, row: Sequence[bytes | None], now: int) -> Seen:
    """One row of `look_into.lua`."""
    if not row:
        return Seen(request_id, "", None, {}, now)
    width = len(OF_REQUESTS)
    version, *fields = row[: -2 * width - 2]
    times, (listed, seen_by_all) = row[-2 * width - 2 : -2], row[-2:]
    stands = {
        lane: Stand(_number(at), _number(place))
        for lane, at, place in zip(OF_REQUESTS, times[:width], times[width:], strict=True)
    }
    gone = version is None and listed is None
    request = documents.readable(fields)
    unlisted = request is not None and request.pending and seen_by_all is None
    told = "" if version is None else version.decode(errors="replace")
    return Seen(request_id, told, request, stands, now, gone, unlisted)


def _number(text: Any) -> int | None:
    """A due time; what is none counts as missing, so that it is written anew."""
    try:
        return None if text is None else int(float(text))
    except (ValueError, OverflowError):
        return None
