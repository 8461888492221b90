"""What the service needs from outside. Adapters fit these; nothing here imports an adapter."""

from __future__ import annotations

from .callbacks import Answer, Callbacks, HostBusy
from .clients import Client, ClientLimit, Clients
from .homes import Chosen, Homes, HomeTabs
from .inspection import (
    Admins,
    Alarms,
    Figures,
    Inspection,
    LaneFigures,
    LostChannel,
    Seen,
    Stuck,
    Swept,
)
from .people import Absences, Reached
from .policies import Explained, Judge, Judgement
from .queues import EVERYTHING, ListKind, Queues
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
from .slack import (
    Cards,
    ConversationGone,
    ConversationShared,
    Directory,
    Found,
    SlackAgain,
    SlackNever,
)
from .store import Admission, Arrivals, Cache, Decisions, Gate, Health, Pace

__all__ = [
    "EVERYTHING",
    "Absences",
    "Admins",
    "Admission",
    "Alarms",
    "Answer",
    "Arrivals",
    "Batch",
    "Cache",
    "Callbacks",
    "Cards",
    "Chosen",
    "Claim",
    "Client",
    "ClientLimit",
    "Clients",
    "Conflict",
    "ConversationGone",
    "ConversationShared",
    "Decisions",
    "Directory",
    "Explained",
    "Figures",
    "Found",
    "Full",
    "Gate",
    "Health",
    "HomeTabs",
    "Homes",
    "HostBusy",
    "Idempotency",
    "Inspection",
    "Judge",
    "Judgement",
    "LaneFigures",
    "Lanes",
    "LimitReached",
    "ListKind",
    "Loaded",
    "LostChannel",
    "Pace",
    "Page",
    "Paused",
    "Query",
    "Queues",
    "Reached",
    "Replay",
    "RequestStore",
    "Seen",
    "SlackAgain",
    "SlackNever",
    "Stuck",
    "Swept",
    "TooLate",
]
