"""What the service needs from outside. Adapters fit these; nothing here imports an adapter."""

from __future__ import annotations

from .callbacks import Answer, Callbacks, HostBusy
from .clients import Client, Clients
from .people import Absences
from .policies import Explained, Judge, Judgement
from .requests import (
    Batch,
    Claim,
    Conflict,
    Full,
    Idempotency,
    Lanes,
    LimitReached,
    Loaded,
    Page,
    Query,
    Replay,
    RequestStore,
    TooLate,
)
from .slack import Cards, Directory, SlackAgain, SlackNever
from .store import Cache, Decisions, Health, Pace

__all__ = [
    "Absences",
    "Answer",
    "Batch",
    "Cache",
    "Callbacks",
    "Cards",
    "Claim",
    "Client",
    "Clients",
    "Conflict",
    "Decisions",
    "Directory",
    "Explained",
    "Full",
    "Health",
    "HostBusy",
    "Idempotency",
    "Judge",
    "Judgement",
    "Lanes",
    "LimitReached",
    "Loaded",
    "Pace",
    "Page",
    "Query",
    "Replay",
    "RequestStore",
    "SlackAgain",
    "SlackNever",
    "TooLate",
]
