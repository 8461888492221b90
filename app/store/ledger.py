"""`Ledger` on Redis: the head of the record, a link for each sealed entry, the checkpoints.

The entries themselves stay where the commits wrote them, in the stream.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, NoReturn

import redis

from app.ports.ledger import EMPTY, Head, Look, Recorded, Sealed, Signed

from .connection import COMMIT_S, connect, milliseconds, script, talk

EVENTS = "cs:events"
SEAL = "cs:seal"
LINKS, CHECKPOINTS, KEYS = f"{SEAL}:links", f"{SEAL}:checkpoints", f"{SEAL}:keys"


def connect_record(url: str) -> redis.Redis:
    """A client that reads whatever lies in the stream, UTF-8 or not: nothing may stop sealing."""
    return connect(url, errors="surrogateescape")


class RedisLedger:
    """The record in one Redis; what changes it is one script alone."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._look = script(client, "look")
        self._seal = script(client, "seal")
        self._sealed = script(client, "sealed")
        self._strays = script(client, "strays")

    def head(self) -> Head:
        return head_of(talk(lambda: self._redis.hgetall(SEAL)))

    def look(self, limit: int) -> Look:
        flat, clock, found = talk(lambda: self._look(args=[limit]))
        head = head_of(dict(zip(flat[::2], flat[1::2], strict=True)))
        entries = _recorded(found)
        there = bool(entries) and entries[0].id == head.id
        events = entries[1:] if there else entries[:limit]
        none_here = head.seq < head.first  # nothing is sealed, or all of it was moved out
        return Look(head, milliseconds(clock), events, intact=there or none_here)

    def seal(
        self, before: Head, after: Head, links: Sequence[tuple[str, str]], checkpoint: Signed | None
    ) -> bool:
        write: dict[str, Any] = {
            "before": _moved(before),
            "after": _moved(after),
            "links": [f"{entry_id} {its_hash}" for entry_id, its_hash in links],
            "nothing": EMPTY.hash,
        }
        if checkpoint is not None:
            write |= {"line": checkpoint.line, "key": checkpoint.key}
        text = json.dumps(write, separators=(",", ":"))
        return bool(talk(lambda: self._seal(args=[text]), COMMIT_S))

    def sealed(self, first: int, limit: int) -> list[Sealed]:
        start, *rest = talk(lambda: self._sealed(args=[first, limit]))
        pairs = zip(rest[::2], rest[1::2], strict=True)
        return [_sealed(int(start) + at, link, found) for at, (link, found) in enumerate(pairs)]

    def checkpoints(self, after_seq: int, limit: int) -> list[str]:
        found = talk(
            lambda: self._redis.zrangebyscore(
                CHECKPOINTS, f"({after_seq}", "+inf", start=0, num=limit
            )
        )
        return [str(line) for line in found]

    def strays(self, first: int, limit: int) -> list[Recorded]:
        return _recorded(talk(lambda: self._strays(args=[first, limit])))

    def keys(self) -> list[str]:
        found: Iterable[Any] = talk(lambda: self._redis.smembers(KEYS))
        return sorted(map(str, found))


def head_of(stored: Mapping[Any, Any]) -> Head:
    """The head as its hash has it; that of an empty record where there is none."""
    found = {one.name: stored.get(one.name, getattr(EMPTY, one.name)) for one in fields(Head)}
    return Head(**{name: type(getattr(EMPTY, name))(text) for name, text in found.items()})


def _moved(head: Head) -> dict[str, str]:
    """What a sealer moves; where the record begins is not its to say."""
    values = asdict(head)
    return {name: str(values[name]) for name in values if name not in {"first", "before"}}


def _sealed(seq: int, link: str, found: Sequence[Any]) -> Sealed:
    entry_id, its_hash = link.split(" ")
    entries = _recorded(found)
    return Sealed(seq, entry_id, its_hash, entries[0].event if entries else None)


def _recorded(found: Sequence[Any]) -> list[Recorded]:
    return [Recorded(str(entry_id), _event(flat)) for entry_id, flat in found]


def _event(flat: Sequence[str]) -> str:
    """The text of an event as it stands; whatever else lies there, as JSON of its fields.

    So that the record takes it in too, and each of its lines stays one line that can be verified.
    In that JSON a byte that was no UTF-8 is the escape of half a surrogate pair.
    """
    written = dict(zip(flat[::2], flat[1::2], strict=True))
    text = written.get("event", "")
    return text if _is_event(text) else json.dumps(written)


def _is_event(text: str) -> bool:
    """Whether it is an object on one line of JSON that every reader takes for the same."""
    try:
        text.encode()
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "\n" not in text and "\r" not in text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
