"""Redis, checked and divided into what the parts need of it."""

from __future__ import annotations

from dataclasses import dataclass

from redis.exceptions import RedisError

from ..domain.errors import ServerUnfit
from ..settings import Settings, StoreSettings
from ..store import fitness
from ..store.absences import RedisAbsences
from ..store.alarms import RedisAlarms
from ..store.arrivals import RedisArrivals
from ..store.bells import Bells
from ..store.cache import NearCache, RedisCache
from ..store.clients import RedisClients
from ..store.connection import connect
from ..store.decisions import RedisDecisions
from ..store.gate import RedisAdmission, RedisGate
from ..store.homes import RedisHomes
from ..store.inspection import RedisInspection
from ..store.lanes import RedisLanes
from ..store.ledger import RedisLedger, connect_record
from ..store.pace import RedisPace
from ..store.policies import RedisOrders, RedisPolicies
from ..store.pulse import RedisPulse
from ..store.queues import RedisQueues
from ..store.requests import RedisRequests
from ..store.upkeep import RedisUpkeep


@dataclass(frozen=True)
class Store:
    """Redis, checked and divided into what the parts need of it."""

    requests: RedisRequests
    queues: RedisQueues
    lanes: RedisLanes
    clients: RedisClients
    absences: RedisAbsences
    homes: RedisHomes
    pace: RedisPace
    cache: RedisCache
    near: NearCache
    arrivals: RedisArrivals
    decisions: RedisDecisions
    policies: RedisPolicies
    orders: RedisOrders
    gate: RedisGate
    admission: RedisAdmission
    inspection: RedisInspection
    alarms: RedisAlarms
    ledger: RedisLedger
    upkeep: RedisUpkeep
    health: fitness.RedisHealth
    pulse: RedisPulse


def build_store(settings: Settings) -> Store:
    """Raises `ServerUnfit` for a server that would lose approvals, unless that is allowed."""
    client = connect(settings.redis_url)
    try:
        client.ping()
    except RedisError as error:
        raise ServerUnfit(
            f"Redis can't be reached as REDIS_URL says: {error}",
            "Check REDIS_URL, and that the server runs.",
        ) from error
    if not settings.allow_unsafe_redis:
        fitness.check(client)
    bells = Bells(connect(settings.redis_url, text=False))
    requests, cache = RedisRequests(client, bells), RedisCache(client)
    return Store(
        requests=requests,
        queues=RedisQueues(client, requests),
        lanes=RedisLanes(client, bells),
        clients=RedisClients(client, secret_of(settings)),
        absences=RedisAbsences(client, bells),
        homes=RedisHomes(client, bells),
        pace=RedisPace(client),
        cache=cache,
        near=NearCache(cache),
        arrivals=RedisArrivals(client),
        decisions=RedisDecisions(client),
        policies=RedisPolicies(client),
        orders=RedisOrders(client),
        gate=RedisGate(client, bells),
        admission=RedisAdmission(client),
        inspection=RedisInspection(client),
        alarms=RedisAlarms(client),
        ledger=RedisLedger(connect_record(settings.redis_url)),
        upkeep=RedisUpkeep(client),
        health=fitness.RedisHealth(client, settings.allow_unsafe_redis),
        pulse=RedisPulse(client),
    )


def build_pulse(settings: Settings) -> RedisPulse:
    """What a worker and a clock say with that they are at work."""
    return RedisPulse(connect(settings.redis_url))


def secret_of(settings: StoreSettings) -> bytes:
    return settings.secret.get_secret_value().encode()
