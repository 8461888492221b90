"""`Queues` on Redis: sorted sets, one for each name, merged as they are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import redis
from redis.client import Pipeline

from app.domain.lists import Count, QueuePage
from app.domain.request import Request, Status
from app.ports import ListKind

from . import documents
from .connection import script, talk, talk_in_one
from .requests import RedisRequests

_LOOKS, _AT_ONCE = 4, 100
"""One page looks so many times for what fits, and from the second time on at so many at once."""

_COUNTED = 1_000
"""Up to so many are counted one by one, so that what stands under two names counts once."""

_NEWEST: frozenset[ListKind] = frozenset({"asked", "decided"})
_CURSOR = re.compile(r"(?P<score>[0-9]{1,16}):(?P<id>[0-9a-z_]{1,40})", re.ASCII)


@dataclass(frozen=True, order=True)
class _Place:
    """Where a request stands in a list."""

    score: int
    request_id: str

    def as_cursor(self) -> str:
        return f"{self.score}:{self.request_id}"


class RedisQueues:
    """What a name stands for is written in the commit of each request (`documents.of_people`)."""

    def __init__(self, client: redis.Redis, requests: RedisRequests) -> None:
        self._redis = client
        self._requests = requests
        self._after = script(client, "after")

    def page(
        self,
        kind: ListKind,
        names: Collection[str],
        cursor: str | None,
        limit: int,
        fits: Callable[[Request], bool],
    ) -> QueuePage:
        found: list[tuple[_Place, Request]] = []
        after, wanted = _place(cursor), limit + 1
        for _ in range(_LOOKS):
            places = self._places(kind, names, after, wanted)
            found += [(at, one) for at, one in self._read(places) if fits(one)]
            if len(found) > limit:
                shown = found[:limit]
                return QueuePage(tuple(one for _, one in shown), shown[-1][0].as_cursor())
            if len(places) < wanted:
                return QueuePage(tuple(one for _, one in found), None)
            after, wanted = places[-1], max(wanted, _AT_ONCE)
        return QueuePage(tuple(one for _, one in found), after.as_cursor() if after else None)

    def count(self, kind: ListKind, names: Collection[str]) -> Count:
        keys = documents.people_keys(kind, names)

        def ask(pipe: Pipeline) -> None:
            for key in keys:
                pipe.zcard(key)

        cards = [int(card) for card in talk_in_one(self._redis, ask)] if keys else []
        lists = [key for key, card in zip(keys, cards, strict=True) if card]
        if len(lists) < 2:
            return Count(sum(cards))
        if sum(cards) > _COUNTED:
            return Count(max(cards), exact=False)
        return Count(len(talk(lambda: self._redis.zunion(lists))))

    def ended(self, since_ms: int) -> Mapping[Status, int]:
        outcomes = [status for status in Status if status is not Status.PENDING]

        def ask(pipe: Pipeline) -> None:
            for outcome in outcomes:
                pipe.zcount(documents.ended_key(outcome), since_ms, "+inf")

        counts = talk_in_one(self._redis, ask)
        return dict(zip(outcomes, map(int, counts), strict=True))

    def _places(
        self, kind: ListKind, names: Collection[str], after: _Place | None, limit: int
    ) -> list[_Place]:
        """The next ones of all sets together, each once."""
        newest, keys = kind in _NEWEST, documents.people_keys(kind, names)
        if not keys:
            return []
        start = ("", "") if after is None else (str(after.score), after.request_id)
        args = [limit, "newest" if newest else "", *start]
        rows = talk(lambda: self._after(keys=keys, args=args))
        places = {place for row in rows for place in _placed(row)}
        return sorted(places, reverse=newest)[:limit]

    def _read(self, places: Sequence[_Place]) -> list[tuple[_Place, Request]]:
        """Those that are there, and can be read."""
        requests = self._requests.load_many([place.request_id for place in places])
        by_id = {request.id: request for request in requests}
        return [(at, by_id[at.request_id]) for at in places if at.request_id in by_id]


def _placed(row: Sequence[str]) -> list[_Place]:
    """A row of ids and scores in turn."""
    pairs = zip(row[::2], row[1::2], strict=True)
    return [_Place(int(float(score)), str(request_id)) for request_id, score in pairs]


def _place(cursor: str | None) -> _Place | None:
    found = _CURSOR.fullmatch(cursor or "")
    return None if found is None else _Place(int(found["score"]), found["id"])
