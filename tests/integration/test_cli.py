"""What an operator types."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import date

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.domain.absence import Absence, span
from app.store.absences import RedisAbsences
from app.store.bells import Bells
from app.store.clients import RedisClients
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from tests.integration.commands import SECRET, typed


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
