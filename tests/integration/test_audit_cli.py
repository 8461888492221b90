"""`countersign audit export` and `verify`, and `erase`, as an operator types them."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from click.testing import CliRunner, Result

from app.audit.keys import SealingKey
from app.changes import change
from app.cli import main
from app.domain import lifecycle
from app.domain.request import Request
from app.store.bells import Bells
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.inspection import RedisInspection
from app.store.ledger import RedisLedger, connect_record
from app.store.policies import RedisPolicies
from app.store.requests import RedisRequests
from app.store.upkeep import RedisUpkeep
from policies.plan import Route
from tests.builders import approval, body, evaluation
from tests.servers import running_server

KEY = SealingKey(b"k" * 32)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def store(server: EmbeddedServer) -> Iterator[RedisRequests]:
    client, raw = connect(server.url), connect(server.url, text=False)
    client.flushall()
    yield RedisRequests(client, Bells(raw))
    client.close()
    raw.close()


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[redis.Redis]:
    client = connect(server.url)
    yield client
    client.close()


def typed(server: EmbeddedServer, *words: str, key: bool = True) -> Result:
    env = {"REDIS_URL": server.url, "COUNTERSIGN_SECRET": "s" * 32}
    own = {"COUNTERSIGN_AUDIT_KEY": KEY.text if key else ""}
    return CliRunner(env=env | own).invoke(main, words)


def verified(path: Path, *options: str, key: bool = True) -> Result:
    """Offline: no setting is there at all."""
    trusted = ("--public-key", KEY.public.text) if key else ()
    nothing = {"REDIS_URL": None, "COUNTERSIGN_SECRET": None}
    return CliRunner(env=nothing).invoke(main, ["audit", "verify", str(path), *trusted, *options])


def automatic(store: RedisRequests) -> Request:
    """Approved by its policy, and nothing is left to be told of it."""
    made = body(evaluation=evaluation(Route.APPROVE), opened_ms=store.now(), callback_url=None)
    transition = lifecycle.begin(made)
    store.commit(transition, made.id)
    return transition.request


def approved(store: RedisRequests, policy: str = "refund") -> Request:
    made = body(opened_ms=store.now())
    made = made.model_copy(update={"policy": made.policy.model_copy(update={"name": policy})})
    transition = lifecycle.begin(made)
    store.commit(transition, made.id)
    request = change(store, made.id, approval(transition.request, comment="=1+1"))
    assert request is not None
    return request


def test_a_whole_export_verifies_offline_with_the_public_key_alone(
    server: EmbeddedServer, store: RedisRequests, tmp_path: Path
):
    approved(store)
    automatic(store)
    path, public = tmp_path / "record.jsonl", tmp_path / "key"
    public.write_text(KEY.public.text + "\n", encoding="utf-8")
    done = typed(server, "audit", "export", "--to", str(path))
    assert done.exit_code == 0, done.output
    assert path.stat().st_mode & 0o077 == 0
    told = CliRunner().invoke(main, ["audit", "verify", str(path), "--public-key", str(public)])
    assert told.exit_code == 0, told.output
    assert "4 entries (1 to 4)" in told.output
    assert "2 decided requests compared with their events" in told.output
    assert told.output.endswith("Verified.\n")


def test_verify_says_what_is_wrong_and_exits_with_1(
    server: EmbeddedServer, store: RedisRequests, tmp_path: Path
):
    approved(store)
    path = tmp_path / "record.jsonl"
    typed(server, "audit", "export", "--to", str(path))
    path.write_bytes(path.read_bytes().replace(b'"actor":"U0ANA00001"', b'"actor":"U0EVE00001"'))
    told = verified(path)
    assert told.exit_code == 1
    assert "First bad entry: 2" in told.output
    machine = json.loads(verified(path, "--json").output)
    assert (machine["verified"], machine["first_bad"]["seq"]) == (False, 2)


def test_without_a_key_it_warns_and_exits_with_3_and_without_a_file_with_2(
    server: EmbeddedServer, store: RedisRequests, tmp_path: Path
):
    approved(store)
    path = tmp_path / "record.jsonl"
    typed(server, "audit", "export", "--to", str(path))
    told = verified(path, key=False)
    assert told.exit_code == 3
    assert "NOT VERIFIED: No public key was given." in told.output
    assert verified(tmp_path / "none").exit_code == 2
    kept = tmp_path / "kept"
    kept.write_text("nonsense\n", encoding="utf-8")
    assert verified(path, "--checkpoints", str(kept)).exit_code == 2


def test_without_the_key_that_signs_nothing_is_sealed_and_the_tail_is_unsigned(
    server: EmbeddedServer, store: RedisRequests, client: redis.Redis, tmp_path: Path
):
    approved(store)
    path = tmp_path / "record.jsonl"
    assert typed(server, "audit", "export", "--to", str(path), key=False).exit_code == 0
    assert client.exists("cs:seal") == 0
    assert verified(path).exit_code == 3


def test_an_export_takes_the_place_of_a_file_and_of_nothing_else(
    server: EmbeddedServer, store: RedisRequests, tmp_path: Path
):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, tmp_path):
        done = typed(server, "audit", "export", "--to", str(place))
        assert done.exit_code == 1
        assert "is no file" in done.output
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_an_id_with_an_instant_that_no_calendar_has_is_verified_like_any_other(
    server: EmbeddedServer, store: RedisRequests, client: redis.Redis, tmp_path: Path
):
    client.xadd("cs:events", {"event": "{}"}, id=f"{2**64 - 2}-0")
    path = tmp_path / "record.jsonl"
    assert typed(server, "audit", "export", "--to", str(path)).exit_code == 0
    told = verified(path)
    assert told.exit_code == 0, told.output
    assert f"{2**64 - 2} ms" in told.output


def test_what_is_not_utf_8_in_the_stream_stops_neither_the_record_nor_the_figures(
    server: EmbeddedServer, store: RedisRequests, client: redis.Redis, tmp_path: Path
):
    connect(server.url, text=False).xadd("cs:events", {b"event": b"\xff", b"\xfe": b"x"})
    approved(store)
    assert RedisInspection(client).figures().record.unsealed == 3
    path = tmp_path / "record.jsonl"
    done = typed(server, "audit", "export", "--to", str(path))
    assert done.exit_code == 0, done.output
    assert b'"event":{"event": "\\udcff", "\\udcfe": "x"}' in path.read_bytes()
    told = verified(path)
    assert told.exit_code == 0, told.output
    record = connect_record(server.url)
    ledger = RedisLedger(record)
    assert RedisUpkeep(record).drop(ledger.head(), ledger.sealed(1, 1)[0])
    assert client.xlen("cs:events") == 2


def test_a_chosen_export_shows_what_was_chosen_and_verifies_too(
    server: EmbeddedServer, store: RedisRequests, tmp_path: Path
):
    approved(store)
    one = approved(store, "other")
    approved(store)
    path = tmp_path / "chosen.jsonl"
    typed(server, "audit", "export", "--to", str(path), "--policy", "other")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["chosen"]["policy"] == "other"
    events = [json.loads(line) for line in lines if '"event"' in line]
    assert {each["event"]["request"] for each in events} == {one.id}
    assert sum('"omitted"' in line for line in lines) == 2
    told = verified(path)
    assert told.exit_code == 0, told.output
    assert "2 entries left out: this export was chosen." in told.output
    forged = path.read_text(encoding="utf-8").replace("U0ANA00001", "U0EVE00001")
    path.write_text(forged, encoding="utf-8")
    assert verified(path).exit_code == 1


def test_a_person_is_found_in_what_they_did_and_dates_are_days_in_utc(
    server: EmbeddedServer, store: RedisRequests
):
    approved(store)
    for options, count in (
        (("--person", "U0ANA00001"), 1),
        (("--person", "U0BEN00001"), 0),
        (("--until", "2020-01-01"), 0),
        (("--since", "2020-01-01"), 2),
    ):
        done = typed(server, "audit", "export", *options)
        assert done.output.count('"event":') == count, options
    refused = typed(server, "audit", "export", "--person", "ana@example.com")
    assert refused.exit_code == 1
    assert "--person U0123ABCD" in refused.output


def test_a_table_has_a_row_for_each_event_and_runs_nothing_in_a_spreadsheet(
    server: EmbeddedServer, store: RedisRequests
):
    request = approved(store)
    RedisPolicies(connect(server.url)).refuse(3, by="=cmd()", host="+1")
    done = typed(server, "audit", "export", "--format", "csv")
    rows = list(csv.DictReader(done.output.splitlines()))
    assert [row["type"] for row in rows] == [
        "request.opened",
        "request.decided",
        "policy.refused",
    ]
    assert (rows[1]["policy"], rows[1]["outcome"]) == ("refund", "approved")
    assert rows[1]["digest"] == request.digest
    assert rows[2]["actor"] == "'=cmd()"


def test_erasing_leaves_nothing_in_the_store_and_a_record_that_verifies(
    server: EmbeddedServer, store: RedisRequests, client: redis.Redis, tmp_path: Path
):
    request, waiting = automatic(store), lifecycle.begin(body(opened_ms=store.now()))
    store.commit(waiting, "open")
    refused = typed(server, "erase", waiting.request.id, "--reason", "They asked.", "--yes")
    assert refused.exit_code == 2
    assert "still waits for a decision" in refused.output
    done = typed(server, "erase", request.id, "--reason", "They asked for it.", "--yes")
    assert done.exit_code == 0, done.output
    assert not any(request.id in str(key) for key in client.keys("cs:*"))
    path = tmp_path / "record.jsonl"
    typed(server, "audit", "export", "--to", str(path))
    assert verified(path).exit_code == 0
    assert b"They asked" not in path.read_bytes()
