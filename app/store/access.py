"""What goes on record of clients and their keys: who may get in, since when, and by whom."""

from __future__ import annotations

import redis
from pydantic import JsonValue
from redis.client import Pipeline

from app.domain.events import ClientEvent, ClientEventType

from .connection import milliseconds, talk


class AccessTrail:
    """Entries by whoever changes something (`by`); they are written with the change itself."""

    def __init__(self, client: redis.Redis, by: str) -> None:
        self._redis = client
        self._by = by

    def entry(self, kind: ClientEventType, client_id: str, **detail: JsonValue) -> str:
        """One entry, as JSON."""
        now = milliseconds(talk(self._redis.time))
        told = ClientEvent(
            type=kind, at_ms=now, actor=self._by, detail={"client": client_id, **detail}
        )
        return told.model_dump_json()


def record(pipe: Pipeline, entry: str) -> None:
    """Write an entry in the transaction of the change."""
    pipe.xadd("cs:events", {"event": entry})
