"""`countersign policy reload`, as an operator sees it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.bootstrap.operators import build_orders
from app.cli import main
from app.reloading import Reloading
from app.settings import StoreSettings
from app.store.connection import connect
from app.store.embedded import EmbeddedServer
from app.store.policies import RedisOrders, RedisPolicies
from policies.loader import load_folder
from policies.plan import Route
from tests.servers import running_server
from tests.world import eventually

SECRET = "s" * 32
POLICY = """\
policy: {name}
review: {{channel: "#approvals", reviewers: ["@finance-approvers"]}}
rules: [{{id: small, when: payload.amount < {below}, then: approve, because: It is small.}}]
"""

Start = Callable[[Path], AbstractContextManager[Reloading]]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def start(server: EmbeddedServer) -> Iterator[Start]:
    """What a web process does with a folder of policies, without the rest of it."""
    client = connect(server.url)
    client.flushall()

    @contextmanager
    def started(folder: Path) -> Iterator[Reloading]:
        one = Reloading(
            lambda: load_folder(folder), RedisPolicies(client), RedisOrders(client), SimpleQueue()
        )
        before = connected(server)
        with one.running():
            eventually(lambda: connected(server) == before + 1, what="a listener")
            yield one
        eventually(lambda: connected(server) == before, what="its end")

    yield started
    client.close()


def connected(server: EmbeddedServer) -> int:
    client = connect(server.url)
    [(_, number)] = client.pubsub_numsub("cs:reload")
    client.close()
    return int(number)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path / "policies")


def made(folder: Path) -> Path:
    folder.mkdir()
    write(folder, "refund", 50)
    return folder


def write(folder: Path, name: str, below: int) -> None:
    (folder / f"{name}.yaml").write_text(POLICY.format(name=name, below=below))


def typed(server: EmbeddedServer, *words: str, **more: str) -> Result:
    env = {"REDIS_URL": server.url, "COUNTERSIGN_SECRET": SECRET, "COUNTERSIGN_POLICY_DIR": ""}
    return CliRunner(env=env | more).invoke(main, ["policy", "reload", *words])


def route(one: Reloading) -> Route:
    return one.judge.judge("refund", {"amount": 20}, {}).evaluation.route


def test_every_process_reloads_and_says_what_changed(
    server: EmbeddedServer, start: Start, folder: Path
):
    with start(folder) as one, start(folder) as other:
        write(folder, "refund", 10)
        write(folder, "payout", 10)
        done = typed(server)
        assert done.exit_code == 0, done.output
        line = f"(pid {os.getpid()}): added payout; changed refund; 1 unchanged"
        assert [told.partition(" ")[2] for told in done.output.splitlines()] == [line, line]
        assert route(one) is route(other) is Route.REVIEW


def test_a_process_that_can_not_reload_says_every_problem_and_the_exit_status_too(
    server: EmbeddedServer, start: Start, folder: Path, tmp_path: Path
):
    broken = made(tmp_path / "broken")
    with start(folder) as one, start(broken) as other:
        write(folder, "refund", 10)
        write(broken, "refund", 10)
        (broken / "a.yaml").write_text("policy: a\nrevieww: 1\n")
        (broken / "b.yaml").write_text("policy: [")
        done = typed(server)
        assert done.exit_code == 1
        assert "changed refund" in done.output
        assert "NOT reloaded" in done.output
        assert "a.yaml:2:1" in done.output
        assert "b.yaml:1:" in done.output
        assert "1 of 2 did not reload" in done.output
        assert route(one) is Route.REVIEW
        assert route(other) is Route.APPROVE


def test_processes_that_read_different_folders_are_told_apart(
    server: EmbeddedServer, start: Start, folder: Path, tmp_path: Path
):
    other = made(tmp_path / "other")
    with start(folder), start(other):
        assert typed(server).exit_code == 0
        write(other, "refund", 10)
        done = typed(server)
        assert done.exit_code == 1
        assert "do not have the same policies" in done.output


def test_with_no_process_there_it_says_so(server: EmbeddedServer, start: Start):
    done = typed(server)
    assert done.exit_code == 1
    assert "No web process is connected" in done.output


def test_a_process_that_does_not_answer_is_waited_for_and_counted(
    server: EmbeddedServer, start: Start, folder: Path
):
    deaf = connect(server.url)
    news = deaf.pubsub()
    news.subscribe("cs:reload")
    with start(folder):
        done = typed(server, "--wait", "0.5")
    assert done.exit_code == 1
    assert "nothing changed" in done.output
    assert "1 of 2 did not answer within 0.5 s" in done.output
    news.close()
    deaf.close()


def test_a_folder_that_is_broken_here_is_announced_to_nobody(
    server: EmbeddedServer, start: Start, folder: Path
):
    (folder / "a.yaml").write_text("policy: a\nrevieww: 1\n")
    done = typed(server, COUNTERSIGN_POLICY_DIR=str(folder))
    assert done.exit_code == 2
    assert "nothing was reloaded" in done.output
    assert "a.yaml:2:1" in done.output
    settings = StoreSettings(REDIS_URL=server.url, COUNTERSIGN_SECRET=SECRET)
    assert build_orders(settings).last() is None


def test_who_reloaded_and_from_where_is_on_record(
    server: EmbeddedServer, start: Start, folder: Path
):
    with start(folder):
        write(folder, "refund", 10)
        assert typed(server, LOGNAME="ana").exit_code == 0
        (folder / "a.yaml").write_text("policy: [")
        assert typed(server, LOGNAME="ben").exit_code == 1
    client = connect(server.url)
    entries: Any = client.xrange("cs:events")
    trail = [fields["event"] for _, fields in entries]
    client.close()
    assert len(trail) == 3
    assert '"actor":"startup"' in trail[0]
    assert '"actor":"operator ana"' in trail[1]
    assert '"changed":{"refund":"sha256:' in trail[1]
    assert '"policy.refused"' in trail[2]
    assert '"actor":"operator ben"' in trail[2]
    assert '"problems":1' in trail[2]


def test_a_process_that_was_cut_off_catches_up_when_it_is_back(
    server: EmbeddedServer, start: Start, folder: Path
):
    client = connect(server.url)
    with start(folder) as one:
        write(folder, "refund", 10)
        client.client_kill_filter(_type="pubsub")
        eventually(lambda: connected(server) == 0, what="the connection being cut")
        typed(server)
        eventually(lambda: route(one) is Route.REVIEW, what="catching up")
    client.close()
