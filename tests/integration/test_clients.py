"""Clients, as an operator makes, changes and ends them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from app.cli.account import operator
from app.domain.events import EventType
from app.identifiers import new_operation
from app.ports import Client, ClientLimit
from app.store.bells import Bells
from app.store.clients import RedisClients
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.gate import RedisAdmission
from app.store.policies import RedisPolicies
from app.store.requests import RedisRequests
from tests.builders import opened
from tests.integration.commands import inside, key_in, typed, who


@pytest.fixture
def requests(server: EmbeddedServer, clients: RedisClients) -> Iterator[RedisRequests]:
    with inside(server) as text, closing(connect(server.url, text=False)) as raw:
        yield RedisRequests(text, Bells(raw))


def without_keys(listed: str) -> list[str]:
    return re.sub(r"\tk_[0-9a-f]{12}(, k_[0-9a-f]{12})*$", "", listed, flags=re.M).splitlines()


@pytest.mark.parametrize("name", ["Billing", "a", "x" * 41, "bill:ing", "-x", "x y"])
def test_a_name_that_does_not_fit_is_refused(
    server: EmbeddedServer, clients: RedisClients, name: str
):
    refused = typed(server, "clients", "create", "--", name)
    assert refused.exit_code == 2
    assert "small letters" in refused.output
    assert clients.all() == []


def test_a_name_is_given_once(server: EmbeddedServer, clients: RedisClients):
    typed(server, "clients", "create", "billing")
    again = typed(server, "clients", "create", "billing")
    assert again.exit_code == 2
    assert "countersign clients key billing" in again.output


def test_clients_are_listed_with_their_policies(server: EmbeddedServer, clients: RedisClients):
    typed(server, "clients", "create", "billing", "--policy", "refund", "--policy", "payout")
    typed(server, "clients", "create", "agent")
    listed = without_keys(typed(server, "clients", "list").output)
    assert listed == ["agent\tany policy", "billing\trefund, payout"]


def test_a_monitor_is_made_and_listed_as_one(server: EmbeddedServer, clients: RedisClients):
    made = typed(server, "clients", "create", "watchdog", "--policy", "refund", "--monitor")
    typed(server, "clients", "create", "billing")
    caller, other = clients.call(key_in(made.output)), clients.get("billing")
    assert caller is not None
    assert other is not None
    assert (caller.client.monitor, caller.client.policies) == (True, ("refund",))
    assert not other.monitor
    listed = without_keys(typed(server, "clients", "list").output)
    assert listed == ["billing\tany policy", "watchdog\trefund\tmonitor"]


def test_a_client_from_before_there_were_monitors_is_none(
    server: EmbeddedServer, clients: RedisClients
):
    typed(server, "clients", "create", "billing", "--policy", "refund")
    redis = connect(server.url)
    redis.hset(
        "cs:clients", "billing", '{"id":"billing","policies":["refund"],"secret_generation":2}'
    )
    redis.close()
    assert clients.get("billing") == Client(
        id="billing", policies=("refund",), monitor=False, secret_generation=2
    )
    assert without_keys(typed(server, "clients", "list").output) == ["billing\trefund"]


def test_a_client_is_made_with_a_limit_which_can_be_changed_and_taken_away(
    server: EmbeddedServer, clients: RedisClients
):
    typed(server, "clients", "create", "agent", "--limit", "60/1m")
    typed(server, "clients", "create", "watchdog", "--limit", "5/1h30m", "--monitor")
    listed = without_keys(typed(server, "clients", "list").output)
    assert listed == [
        "agent\tany policy\t60 in 1 minute",
        "watchdog\tany policy\t5 in 1 hour 30 minutes\tmonitor",
    ]
    assert typed(server, "clients", "limit", "agent", "2/10s").output == "agent: 2 in 10 seconds.\n"
    client = clients.get("agent")
    assert client is not None
    assert client.limit == ClientLimit(count=2, window_s=10)
    assert typed(server, "clients", "limit", "agent", "none").output == "agent: no limit.\n"
    assert clients.get("agent") == Client(id="agent")


def test_with_another_limit_the_pace_of_a_client_begins_anew(
    server: EmbeddedServer, clients: RedisClients
):
    typed(server, "clients", "create", "agent", "--limit", "1/1d")
    redis = connect(server.url)
    admission, agent = RedisAdmission(redis), clients.get("agent")
    assert agent is not None
    assert admission.admit(agent) is None
    assert admission.admit(agent) is not None
    typed(server, "clients", "limit", "agent", "1/1d")
    assert admission.admit(agent) is None
    redis.close()


@pytest.mark.parametrize(
    "limit", ["60", "0/1m", "-1/1m", "10001/1m", "60/0s", "60/91d", "60/minute", "x/1m", "", "1/"]
)
def test_a_limit_that_can_not_be_read_is_refused(
    server: EmbeddedServer, clients: RedisClients, limit: str
):
    refused = typed(server, "clients", "create", "agent", "--limit", limit)
    assert refused.exit_code == 2
    assert "60/1m" in refused.output
    assert clients.all() == []


def test_nobody_gets_a_limit_who_is_no_client(server: EmbeddedServer, clients: RedisClients):
    refused = typed(server, "clients", "limit", "nobody", "60/1m")
    assert refused.exit_code == 2
    assert "countersign clients create nobody" in refused.output


@pytest.mark.parametrize(
    ("words", "said"),
    [((), "Say what should change"), (("--policy", "refund", "--any-policy"), "either")],
)
def test_an_edit_has_to_say_one_thing(
    server: EmbeddedServer, clients: RedisClients, words: tuple[str, ...], said: str
):
    typed(server, "clients", "create", "agent", "--policy", "refund")
    refused = typed(server, "clients", "edit", "agent", *words)
    assert refused.exit_code == 2
    assert said in refused.output
    assert clients.get("agent") == Client(id="agent", policies=("refund",))


def test_a_policy_that_is_not_in_force_is_warned_of(server: EmbeddedServer, clients: RedisClients):
    early = typed(server, "clients", "create", "early", "--policy", "refnd")
    assert early.exit_code == 0
    assert "no web process has loaded any" in early.output
    with inside(server) as redis:
        RedisPolicies(redis).record({"refund": "sha256:1", "payout": "sha256:2"}, "startup", "here")
    made = typed(server, "clients", "create", "agent", "--policy", "refund", "--policy", "refnd")
    assert made.exit_code == 0
    assert "No policy refnd is in force" in made.output
    assert "Did you mean refund?" in made.output
    assert "There are default, payout and refund." in (
        typed(server, "clients", "edit", "agent", "--policy", "xyz").output
    )
    fine = typed(server, "clients", "edit", "agent", "--policy", "default", "--policy", "payout")
    assert "in force" not in fine.output


def test_a_client_is_shown_with_all_that_it_may_and_when_its_keys_were_used(
    server: EmbeddedServer, clients: RedisClients
):
    key = key_in(
        typed(
            server, "clients", "create", "agent", "--policy", "refund", "--admin",
            "--limit", "60/1m", "--calls", "600/1m",
        ).output
    )  # fmt: skip
    who(clients, key)
    shown = typed(server, "clients", "show", "agent").output
    assert re.fullmatch(
        r"Client           agent, admin\n"
        r"May use          refund\n"
        r"Requests         60 in 1 minute\n"
        r"Calls            600 in 1 minute\n"
        r"Callback secret  generation 1 signs\n"
        r"Key              k_[0-9a-f]{12}    made 20\S+Z, last used 20\S+Z\n",
        shown,
    )
    assert typed(server, "clients", "show", "nobody").exit_code == 2


def test_a_callback_secret_is_rotated_with_both_signing_until_it_is_finished(
    server: EmbeddedServer, clients: RedisClients
):
    def secret(*words: str) -> str:
        found = re.search(r"whsec_\S+", typed(server, "clients", *words).output)
        assert found is not None
        return found.group()

    old = secret("create", "billing")
    new = secret("secret", "billing")
    assert new != old
    client = clients.get("billing")
    assert client is not None
    assert client.secret_generations == (2, 1)
    assert "generation 2 and 1 sign" in typed(server, "clients", "show", "billing").output
    again = typed(server, "clients", "secret", "billing")
    assert again.exit_code == 2
    assert "countersign clients secret billing --finish" in again.output
    assert typed(server, "clients", "secret", "billing", "--finish").exit_code == 0
    client = clients.get("billing")
    assert client is not None
    assert client.secret_generations == (2,)
    assert secret("key", "billing") == new


def test_a_client_with_open_requests_is_not_deleted_unless_they_are_cancelled(
    server: EmbeddedServer, clients: RedisClients, requests: RedisRequests
):
    key = key_in(typed(server, "clients", "create", "billing").output)
    made = opened(opened_ms=requests.now())
    requests.commit(made, new_operation())
    refused = typed(server, "clients", "delete", "billing")
    assert refused.exit_code == 2
    assert "--cancel-open" in refused.output
    assert who(clients, key) == "billing", "nothing has changed"
    deleted = typed(server, "clients", "delete", "billing", "--cancel-open")
    assert deleted.output == "billing is deleted; requests cancelled: 1.\n"
    assert who(clients, key) is None
    request = requests.load(made.request.id).request
    assert request.state.status.value == "cancelled"
    assert request.state.decision is not None
    assert "was deleted by operator" in (request.state.decision.comment or "")
    last = [event.type for event in requests.events(request.id)]
    assert EventType.CANCELLED in last


def test_what_a_client_may_do_is_changed_for_its_next_call(
    server: EmbeddedServer, clients: RedisClients
):
    key = key_in(typed(server, "clients", "create", "agent", "--policy", "refund").output)
    edited = typed(server, "clients", "edit", "agent", "--policy", "payout", "--monitor", "--admin")
    assert edited.exit_code == 0
    caller = clients.call(key)
    assert caller is not None
    assert caller.client == Client(id="agent", policies=("payout",), monitor=True, admin=True)
    typed(server, "clients", "edit", "agent", "--any-policy", "--no-monitor", "--no-admin")
    caller = clients.call(key)
    assert caller is not None
    assert caller.client == Client(id="agent")


def test_who_was_deleted_stays_on_record_and_nobody_else_is_called_so(
    server: EmbeddedServer, clients: RedisClients
):
    keys = [
        key_in(typed(server, "clients", "create", "billing").output),
        key_in(typed(server, "clients", "key", "billing").output),
    ]
    assert typed(server, "clients", "delete", "billing").exit_code == 0
    assert typed(server, "clients", "delete", "billing").exit_code == 0, "once more changes nothing"
    assert [who(clients, key) for key in keys] == [None, None]
    assert (
        "Client           billing, deleted\n" in typed(server, "clients", "show", "billing").output
    )
    assert typed(server, "clients", "list").output == "billing\tany policy\tdeleted\n"
    for words in (("create",), ("key",), ("edit", "--monitor"), ("secret",)):
        refused = typed(server, "clients", words[0], "billing", *words[1:])
        assert refused.exit_code == 2
        assert "csk_" not in refused.output
    assert typed(server, "clients", "delete", "nobody").exit_code == 2


def test_nobody_gets_a_key_to_ask_by_hand_with(server: EmbeddedServer, clients: RedisClients):
    refused = typed(server, "clients", "create", "slack")
    assert refused.exit_code != 0
    assert "as whom people ask by hand" in refused.output
    assert clients.all() == []


def test_who_may_get_in_is_on_record_from_the_first_key_to_the_last(
    server: EmbeddedServer, clients: RedisClients
):
    key = key_in(typed(server, "clients", "create", "billing", "--policy", "refund").output)
    typed(server, "clients", "create", "billing")
    typed(server, "clients", "key", "billing")
    typed(server, "clients", "revoke", key)
    typed(server, "clients", "edit", "billing", "--policy", "payout", "--admin")
    typed(server, "clients", "secret", "billing")
    typed(server, "clients", "delete", "billing")
    with inside(server) as text:
        stream: Any = text.xrange("cs:events")
    entries = [json.loads(fields["event"]) for _, fields in stream]
    assert {entry["actor"] for entry in entries} == {operator()}
    assert {entry["detail"]["client"] for entry in entries} == {"billing"}
    assert [entry["type"] for entry in entries] == [
        "client.created",
        "key.made",
        "key.made",
        "key.revoked",
        "client.changed",
        "client.changed",
        "key.revoked",
        "client.deleted",
    ]
    first, made, _, ended, edited, rotated, *_ = (entry["detail"] for entry in entries)
    assert (first["fields"], first["policies"]) == (["policies"], ["refund"])
    assert made["key"] == ended["key"]
    assert (edited["fields"], edited["policies"]) == (["admin", "policies"], ["payout"])
    assert rotated["fields"] == ["secret_generation", "secret_overlaps"]
    assert key not in json.dumps(entries)
