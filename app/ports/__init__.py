"""What the service needs from outside. Adapters fit these; nothing here imports an adapter."""

from __future__ import annotations

from .callbacks import Answer, Callbacks, HostBusy
from .clients import Client, ClientLimit, Clients
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
    Paused,
    Query,
    Replay,
    RequestStore,
    TooLate,
)
from .slack import Cards, Directory, SlackAgain, SlackNever
from .store import Admission, Cache, Decisions, Gate, Health, Pace

__all__ = [
    "Absences",
    "Admission",
    "Answer",
    "Batch",
    "Cache",
    "Callbacks",
    "Cards",
    "Claim",
    "Client",
    "ClientLimit",
    "Clients",
    "Conflict",
    "Decisions",
    "Directory",
    "Explained",
    "Full",
    "Gate",
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
    "Paused",
    "Query",
    "Replay",
    "RequestStore",
    "SlackAgain",
    "SlackNever",
    "TooLate",
]
