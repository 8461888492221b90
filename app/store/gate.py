"""`Gate` and `Admission` on Redis: the pause of everything, and the pace of each client."""

from __future__ import annotations

import json

import redis
from redis.client import Pipeline

from app.domain.alarms import Alarm
from app.domain.due import Lane
from app.domain.events import fingerprint
from app.domain.gate import GateState, Pause, on_record
from app.ports import Client

from .alarms import MOST
from .bells import Bells
from .connection import milliseconds, script, talk, talk_in_one
from .documents import due_key, held_index

PAUSED = "cs:paused"
"""There as long as everything is paused; the scripts look for it."""

_RAISED = 100_000
"""Callbacks that count as due from the end of a pause on, not from when they first were."""


class RedisGate:
    """One key, which every commit and every claim of a callback looks at."""

    def __init__(self, client: redis.Redis, bells: Bells) -> None:
        self._redis = client
        self._bells = bells
        self._pause = script(client, "pause")
        self._resume = script(client, "resume")

    def pause(self, by: str, reason: str) -> Pause:
        alarm = self._alarm("gate.paused", f"Everything is paused by {by}: {reason}")
        recorded = {"actor": on_record(by), "reason_sha256": fingerprint(reason)}
        told = {"by": by, "reason": reason, "alarm": alarm, "most": MOST}
        write = json.dumps(told | recorded)
        return Pause.model_validate_json(talk(lambda: self._pause(args=[write])))

    def resume(self, by: str) -> Pause | None:
        alarm = self._alarm("gate.resumed", f"The pause is over, by {by}.")
        ended = _pause(talk(lambda: self._resume(args=[on_record(by), _RAISED, alarm, MOST])))
        for lane in (Lane.TIME, Lane.CALLBACK):
            self._bells.ring(lane)
        return ended

    def state(self) -> GateState:
        now = self._now()

        def ask(pipe: Pipeline) -> None:
            pipe.get(PAUSED)
            pipe.zcard(held_index("paused"))
            pipe.zcard(held_index("limit"))
            pipe.zcard(due_key(Lane.CALLBACK))
            pipe.hvals(f"cs:claims:{Lane.CALLBACK.value}")

        found, held, limited, waiting, claims = talk_in_one(self._redis, ask)
        live = sum(int(claim.rpartition(" ")[2]) > now for claim in claims)
        return GateState(
            pause=_pause(found),
            held=held,
            limited=limited,
            # One that was just delivered is still under way, and waits no more.
            callbacks=max(0, waiting - live),
            under_way=live,
        )

    def _alarm(self, kind: str, text: str) -> str:
        return Alarm(at_ms=self._now(), kind=kind, text=text).model_dump_json()

    def _now(self) -> int:
        return milliseconds(talk(self._redis.time))


class RedisAdmission:
    """The last slots of each client that has a limit, as many as the limit has."""

    def __init__(self, client: redis.Redis) -> None:
        self._admit = script(client, "admit")

    def admit(self, client: Client) -> int | None:
        limit = client.limit
        if limit is None:
            return None
        args = [limit.count, limit.window_s * 1000]
        slot = int(talk(lambda: self._admit(keys=[admission_key(client.id)], args=args)))
        return slot or None


def admission_key(client_id: str) -> str:
    """A client's slots, newest first."""
    return f"cs:admission:{client_id}"


def _pause(text: str | None) -> Pause | None:
    return Pause.model_validate_json(text) if text else None
