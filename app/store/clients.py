"""Clients and their keys. A key is shown once; Redis holds its HMAC alone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib

import redis
from redis.client import Pipeline

from app.domain.errors import ClientExists, ClientNameRefused, ClientNotFound
from app.domain.request import BY_HAND
from app.ports import Client, ClientLimit

from .connection import once, talk, talk_in_one
from .gate import admission_key

_NAME = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
_KEY = re.compile(r"csk_[0-9a-f]{40}_[0-9a-f]{8}")


class RedisClients:
    """`Clients`, and what an operator does with them.

    `secret` is the deployment's own, from COUNTERSIGN_SECRET: who reads Redis can't tell a key, nor
    test one.
    """

    def __init__(self, client: redis.Redis, secret: bytes) -> None:
        self._redis = client
        self._secret = secret

    def create(
        self,
        name: str,
        policies: tuple[str, ...],
        *,
        monitor: bool = False,
        limit: ClientLimit | None = None,
    ) -> str:
        """A new client; gives its key, which nobody can read again.

        Raises `ClientNameRefused`, `ClientExists`.
        """
        if not _NAME.fullmatch(name):
            raise ClientNameRefused(
                f"{name!r} is no name for a client.",
                "Use 2 to 40 small letters, digits and dashes, a letter first.",
            )
        if name == BY_HAND:
            raise ClientNameRefused(
                f"{name} is the client as whom people ask by hand.", "Choose another name."
            )
        made = Client(id=name, policies=policies, monitor=monitor, limit=limit)
        record = made.model_dump_json()
        if not once(lambda: self._redis.hsetnx("cs:clients", name, record)):
            raise ClientExists(
                f"There is a client {name} already.",
                f"Make it another key with: countersign clients key {name}",
            )
        return self.add_key(name)

    def add_key(self, name: str) -> str:
        """One more key for a client; its others stay good. Raises `ClientNotFound`."""
        self._named(name)
        key = new_key()
        talk(lambda: self._redis.hset("cs:keys", self._mac(key), name))
        return key

    def limit(self, name: str, limit: ClientLimit | None) -> None:
        """Another limit for a client, None for none; its pace begins anew.

        What is held already stays so for as long as it was told. Raises `ClientNotFound`.
        """
        record = self._named(name).model_copy(update={"limit": limit}).model_dump_json()

        def say(pipe: Pipeline) -> None:
            pipe.hset("cs:clients", name, record)
            pipe.delete(admission_key(name))

        talk_in_one(self._redis, say)

    def revoke(self, key: str) -> bool:
        """End a key; False when it was none."""
        return bool(talk(lambda: self._redis.hdel("cs:keys", self._mac(key))))

    def all(self) -> list[Client]:
        """Every client, by name."""
        records = talk(lambda: self._redis.hgetall("cs:clients"))
        clients = [Client.model_validate_json(record) for record in records.values()]
        return sorted(clients, key=lambda one: one.id)

    def by_key(self, key: str) -> Client | None:
        if not well_formed(key):
            return None
        name = talk(lambda: self._redis.hget("cs:keys", self._mac(key)))
        return None if name is None else self.get(str(name))

    def get(self, client_id: str) -> Client | None:
        record = talk(lambda: self._redis.hget("cs:clients", client_id))
        return None if record is None else Client.model_validate_json(record)

    def _named(self, name: str) -> Client:
        client = self.get(name)
        if client is None:
            raise ClientNotFound(
                f"There is no client {name}.", f"Make it with: countersign clients create {name}"
            )
        return client

    def _mac(self, key: str) -> str:
        return hmac.new(self._secret, f"client key {key}".encode(), hashlib.sha256).hexdigest()


def new_key() -> str:
    """`csk_`, 160 random bits, and a checksum by which scanners and typos are told apart."""
    stem = f"csk_{secrets.token_hex(20)}"
    return f"{stem}_{_checksum(stem)}"


def well_formed(key: str) -> bool:
    """Whether this could be a key at all; what is not never reaches Redis."""
    return _KEY.fullmatch(key) is not None and _checksum(key[:44]) == key[45:]


def _checksum(stem: str) -> str:
    return f"{zlib.crc32(stem.encode()):08x}"
