"""The way out to the receivers of clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..domain.commands import Failure
from .clients import Client


@dataclass(frozen=True)
class Answer:
    """What came of one send: an HTTP status, or what kept it from getting one."""

    status: int | None
    error: str | None
    retry_after_s: float | None
    took_ms: int
    failure: Failure | None = None


class HostBusy(Exception):
    """Enough is on its way to this host; try again in `wait_ms`, the others go on."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(wait_ms)
        self.wait_ms = wait_ms


class Callbacks(Protocol):
    """The way out to a client's receiver."""

    def check(self, url: str) -> None:
        """Raises `CallbackUrlRefused` for an address that `send` would refuse."""

    def send(self, url: str, message_id: str, body: str, client: Client, now: int) -> Answer:
        """One signed POST, over in 20 seconds whatever the receiver does; never raises for it.

        Raises `HostBusy` when this host has as many sends in flight as it may.
        """
