"""Erasing what the store holds of a request before its retention ends."""

from __future__ import annotations

from dataclasses import dataclass

from .changes import change
from .domain import revising
from .domain.commands import Erase
from .domain.errors import RequestNotFound
from .domain.request import Request
from .ports import RequestStore


@dataclass(frozen=True)
class Erasing:
    """What `countersign erase` does."""

    store: RequestStore

    def family(self, request_id: str) -> tuple[Request, ...]:
        """The request, those that it asks again and those that ask it again, oldest first.

        Each of these carries the difference from the one before, and so the same data. Raises
        `RequestNotFound`, `RequestUnreadable`.
        """
        first = self.store.load(request_id).request
        found = [first]
        while (revises := found[0].body.revises) is not None:
            if (earlier := self._there(revises.request_id)) is None:
                break
            found.insert(0, earlier)
        while (later := self._revision_of(found[-1])) is not None:
            found.append(later)
        return tuple(found)

    def erase(self, request_id: str, command: Erase) -> None:
        """Raises `EraseRefused`; of one that is gone already nothing is left to do."""
        try:
            change(self.store, request_id, command)
        except RequestNotFound:
            return

    def _revision_of(self, request: Request) -> Request | None:
        replay = self.store.replay(request.body.client, revising.key_of(request))
        return None if replay is None else self._there(replay.request_id)

    def _there(self, request_id: str) -> Request | None:
        try:
            return self.store.load(request_id).request
        except RequestNotFound:
            return None
