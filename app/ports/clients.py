"""Who may ask."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from policies.plan import Frozen


class ClientLimit(Frozen):
    """At most so many requests in any window of so many seconds."""

    count: int = Field(ge=1, le=10_000)
    window_s: int = Field(ge=1, le=90 * 86_400)


class Client(Frozen):
    """A workflow or agent. `policies` are those it may use, the first its default; none means any.

    A `monitor` watches over others: it may report signals on any request of those policies, and
    its signals count as not the requester's own. `secret_generation` counts the rotations of its
    callback secret. What it asks past its `limit` is held, and never approved by itself.
    """

    id: str
    policies: tuple[str, ...] = ()
    monitor: bool = False
    secret_generation: int = 1
    limit: ClientLimit | None = None


class Clients(Protocol):
    """Who may ask, by key."""

    def by_key(self, key: str) -> Client | None:
        """The client whose live key this is."""

    def get(self, client_id: str) -> Client | None:
        """A client by its name."""
