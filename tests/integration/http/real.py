"""The application over a real store: the server of the demo, in a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass

import redis
from fastapi import FastAPI

from app.administration import Administration
from app.http.application import build
from app.reviewing import Reviewing
from app.store.bells import Bells
from app.store.connection import connect
from app.store.gate import RedisGate
from app.store.requests import RedisRequests
from tests.fakes import FakeClients, FakeDecisions, FakeHealth, FakeStore, reviewing, service
from tests.integration.http.world import KEYS


@dataclass(frozen=True)
class Real:
    """The application, and what people and operators do beside it."""

    application: FastAPI
    reviewing: Reviewing
    gate: RedisGate


def real(url: str) -> Real:
    """Over an empty store at that address."""
    text: redis.Redis = connect(url)
    bells = Bells(connect(url, text=False))
    text.flushall()
    store = RedisRequests(text, bells)
    gate, health = RedisGate(text, bells), FakeHealth(FakeStore())
    clients = FakeClients(dict(KEYS), clock=store.now)
    administration = Administration(gate, health, store)
    application = build(service(store), administration, clients, FakeDecisions(), health)
    return Real(application, reviewing(store), gate)
