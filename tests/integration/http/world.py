"""Everything behind the HTTP door, and the application in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI

from app.administration import Administration
from app.http.application import build
from app.http.routes.slack import SlackDoor
from app.ports import Client
from app.reviewing import Reviewing
from app.service import Service
from tests.fakes import (
    FakeAdmission,
    FakeClients,
    FakeGate,
    FakeHealth,
    FakeJudge,
    FakeStore,
    reviewing,
    service,
)
from tests.integration.http.door import (
    ADMIN_KEY,
    BILLING_KEY,
    MONITOR_KEY,
    REFUNDS_KEY,
    REFUNDS_MONITOR_KEY,
    SHOP_KEY,
)

KEYS = {
    BILLING_KEY: Client(id="billing"),
    SHOP_KEY: Client(id="shop"),
    REFUNDS_KEY: Client(id="refunds", policies=("refund",)),
    MONITOR_KEY: Client(id="watchdog", monitor=True),
    REFUNDS_MONITOR_KEY: Client(id="refunds-watchdog", policies=("refund",), monitor=True),
    ADMIN_KEY: Client(id="ops", policies=("refund",), admin=True),
}


@dataclass(frozen=True)
class SlackSaid:
    """An answer of Slack's side."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeSlack:
    """Slack's side, which remembers what reached it and says that nothing is signed."""

    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, headers: Mapping[str, str], body: bytes) -> SlackSaid:
        self.calls.append((dict(headers), body))
        return SlackSaid(401, {"Content-Type": "text/plain", "X-Slack": "no"}, b"not signed")


@dataclass
class World:
    """The real service and application over fakes."""

    store: FakeStore = field(default_factory=FakeStore)
    judge: FakeJudge = field(default_factory=FakeJudge)
    admission: FakeAdmission = field(default_factory=FakeAdmission)
    slack: SlackDoor | None = field(default_factory=FakeSlack)
    gate: FakeGate = field(default_factory=FakeGate)

    def __post_init__(self) -> None:
        self.clients = FakeClients(dict(KEYS), clock=lambda: self.store.clock)
        self.service: Service = service(self.store, self.judge, self.admission)
        self.reviewing: Reviewing = reviewing(self.store)
        self.application: FastAPI = build(
            self.service,
            Administration(self.gate, FakeHealth(self.store), self.store),
            self.clients,
            self.store.decisions,
            FakeHealth(self.store),
            self.slack,
        )
