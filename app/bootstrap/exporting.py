"""The record as it is exported, and data that are erased."""

from __future__ import annotations

import logging

from ..audit.export import Exporter
from ..audit.keys import SealingKey
from ..audit.seal import Sealer
from ..erasing import Erasing
from ..settings import StoreSettings
from ..store.bells import Bells
from ..store.connection import connect
from ..store.ledger import RedisLedger, connect_record
from ..store.requests import RedisRequests
from ..store.upkeep import RedisUpkeep
from .record import build_sealing_key

_log = logging.getLogger("countersign.record")

_ROUNDS = 10_000
"""Of 1,000 events each: where others write faster than this seals, it ends all the same."""


def build_exporter(settings: StoreSettings) -> Exporter:
    """What `countersign audit export` needs. Raises `SettingsRefused` for what is no key."""
    client = connect(settings.redis_url)
    ledger, upkeep = RedisLedger(connect_record(settings.redis_url)), RedisUpkeep(client)
    key = build_sealing_key(settings)
    sealer, may_sign = Sealer(ledger, upkeep, key), _may_sign(settings, ledger, key)

    def seal() -> None:
        for _ in range(_ROUNDS):
            if not sealer.round(sign=True).more:
                return

    bells = Bells(connect(settings.redis_url, text=False))
    requests = RedisRequests(client, bells)
    if may_sign:
        return Exporter(ledger, requests, seal, key)
    return Exporter(ledger, requests, _leave, None)


def build_erasing(settings: StoreSettings) -> Erasing:
    """What `countersign erase` needs."""
    client = connect(settings.redis_url)
    return Erasing(RedisRequests(client, Bells(connect(settings.redis_url, text=False))))


def _may_sign(settings: StoreSettings, ledger: RedisLedger, key: SealingKey) -> bool:
    """Whether the key here is the one that signs, and no other that follows from other settings."""
    signed_before = ledger.keys()
    return settings.audit_key is not None or key.public.text in signed_before


def _leave() -> None:
    _log.warning(
        "COUNTERSIGN_AUDIT_KEY is not set here, so nothing is sealed now: what came since the last "
        "checkpoint is exported without a signature"
    )
