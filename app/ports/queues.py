"""Lists of requests for people: what waits for them, what they may see, asked or decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Literal, Protocol

from ..domain.lists import Count, QueuePage
from ..domain.request import Request, Status

ListKind = Literal["waiting", "seen", "asked", "decided"]
"""`waiting` for an answer and `seen` (while they wait) come with the earliest due first, those that
were `asked` or `decided` with the newest first."""

EVERYTHING = "*"
"""The name under which all that waits is `seen`."""


class Queues(Protocol):
    """The lists of everybody, by the names that mean them, as `viewing.known_as` writes them.

    A list is that of several names: what stands under more than one of them comes once. Each call
    takes a bounded number of round trips, however long the lists are. Raises `StoreUnavailable`.
    """

    def page(
        self,
        kind: ListKind,
        names: Collection[str],
        cursor: str | None,
        limit: int,
        fits: Callable[[Request], bool],
    ) -> QueuePage:
        """Up to `limit` of those that fit, after `cursor`.

        A page may hold fewer, or none, and still lead on: so many were looked at that do not fit. A
        cursor goes by when something is due and by its id, so that it leads on also when what it
        comes from is gone. One that can't be read leads to the beginning.
        """

    def count(self, kind: ListKind, names: Collection[str]) -> Count:
        """How many stand in the list, whether or not somebody answered them already."""

    def ended(self, since_ms: int) -> Mapping[Status, int]:
        """How many requests of everybody ended in each way since that instant."""
