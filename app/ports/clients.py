"""Who may ask."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
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
    its signals count as not the requester's own. An `admin` may pause everything and look after
    everybody's requests. `secret_generation` counts the rotations of its callback secret, and while
    one is under way (`secret_overlaps`) the secret before signs as well. What it asks past its
    `limit` is held, and never approved by itself; calls past `calls`, of whatever kind, are
    refused. One that is `deleted` has no key, and its name is nobody else's.
    """

    id: str
    policies: tuple[str, ...] = ()
    monitor: bool = False
    admin: bool = False
    secret_generation: int = 1
    secret_overlaps: bool = False
    limit: ClientLimit | None = None
    calls: ClientLimit | None = None
    deleted: bool = False

    @property
    def secret_generations(self) -> tuple[int, ...]:
        """Those that sign its callbacks, the newest first."""
        newest = self.secret_generation
        return (newest, newest - 1) if self.secret_overlaps else (newest,)


@dataclass(frozen=True)
class Key:
    """One key of a client, by an id that opens nothing; None for an instant (ms) nobody knows."""

    id: str
    client: str
    made_ms: int | None
    used_ms: int | None


@dataclass(frozen=True)
class Caller:
    """Who calls, the MAC of the key that they showed, and the store's clock (ms) when they did.

    One who calls more often than they may has to wait first, and is not counted.
    """

    client: Client
    mac: str
    at_ms: int
    wait_ms: int = 0
    _since: float = field(default_factory=time.monotonic, repr=False, compare=False)

    def now(self) -> int:
        """The store's clock (ms) by what has gone by here since it was told."""
        return self.at_ms + int((time.monotonic() - self._since) * 1000)

    @property
    def key_id(self) -> str:
        return key_id(self.mac)


def key_id(mac: str) -> str:
    """What a key is called where people read it: the beginning of its MAC, which opens nothing."""
    return f"k_{mac[:12]}"


class Clients(Protocol):
    """Who may ask, by key. Each call raises `StoreUnavailable`: who can't be known is nobody."""

    def call(self, key: str) -> Caller | None:
        """Whose live key this is; it counts as a call of theirs."""

    def live(self, caller: Caller) -> bool:
        """Whether the key that they came with is still theirs."""

    def get(self, client_id: str) -> Client | None:
        """A client by its name."""


class ClientRecords(Protocol):
    """What ends a client."""

    def delete(self, name: str) -> Client:
        """End it and its keys; once more does nothing more. Raises `ClientNotFound`."""
