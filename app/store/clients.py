"""Clients on Redis: who may ask, what each may, and who is calling."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import redis
from pydantic import JsonValue
from redis.client import Pipeline

from app.domain.errors import (
    ClientExists,
    ClientNameRefused,
    ClientNotFound,
    RotationRefused,
)
from app.domain.events import ClientEventType
from app.domain.request import BY_HAND
from app.ports import Caller, Client

from .access import AccessTrail, record
from .connection import once, script, talk
from .gate import admission_key
from .keys import RedisKeys, well_formed

_CLIENTS = "cs:clients"

_PACES = {"limit": admission_key, "calls": "cs:calls:{}".format}
"""Where Redis counts what a client did within a limit."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")


class RedisClients:
    """`Clients`, and what an operator does with them.

    `secret` is the deployment's own, from COUNTERSIGN_SECRET; `by` is who changes something, for
    the trail. Nothing is remembered from call to call, so that whatever changes here holds for the
    next one.
    """

    def __init__(self, client: redis.Redis, secret: bytes, by: str = "countersign") -> None:
        self._redis = client
        self._trail = AccessTrail(client, by)
        self.keys = RedisKeys(client, secret, self._trail)
        self._call = script(client, "call")
        self._create = script(client, "create_client")

    def call(self, key: str) -> Caller | None:
        if not well_formed(key):
            return None
        mac = self.keys.mac(key)
        found: list[Any] = talk(lambda: self._call(args=[mac]))
        if not found:
            return None
        record, wait_ms, at_ms = found
        client = _read(record)
        return None if client.deleted else Caller(client, mac, at_ms, wait_ms)

    def live(self, caller: Caller) -> bool:
        return self.keys.owner(caller.mac) == caller.client.id

    def get(self, client_id: str) -> Client | None:
        record = talk(lambda: self._redis.hget(_CLIENTS, client_id))
        return None if record is None else _read(str(record))

    def all(self) -> list[Client]:
        """Every client, by name, with those that were deleted."""
        records = talk(lambda: self._redis.hgetall(_CLIENTS))
        clients = [_read(str(record)) for record in records.values()]
        return sorted(clients, key=lambda one: one.id)

    def create(self, client: Client) -> str:
        """A new client; gives its key, which nobody can read again.

        Raises `ClientNameRefused`, `ClientExists`.
        """
        name = client.id
        if not _NAME.fullmatch(name):
            raise ClientNameRefused(
                f"{name!r} is no name for a client.",
                "Use 2 to 40 small letters, digits and dashes, a letter first.",
            )
        if name == BY_HAND:
            raise ClientNameRefused(
                f"{name} is the client as whom people ask by hand.", "Choose another name."
            )
        fields = _differing(Client(id=name), client)
        entry = self._entry(ClientEventType.CREATED, client, fields)
        if not once(lambda: self._create(args=[name, _record(client), entry])):
            raise _taken(name, self.get(name))
        return self.keys.add(name)

    def add_key(self, name: str) -> str:
        """One more key for a client, given this once; the one that it has stays good.

        Raises `ClientNotFound`, `KeysEnough`.
        """
        _existing(name, self.get(name))
        return self.keys.add(name)

    def edit(self, name: str, **changes: Any) -> Client:
        """A client with these fields changed.

        With another `limit` its pace begins anew, but what is held already stays so for as long as
        it was told. Raises `ClientNotFound`.
        """
        anew = [_PACES[field](name) for field in changes if field in _PACES]
        return self._changed(name, lambda client: client.model_copy(update=changes), anew)

    def rotate_secret(self, name: str) -> Client:
        """From now on two callback secrets sign, a new one beside the one that there was.

        Raises `ClientNotFound`, and `RotationRefused` while two sign already.
        """

        def rotated(client: Client) -> Client:
            if client.secret_overlaps:
                raise RotationRefused(
                    f"Two secrets sign the callbacks of {name} already.",
                    "Once every receiver has the new one, end the old one: "
                    f"countersign clients secret {name} --finish",
                )
            newer = client.secret_generation + 1
            return client.model_copy(update={"secret_generation": newer, "secret_overlaps": True})

        return self._changed(name, rotated)

    def delete(self, name: str) -> Client:
        """End a client, its keys first. Its record stays, and nobody else is ever called so.

        Once more does nothing more. Raises `ClientNotFound`.
        """
        self.keys.revoke_all(name)
        client = self.get(name)
        return client if client is not None and client.deleted else self.edit(name, deleted=True)

    def _changed(
        self, name: str, change: Callable[[Client], Client], forget: Sequence[str] = ()
    ) -> Client:
        """Change a record that nobody else changes meanwhile, and forget these keys of Redis."""
        changed: list[Client] = []

        def step(pipe: Pipeline) -> None:
            stored = pipe.hget(_CLIENTS, name)
            before = _existing(name, None if stored is None else _read(str(stored)))
            after = change(before)
            kind = ClientEventType.DELETED if after.deleted else ClientEventType.CHANGED
            entry = self._entry(kind, after, _differing(before, after))
            changed.append(after)
            pipe.multi()
            pipe.hset(_CLIENTS, name, _record(after))
            record(pipe, entry)
            for key in forget:
                pipe.delete(key)

        once(lambda: self._redis.transaction(step, _CLIENTS))
        return changed[-1]

    def _entry(self, kind: ClientEventType, client: Client, fields: list[str]) -> str:
        """For the trail: what differs by its name, and the policies themselves."""
        detail: dict[str, JsonValue] = {"fields": list(fields)}
        if "policies" in fields:
            detail["policies"] = list(client.policies)
        return self._trail.entry(kind, client.id, **detail)


def _differing(before: Client, after: Client) -> list[str]:
    was, becomes = before.model_dump(), after.model_dump()
    return sorted(name for name in becomes if becomes[name] != was[name])


def _record(client: Client) -> str:
    """Without what is as always, so that an older process can read whatever it knows of."""
    return client.model_dump_json(exclude_defaults=True)


def _read(record: str) -> Client:
    return Client.model_validate_json(record)


def _existing(name: str, client: Client | None) -> Client:
    if client is None:
        raise ClientNotFound(
            f"There is no client {name}.", f"Make it with: countersign clients create {name}"
        )
    if client.deleted:
        raise ClientNotFound(f"The client {name} was deleted.", "Make one of another name.")
    return client


def _taken(name: str, client: Client | None) -> ClientExists:
    if client is not None and client.deleted:
        return ClientExists(
            f"There was a client {name}, whose requests are still on record.",
            "Choose another name.",
        )
    return ClientExists(
        f"There is a client {name} already.",
        f"Make it another key with: countersign clients key {name}",
    )
