"""The keys of clients, as an operator types them and as calls come with them."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from app.domain.errors import StoreUnavailable
from app.ports import Client
from app.store.clients import RedisClients
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.keys import new_key, well_formed
from tests.integration.commands import inside, key_in, typed, who


def wait_ms(clients: RedisClients, key: str) -> int:
    caller = clients.call(key)
    assert caller is not None
    return caller.wait_ms


def test_a_client_is_made_with_a_key_that_works(server: EmbeddedServer, clients: RedisClients):
    made = typed(server, "clients", "create", "billing", "--policy", "refund")
    assert made.exit_code == 0
    caller = clients.call(key_in(made.output))
    assert caller is not None
    assert caller.client.policies == ("refund",)
    assert "whsec_" in made.output


def test_a_key_is_nowhere_in_redis(server: EmbeddedServer, clients: RedisClients):
    key = key_in(typed(server, "clients", "create", "billing").output)
    everything = connect(server.url, text=False)
    dumped = b"".join(everything.dump(name) or b"" for name in everything.scan_iter())
    everything.close()
    assert key.encode() not in dumped
    assert key.split("_")[1].encode() not in dumped


def test_two_keys_live_side_by_side_until_one_is_revoked(
    server: EmbeddedServer, clients: RedisClients
):
    first = key_in(typed(server, "clients", "create", "billing").output)
    second = key_in(typed(server, "clients", "key", "billing").output)
    assert who(clients, first) == who(clients, second) == "billing"
    assert "revoked" in typed(server, "clients", "revoke", first).output
    assert who(clients, first) is None
    assert who(clients, second) == "billing"
    again = typed(server, "clients", "revoke", first)
    assert again.exit_code != 0
    assert "no such key" in again.output


def test_nobody_gets_a_key_who_is_no_client(server: EmbeddedServer, clients: RedisClients):
    refused = typed(server, "clients", "key", "nobody")
    assert refused.exit_code == 2
    assert "csk_" not in refused.output


def test_a_key_with_a_typo_is_told_from_a_key():
    key = new_key()
    assert well_formed(key)
    assert not well_formed(key[:-1] + ("0" if key[-1] != "0" else "1"))
    assert not well_formed(key.upper())
    assert not well_formed("csk_")


def test_a_third_key_is_refused_with_the_two_that_could_go(
    server: EmbeddedServer, clients: RedisClients
):
    typed(server, "clients", "create", "billing")
    typed(server, "clients", "create", "shop")
    typed(server, "clients", "key", "billing")
    refused = typed(server, "clients", "key", "billing")
    assert refused.exit_code == 2
    assert "csk_" not in refused.output
    first, second = (key.id for key in clients.keys.of("billing"))
    assert f"countersign clients revoke {first} or {second}" in refused.output
    assert typed(server, "clients", "revoke", first).exit_code == 0
    assert typed(server, "clients", "key", "billing").exit_code == 0


def test_a_key_is_revoked_by_its_id_and_is_nobodys_from_the_next_call_on(
    server: EmbeddedServer, clients: RedisClients
):
    key = key_in(typed(server, "clients", "create", "billing").output)
    caller = clients.call(key)
    assert caller is not None
    assert clients.live(caller)
    assert caller.key_id in typed(server, "clients", "list").output
    ended = typed(server, "clients", "revoke", caller.key_id)
    assert ended.output == f"The key {caller.key_id} is revoked.\n"
    assert who(clients, key) is None
    assert not clients.live(caller), "also for a call that is still going on"
    with inside(server) as redis:
        assert redis.keys("cs:keys*") == []


def test_the_id_of_a_key_opens_nothing(server: EmbeddedServer, clients: RedisClients):
    typed(server, "clients", "create", "billing")
    (key,) = clients.keys.of("billing")
    assert who(clients, key.id) is None
    with inside(server) as redis:
        (mac,) = map(str, redis.hkeys("cs:keys"))
    assert who(clients, mac) is None


def test_a_key_from_before_there_were_records_of_keys_works_and_can_be_revoked(
    server: EmbeddedServer, clients: RedisClients
):
    key = key_in(typed(server, "clients", "create", "billing").output)
    with inside(server) as redis:
        redis.delete("cs:keys:made", "cs:keys:used")
    shown = typed(server, "clients", "show", "billing").output
    assert "made before this version, last used not yet since" in shown
    assert who(clients, key) == "billing"
    (listed,) = clients.keys.of("billing")
    assert typed(server, "clients", "revoke", listed.id).exit_code == 0
    assert who(clients, key) is None


def test_when_a_key_was_last_used_is_written_once_a_minute(
    server: EmbeddedServer, clients: RedisClients
):
    key = key_in(typed(server, "clients", "create", "billing").output)
    assert "last used never" in typed(server, "clients", "show", "billing").output
    who(clients, key)
    (first,) = clients.keys.of("billing")
    assert first.used_ms is not None
    with inside(server) as redis:
        before = redis.info("commandstats")["cmdstat_hset"]["calls"]
        for _ in range(10):
            who(clients, key)
        assert redis.info("commandstats")["cmdstat_hset"]["calls"] == before
        (mac,) = redis.hkeys("cs:keys:used")
        redis.hset("cs:keys:used", mac, first.used_ms - 61_000)
        who(clients, key)
        assert int(redis.hget("cs:keys:used", mac) or 0) >= first.used_ms


def test_a_call_asks_redis_once_and_one_with_a_key_that_can_be_none_not_at_all(
    server: EmbeddedServer, clients: RedisClients, monkeypatch: pytest.MonkeyPatch
):
    key = key_in(typed(server, "clients", "create", "billing", "--calls", "9/1m").output)
    who(clients, key)
    sent, kind = [], type(connect(server.url))
    execute = kind.execute_command

    def listened(self: redis.Redis, *words: Any, **options: Any) -> Any:
        sent.append(words[0])
        return execute(self, *words, **options)

    monkeypatch.setattr(kind, "execute_command", listened)
    assert who(clients, key) == "billing"
    assert sent == ["EVALSHA"]
    for hostile in ("", "csk_", "x" * 5000, key[:-1], f"{key}\n", key.upper()):
        assert who(clients, hostile) is None
    assert sent == ["EVALSHA"]


def test_a_server_that_takes_no_writes_still_knows_who_calls(
    server: EmbeddedServer, clients: RedisClients
):
    key = key_in(typed(server, "clients", "create", "billing").output)
    limited = key_in(typed(server, "clients", "create", "shop", "--calls", "9/1m").output)
    with inside(server) as redis:
        redis.config_set("maxmemory", "1")
        try:
            assert who(clients, key) == "billing"
            with pytest.raises(StoreUnavailable):  # a call that can't be counted is none
                clients.call(limited)
        finally:
            redis.config_set("maxmemory", "0")


def test_calls_past_what_a_client_may_make_have_to_wait_until_there_is_room(
    server: EmbeddedServer, clients: RedisClients
):
    made = typed(server, "clients", "create", "agent", "--calls", "3/1h")
    key = key_in(made.output)
    other = key_in(typed(server, "clients", "key", "agent").output)
    assert [wait_ms(clients, one) for one in (key, other, key)] == [0] * 3
    refused = wait_ms(clients, other)
    assert 0 < refused <= 20 * 60_000, "a third of the window brings room for one"
    with inside(server) as redis:
        full = float(redis.get("cs:calls:agent") or 0)
        assert wait_ms(clients, key) > 0
        assert float(redis.get("cs:calls:agent") or 0) == full, "what is refused costs no place"
        redis.set("cs:calls:agent", full - refused - 1000)
    assert wait_ms(clients, key) == 0
    assert wait_ms(clients, key) > 0
    edited = typed(server, "clients", "edit", "agent", "--calls", "600/1m").output
    assert "calls 600 in 1 minute" in edited
    assert wait_ms(clients, key) == 0
    typed(server, "clients", "edit", "agent", "--calls", "none")
    assert clients.get("agent") == Client(id="agent")
