"""What the command line needs."""

from __future__ import annotations

from ..break_glass import BreakGlass
from ..leaving import Leaving
from ..reviewing import Reviewing
from ..settings import Settings, StoreSettings
from ..slack.directory import SlackDirectory
from ..store.absences import RedisAbsences
from ..store.bells import Bells
from ..store.clients import RedisClients
from ..store.connection import connect
from ..store.gate import RedisGate
from ..store.policies import RedisOrders, RedisPolicies
from ..store.requests import RedisRequests
from .shared import slack_api
from .store import build_store, secret_of


def build_clients(settings: StoreSettings, by: str) -> RedisClients:
    """What `countersign clients` needs; `by` is who types, for the trail."""
    return RedisClients(connect(settings.redis_url), secret_of(settings), by)


def build_leaving(settings: StoreSettings, by: str) -> Leaving:
    """What `countersign clients delete` needs; `by` is who types."""
    requests = RedisRequests(
        connect(settings.redis_url), Bells(connect(settings.redis_url, text=False))
    )
    return Leaving(requests, build_clients(settings, by))


def build_policies(settings: StoreSettings) -> RedisPolicies:
    """What tells `countersign clients` which policies there are."""
    return RedisPolicies(connect(settings.redis_url))


def build_orders(settings: StoreSettings) -> RedisOrders:
    """What `countersign policy reload` needs."""
    return RedisOrders(connect(settings.redis_url))


def build_reviewing(settings: Settings) -> Reviewing:
    """What `countersign away` needs."""
    store = build_store(settings)
    directory = SlackDirectory(slack_api(settings, store), store.cache)
    return Reviewing(store.requests, directory, store.absences)


def build_absences(settings: StoreSettings) -> RedisAbsences:
    """What `countersign away list` needs."""
    bells = Bells(connect(settings.redis_url, text=False))
    return RedisAbsences(connect(settings.redis_url), bells)


def build_gate(settings: StoreSettings) -> RedisGate:
    """What `countersign pause`, `resume` and `status` need."""
    bells = Bells(connect(settings.redis_url, text=False))
    return RedisGate(connect(settings.redis_url), bells)


def build_break_glass(settings: StoreSettings) -> BreakGlass:
    """What `countersign decide` needs."""
    client = connect(settings.redis_url)
    return BreakGlass(RedisRequests(client, Bells(connect(settings.redis_url, text=False))))
