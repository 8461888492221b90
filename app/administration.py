"""What clients that are admins do: pause and resume everything, and look after any request."""

from __future__ import annotations

from dataclasses import dataclass

from .domain.errors import AdminRequired
from .domain.gate import GateState, Pause, reason_of
from .domain.request import Request
from .ports import Client, Figures, Gate, Health, RequestStore


@dataclass(frozen=True)
class Administration:
    """The deployment, for admins that are programs. Each call raises `AdminRequired` for others."""

    gate: Gate
    health: Health
    store: RequestStore

    def status(self, client: Client) -> tuple[GateState, Figures]:
        """Whether everything is paused and what waits, and the lanes in numbers."""
        _check(client)
        return self.gate.state(), self.health.figures()

    def pause(self, client: Client, reason: str) -> Pause:
        """Everything is paused; gives the pause that there is, which may be an earlier one.

        Raises `ReasonRefused`.
        """
        _check(client)
        return self.gate.pause(_named(client), reason_of(reason))

    def resume(self, client: Client) -> Pause | None:
        """Everything goes on; gives the pause that this ended."""
        _check(client)
        return self.gate.resume(_named(client))

    def look(self, client: Client, request_id: str) -> Request:
        """A request, whose ever it is. Raises `RequestNotFound`."""
        _check(client)
        return self.store.load(request_id).request


def _check(client: Client) -> None:
    if not client.admin:
        raise AdminRequired(
            f"The client {client.id} is no admin.",
            "An operator makes one with: countersign clients create NAME --admin",
        )


def _named(client: Client) -> str:
    """By whom, as it goes on record."""
    return f"client {client.id}"
