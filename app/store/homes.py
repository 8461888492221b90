"""`Homes` on Redis: who looks at their Home tab, and which requests it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, get_args

import redis
from redis.client import Pipeline

from app.domain.due import Lane
from app.domain.home import Note, Part
from app.ports import Chosen

from .bells import Bells
from .connection import milliseconds, script, talk, talk_in_one

KEPT_MS = 7 * 86_400_000
"""After so long without a look a Home is drawn no more, until it is opened."""

MOST = 200
"""Homes that are drawn when one request changes: the others show it when they are opened."""


class RedisHomes:
    """For each person who looks at their Home a hash; for each request a set of who sees it."""

    def __init__(self, client: redis.Redis, bells: Bells) -> None:
        self._redis = client
        self._bells = bells
        self._note = script(client, "homes", "home")
        self._shows = script(client, "home_shows")

    def opened(self, person: str) -> None:
        self._write(person, "opened")

    def turn(self, person: str, part: Part, trail: Sequence[str]) -> None:
        self._write(person, part, json.dumps(trail))

    def say(self, person: str, text: str) -> None:
        self._write(person, "note", text)

    def chosen(self, person: str) -> Chosen | None:
        parts = get_args(Part)

        def ask(pipe: Pipeline) -> None:
            pipe.hmget(_key(person), [*parts, "note", "opened"])
            pipe.time()

        (*trails, note, opened), clock = talk_in_one(self._redis, ask)
        if opened is None:
            return None
        pairs = zip(parts, map(_trail, trails), strict=True)
        kept = {part: trail for part, trail in pairs if trail}
        return Chosen(milliseconds(clock), kept, _note(note))

    def showing(self, person: str, versions: Mapping[str, int]) -> bool:
        pairs = [part for pair in versions.items() for part in pair]
        return bool(talk(lambda: self._shows(args=[person, KEPT_MS, MOST, *pairs])))

    def _write(self, person: str, field: str, value: str = "") -> None:
        if talk(lambda: self._note(args=[person, field, value, KEPT_MS])):
            self._bells.ring(Lane.HOME)


def _key(person: str) -> str:
    return f"cs:home:{person}"


def _trail(stored: Any) -> tuple[str, ...]:
    """The cursors of a page; what is none of ours leads to the first."""
    with suppress(ValueError, TypeError):
        return tuple(map(str, json.loads(stored or "[]")))
    return ()


def _note(stored: Any) -> Note | None:
    if stored is None:
        return None
    at_ms, _, text = str(stored).partition(" ")
    return Note(text, int(at_ms))
