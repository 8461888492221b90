"""`Upkeep` on Redis: turns, what was told of the record, and what leaves it. Its figures, too."""

from __future__ import annotations

from collections.abc import Sequence

import redis
from redis.client import Pipeline
from redis.commands.core import Script

from app.domain.alarms import Alarm
from app.ports import RecordFigures
from app.ports.ledger import Head, Sealed

from .alarms import MOST
from .connection import COMMIT_S, milliseconds, script, talk, talk_in_one
from .documents import request_key
from .ledger import CHECKPOINTS, EVENTS, LINKS, SEAL, head_of

_POSTED = "posted"


class RedisUpkeep:
    """What one process at a time does with the record."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._broken = script(client, "broken")
        self._drop = script(client, "drop")

    def take_turn(self, work: str, lease_ms: int) -> bool:
        return bool(talk(lambda: self._redis.set(_turn(work), "1", nx=True, px=lease_ms)))

    def end_turn(self, work: str, rest_ms: int) -> None:
        talk(lambda: self._redis.set(_turn(work), "1", px=rest_ms))

    def broken(self, mark: str, text: str) -> bool:
        now = milliseconds(talk(self._redis.time))
        alarm = Alarm(at_ms=now, kind="record_broken", text=text).model_dump_json()
        return bool(talk(lambda: self._broken(args=[mark, alarm, MOST])))

    def waiting_for_slack(self) -> tuple[int, str | None]:
        def ask(pipe: Pipeline) -> None:
            pipe.hsetnx(SEAL, _POSTED, "0")  # from the first time on it is counted what waits
            pipe.hget(SEAL, _POSTED)
            pipe.zrevrange(CHECKPOINTS, 0, 0)

        _, posted, newest = talk_in_one(self._redis, ask)
        count = int(talk(lambda: self._redis.zcount(CHECKPOINTS, f"({posted}", "+inf")))
        return count, str(newest[0]) if count and newest else None

    def told_slack(self, seq: int) -> None:
        talk(lambda: self._redis.hset(SEAL, _POSTED, str(seq)))

    def no_slack(self) -> None:
        talk(lambda: self._redis.hdel(SEAL, _POSTED))

    def still_there(self, request_ids: Sequence[str]) -> set[str]:
        def ask(pipe: Pipeline) -> None:
            for request_id in request_ids:
                pipe.exists(request_key(request_id))

        answers = talk_in_one(self._redis, ask) if request_ids else []
        return {one for one, there in zip(request_ids, answers, strict=True) if there}

    def drop(self, before: Head, last: Sealed) -> bool:
        link = f"{last.id} {last.hash}"
        args = [str(before.first), before.before, str(last.seq), link]
        return bool(talk(lambda: self._drop(args=args), COMMIT_S))


def record_figures(client: redis.Redis, ends: Script, now: int) -> RecordFigures:
    """The record in numbers at the instant `now`, at a cost that does not depend on its length.

    `ends` is the script that finds the ids of the oldest entries.
    """

    def ask(pipe: Pipeline) -> None:
        pipe.hgetall(SEAL)
        pipe.xlen(EVENTS)
        pipe.llen(LINKS)
        ends(args=[], client=pipe)

    stored, length, links, (oldest, unsealed) = talk_in_one(client, ask)
    head, posted = head_of(stored), stored.get(_POSTED)
    above = "+inf" if posted is None else f"({posted}"
    unposted = talk(lambda: client.zcount(CHECKPOINTS, above, "+inf"))
    return RecordFigures(
        sealed=head.seq,
        entries=int(length),
        unsealed=max(0, int(length) - int(links)),
        unsealed_ms=_age(unsealed, now),
        first_ms=_age(oldest, now),
        checkpoint_ms=max(0, now - head.checkpoint_ms) if head.checkpoint_ms else None,
        unposted=int(unposted),
    )


def _turn(work: str) -> str:
    return f"{SEAL}:turn:{work}"


def _age(entry_id: str, now: int) -> int:
    """How long ago (ms) an entry was written, which its id says; 0 of none."""
    return max(0, now - int(entry_id.partition("-")[0])) if entry_id else 0
