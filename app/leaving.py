"""The end of a client: its keys at once, then whatever it left open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from .changes import change
from .domain.commands import Cancel
from .domain.errors import AlreadyDecided, ClientBusy, RequestExpired
from .domain.request import Actor, Request, Status
from .ports import ClientRecords, Query, RequestStore

_PAGE = 100


@dataclass(frozen=True)
class Leaving:
    """What `countersign clients delete` does. It may be stopped anywhere, and repeated."""

    store: RequestStore
    clients: ClientRecords

    def delete(self, name: str, by: str, *, cancel: bool) -> int:
        """End the client; gives how many of its open requests were cancelled with it.

        Callbacks that are on their way still arrive, signed as ever, those of the cancelled ones
        too. Raises `ClientNotFound`, and `ClientBusy` while there are open requests that it should
        not `cancel`.
        """
        if not cancel and (waiting := sum(1 for _ in self._open(name))):
            raise ClientBusy(
                f"{name} has open requests ({waiting}), which people are looking at.",
                "Wait until they are decided, or cancel them with it: "
                f"countersign clients delete {name} --cancel-open",
            )
        self.clients.delete(name)
        return sum(self._cancel(request, by) for request in self._open(name)) if cancel else 0

    def _cancel(self, request: Request, by: str) -> bool:
        owner = Actor(kind="client", id=request.body.client, name=request.body.client)
        reason = f"The client {owner.id} was deleted by {by}."
        with suppress(AlreadyDecided, RequestExpired):  # by somebody else, a moment ago
            return change(self.store, request.id, Cancel(by=owner, reason=reason)) is not None
        return False

    def _open(self, name: str) -> Iterator[Request]:
        cursor: str | None = None
        while True:
            query = Query(name, Status.PENDING, cursor=cursor, limit=_PAGE)
            page = self.store.page(query)
            yield from page.requests
            cursor = page.cursor
            if cursor is None:
                return
