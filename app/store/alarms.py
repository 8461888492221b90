"""`Alarms` on Redis: the troubles that go on, and an outbox of what nobody was told yet."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import redis
from pydantic import ValidationError
from redis.client import Pipeline

from app.domain.alarms import Alarm
from app.domain.episodes import Episode

from .connection import talk, talk_in_one

_log = logging.getLogger("countersign.store")

OUTBOX = "cs:alarms"
MOST = 1_000
"""Alarms that wait at most, the newest: at the pace at which they come those of days."""

_EPISODES = "cs:audit:episodes"


class RedisAlarms:
    """What the admins have to hear."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def episodes(self) -> dict[str, Episode]:
        found = talk(lambda: self._redis.hgetall(_EPISODES))
        read = {str(key): _episode(str(text)) for key, text in found.items()}
        return {key: episode for key, episode in read.items() if episode is not None}

    def keep(self, episodes: Mapping[str, Episode], alarms: Sequence[Alarm]) -> None:
        def say(pipe: Pipeline) -> None:
            pipe.delete(_EPISODES)
            if episodes:
                pipe.hset(_EPISODES, items=_flat(episodes))
            for alarm in alarms:
                pipe.rpush(OUTBOX, alarm.model_dump_json())
            pipe.ltrim(OUTBOX, -MOST, -1)

        # Repeated after a lost reply it doubles an alarm; it loses none.
        talk_in_one(self._redis, say, at_once=True)

    def waiting(self, limit: int) -> list[Alarm]:
        found = talk(lambda: self._redis.lrange(OUTBOX, 0, limit - 1))
        read = [self._read(str(text)) for text in found]
        return [alarm for alarm in read if alarm is not None]

    def told(self, alarms: Sequence[Alarm]) -> None:
        def say(pipe: Pipeline) -> None:
            for alarm in alarms:
                pipe.lrem(OUTBOX, 1, alarm.model_dump_json())

        talk_in_one(self._redis, say)

    def _read(self, text: str) -> Alarm | None:
        """An alarm; what is none would stand in the way of all others."""
        try:
            return Alarm.model_validate_json(text)
        except ValidationError:
            _log.error("an alarm that can't be read is dropped, of %d characters", len(text))
            talk(lambda: self._redis.lrem(OUTBOX, 1, text))
            return None


def _flat(episodes: Mapping[str, Episode]) -> list[str]:
    return [part for key, one in episodes.items() for part in (key, one.model_dump_json())]


def _episode(text: str) -> Episode | None:
    try:
        return Episode.model_validate_json(text)
    except ValidationError:  # of a newer version, which will say it anew
        return None
