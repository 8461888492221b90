"""`Queues` over the store in memory: every request is looked at, each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from app.domain.lists import Count, QueuePage
from app.domain.request import Request, Status
from app.ports import ListKind
from app.store import documents

from .requests import MemoryStore


@dataclass
class MemoryQueues:
    """Lists as `documents.of_people` says they are."""

    store: MemoryStore

    def page(
        self,
        kind: ListKind,
        names: Collection[str],
        cursor: str | None,
        limit: int,
        fits: Callable[[Request], bool],
    ) -> QueuePage:
        order = -1 if kind in ("asked", "decided") else 1
        places = sorted(self._places(kind, names).items(), key=lambda at: (at[1], at[0]))[::order]
        start = [at[0] for at in places].index(cursor) + 1 if cursor else 0
        ids = [request_id for request_id, _ in places[start:]]
        found = [one for one in self.store.load_many(ids) if fits(one)]
        more = found[limit - 1].id if len(found) > limit else None
        return QueuePage(tuple(found[:limit]), more)

    def count(self, kind: ListKind, names: Collection[str]) -> Count:
        return Count(len(self._places(kind, names)))

    def ended(self, since_ms: int) -> Mapping[Status, int]:
        decisions = [row.request.state.decision for row in self.store.rows.values()]
        return Counter(one.outcome for one in decisions if one and one.at_ms >= since_ms)

    def _places(self, kind: ListKind, names: Collection[str]) -> dict[str, int]:
        keys = documents.people_keys(kind, names)
        return {
            request_id: score
            for request_id, row in self.store.rows.items()
            for key, score in documents.of_people(row.request).items()
            if key in keys
        }
