"""The keys of clients: how they are made, told apart, listed and ended."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Mapping

import redis
from redis.client import Pipeline

from app.domain.errors import KeysEnough
from app.domain.events import ClientEventType
from app.ports import Key, key_id

from .access import AccessTrail, record
from .connection import script, talk, talk_in_one

MOST = 2
"""Keys of one client that live at once: the one in use, and the one that takes its place."""

_OWNERS, _MADE, _USED = "cs:keys", "cs:keys:made", "cs:keys:used"
"""By the MAC of each key: its client, and when it was made and last used (ms)."""

_KEY = re.compile(r"csk_[0-9a-f]{40}_[0-9a-f]{8}")


class RedisKeys:
    """Who has which keys. One from before they had records has no instant at which it was made."""

    def __init__(self, client: redis.Redis, secret: bytes, trail: AccessTrail) -> None:
        self._redis = client
        self._secret = secret
        self._trail = trail
        self._add = script(client, "add_key")

    def add(self, client_id: str) -> str:
        """One more key for a client, given this once. Raises `KeysEnough`."""
        key = new_key()
        mac = self.mac(key)
        entry = self._trail.entry(ClientEventType.KEY_MADE, client_id, key=key_id(mac))
        if not talk(lambda: self._add(args=[client_id, mac, MOST, entry])):
            ids = " or ".join(one.id for one in self.of(client_id))
            raise KeysEnough(
                f"{client_id} has {MOST} keys, and no more live at once.",
                f"Revoke the one that nobody uses any more: countersign clients revoke {ids}\n"
                f"When each was last used: countersign clients show {client_id}",
            )
        return key

    def of(self, client_id: str) -> list[Key]:
        """The live keys of a client, the oldest first."""
        return [key for key in self.all() if key.client == client_id]

    def all(self) -> list[Key]:
        """Every live key, the oldest first."""

        def ask(pipe: Pipeline) -> None:
            for table in (_OWNERS, _MADE, _USED):
                pipe.hgetall(table)

        owners, made, used = talk_in_one(self._redis, ask)
        found = [
            Key(key_id(mac), owner, _instant(made.get(mac)), _instant(used.get(mac)))
            for mac, owner in owners.items()
        ]
        return sorted(found, key=lambda key: (key.made_ms or 0, key.id))

    def revoke(self, key: str) -> list[str]:
        """End the key that this is, whole or by its id; gives the ids of those that ended."""
        whole = self.mac(key) if well_formed(key) else None
        owners = self._owners()
        ended = {mac: owners[mac] for mac in owners if mac == whole or key_id(mac) == key}
        self._end(ended)
        return [key_id(mac) for mac in ended]

    def revoke_all(self, client_id: str) -> None:
        """End every key of a client."""
        owners = self._owners()
        self._end({mac: owner for mac, owner in owners.items() if owner == client_id})

    def owner(self, mac: str) -> str | None:
        """The client whose live key has this MAC."""
        found = talk(lambda: self._redis.hget(_OWNERS, mac))
        return None if found is None else str(found)

    def mac(self, key: str) -> str:
        """The key as Redis knows it: who reads Redis can't tell a key from it, nor test one."""
        return hmac.new(self._secret, f"client key {key}".encode(), hashlib.sha256).hexdigest()

    def _end(self, owners: Mapping[str, str]) -> None:
        """End these keys, all in one step with what goes on record."""
        entries = [
            self._trail.entry(ClientEventType.KEY_REVOKED, owner, key=key_id(mac))
            for mac, owner in owners.items()
        ]

        def say(pipe: Pipeline) -> None:
            for mac in owners:
                for table in (_OWNERS, _MADE, _USED):
                    pipe.hdel(table, mac)
            for entry in entries:
                record(pipe, entry)

        if owners:
            talk_in_one(self._redis, say, at_once=True)

    def _owners(self) -> dict[str, str]:
        found = talk(lambda: self._redis.hgetall(_OWNERS))
        return {str(mac): str(owner) for mac, owner in found.items()}


def new_key() -> str:
    """`csk_`, 160 random bits, and a checksum by which scanners and typos are told apart."""
    stem = f"csk_{secrets.token_hex(20)}"
    return f"{stem}_{_checksum(stem)}"


def well_formed(key: str) -> bool:
    """Whether this could be a key at all; what is not never reaches Redis."""
    return _KEY.fullmatch(key) is not None and _checksum(key[:44]) == key[45:]


def _checksum(stem: str) -> str:
    return f"{zlib.crc32(stem.encode()):08x}"


def _instant(text: str | None) -> int | None:
    return None if text is None else int(text)
