"""What an operator types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.domain.absence import Absence, span
from app.ports import Client, ClientLimit
from app.store.absences import RedisAbsences
from app.store.bells import Bells
from app.store.clients import RedisClients, new_key, well_formed
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.gate import RedisAdmission
from tests.servers import running_server

SECRET = "s" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def clients(server: EmbeddedServer) -> Iterator[RedisClients]:
    client = connect(server.url)
    client.flushall()
    yield RedisClients(client, SECRET.encode())
    client.close()


def typed(server: EmbeddedServer, *words: str) -> Result:
    env = {"REDIS_URL": server.url, "COUNTERSIGN_SECRET": SECRET}
    return CliRunner(env=env).invoke(main, words)


def key_in(output: str) -> str:
    found = re.search(r"csk_\w+", output)
    assert found is not None
    return found.group()


def test_a_client_is_made_with_a_key_that_works(server: EmbeddedServer, clients: RedisClients):
    made = typed(server, "clients", "create", "billing", "--policy", "refund")
    assert made.exit_code == 0
    client = clients.by_key(key_in(made.output))
    assert client is not None
    assert client.policies == ("refund",)
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
    assert clients.by_key(first) == clients.by_key(second)
    assert "revoked" in typed(server, "clients", "revoke", first).output
    assert clients.by_key(first) is None
    assert clients.by_key(second) is not None
    again = typed(server, "clients", "revoke", first)
    assert again.exit_code != 0
    assert "no such key" in again.output


@pytest.mark.parametrize("name", ["Billing", "a", "x" * 41, "bill:ing", "-x", "x y"])
def test_a_name_that_does_not_fit_is_refused(
    server: EmbeddedServer, clients: RedisClients, name: str
):
    refused = typed(server, "clients", "create", "--", name)
    assert refused.exit_code == 2
    assert "small letters" in refused.output
    assert clients.all() == []


def test_nobody_gets_a_key_to_ask_by_hand_with(server: EmbeddedServer, clients: RedisClients):
    refused = typed(server, "clients", "create", "slack")
    assert refused.exit_code != 0
    assert "as whom people ask by hand" in refused.output
    assert clients.all() == []


def test_a_name_is_given_once(server: EmbeddedServer, clients: RedisClients):
    typed(server, "clients", "create", "billing")
    again = typed(server, "clients", "create", "billing")
    assert again.exit_code == 2
    assert "countersign clients key billing" in again.output


def test_nobody_gets_a_key_who_is_no_client(server: EmbeddedServer, clients: RedisClients):
    refused = typed(server, "clients", "key", "nobody")
    assert refused.exit_code == 2
    assert "csk_" not in refused.output


def test_clients_are_listed_with_their_policies(server: EmbeddedServer, clients: RedisClients):
    typed(server, "clients", "create", "billing", "--policy", "refund", "--policy", "payout")
    typed(server, "clients", "create", "agent")
    listed = typed(server, "clients", "list").output.splitlines()
    assert listed == ["agent\tany policy", "billing\trefund, payout"]


def test_a_monitor_is_made_and_listed_as_one(server: EmbeddedServer, clients: RedisClients):
    made = typed(server, "clients", "create", "watchdog", "--policy", "refund", "--monitor")
    typed(server, "clients", "create", "billing")
    client, other = clients.by_key(key_in(made.output)), clients.get("billing")
    assert client is not None
    assert other is not None
    assert (client.monitor, client.policies) == (True, ("refund",))
    assert not other.monitor
    listed = typed(server, "clients", "list").output.splitlines()
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
    assert typed(server, "clients", "list").output == "billing\trefund\n"


def test_a_client_is_made_with_a_limit_which_can_be_changed_and_taken_away(
    server: EmbeddedServer, clients: RedisClients
):
    typed(server, "clients", "create", "agent", "--limit", "60/1m")
    typed(server, "clients", "create", "watchdog", "--limit", "5/1h30m", "--monitor")
    listed = typed(server, "clients", "list").output.splitlines()
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


def test_an_operator_pauses_looks_and_resumes(server: EmbeddedServer, clients: RedisClients):
    assert typed(server, "status").output.startswith("Not paused.\n")
    paused = typed(server, "pause", "--reason", "Orders look odd")
    assert paused.exit_code == 0
    assert re.match(r"Paused since 20\S+Z by operator \S+: Orders look odd\n$", paused.output)
    status = typed(server, "status").output
    assert status.startswith(paused.output)
    assert "held until resume          0" in status
    again = typed(server, "pause", "--reason", "Once more")
    assert again.output == f"Nothing changed. {paused.output}"
    resumed = typed(server, "resume").output
    said, then = resumed.splitlines()
    assert said == f"Resumed. It was {paused.output[0].lower()}{paused.output[1:].rstrip()}"
    assert then == "What was held is approved now, and the callbacks that waited leave."
    assert typed(server, "resume").output == "Nothing is paused.\n"


def test_whoever_pauses_hears_of_callbacks_that_may_still_arrive(
    server: EmbeddedServer, clients: RedisClients
):
    redis = connect(server.url)
    redis.hset("cs:claims:callback", "req_1", "token 9999999999999")
    redis.close()
    paused = typed(server, "pause", "--reason", "why").output
    assert "1 callback is under way and may still arrive." in paused


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 501])
def test_a_pause_needs_a_reason_of_one_line(
    server: EmbeddedServer, clients: RedisClients, reason: str
):
    refused = typed(server, "pause", "--reason", reason)
    assert refused.exit_code == 2
    assert "one line" in refused.output
    assert typed(server, "status").output.startswith("Not paused.")


def test_without_settings_it_says_which_are_missing():
    refused = CliRunner(env={"REDIS_URL": "", "COUNTERSIGN_SECRET": ""}).invoke(
        main, ["clients", "list"]
    )
    assert refused.exit_code == 2
    assert "COUNTERSIGN_SECRET" in refused.output


def test_a_key_with_a_typo_is_told_from_a_key():
    key = new_key()
    assert well_formed(key)
    assert not well_formed(key[:-1] + ("0" if key[-1] != "0" else "1"))
    assert not well_formed(key.upper())
    assert not well_formed("csk_")


def test_who_is_away_is_listed_in_the_days_of_whoever_is_without_slack(
    server: EmbeddedServer, clients: RedisClients
):
    assert typed(server, "away", "list").output == "Nobody is away.\n"
    from_ms, until_ms = span(date(2030, 7, 1), date(2030, 7, 2), "Asia/Tokyo", 0)
    with (
        closing(connect(server.url)) as client,
        closing(connect(server.url, text=False)) as blocking,
    ):
        RedisAbsences(client, Bells(blocking)).put(
            Absence(
                person="U0ANA00001",
                person_name="Ana",
                delegate="U0FAY00001",
                delegate_name="Fay",
                from_ms=from_ms,
                until_ms=until_ms,
                zone="Asia/Tokyo",
            ),
            "operator",
        )
    assert typed(server, "away", "list").output == (
        "Ana (U0ANA00001)  2030-07-01 through 2030-07-02 (Asia/Tokyo)  "
        "Fay (U0FAY00001) decides in their place\n"
    )


def test_while_slack_cannot_be_asked_nobody_is_sent_away_and_it_is_said_plainly(
    server: EmbeddedServer, clients: RedisClients
):
    env = {
        "REDIS_URL": server.url,
        "COUNTERSIGN_SECRET": SECRET,
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "SLACK_BOT_TOKEN": "xoxb-of-a-test",
        "SLACK_SIGNING_SECRET": "a signing secret",
        "COUNTERSIGN_PUBLIC_URL": "http://127.0.0.1:1",
    }

    def sent_away(person: str) -> Result:
        words = ("away", "set", person, "--delegate", "fay@example.com", "--until", "2030-07-02")
        return CliRunner(env=env).invoke(main, words)

    assert "ana is not somebody" in sent_away("ana").output
    refused = sent_away("ana@example.com")
    assert refused.exit_code == 2
    assert refused.output.startswith("Slack could not be asked (")
    assert "SLACK_BOT_TOKEN" in refused.output
    assert typed(server, "away", "list").output == "Nobody is away.\n"
