"""Policies are edited and reloaded under a running product, by command and by SIGHUP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.store.connection import connect
from tests.world import ANA, BEN, World, eventually, running

COMMAND = "from app.cli import main; main(['policy', 'reload'])"
PAYOUT = """\
policy: payout
inputs: {{amount: {{type: number, minimum: 0, label: Amount}}}}
review: {{channel: "#approvals", reviewers: [{ana}, {ben}], quorum: {quorum}}}
rules:
  - {{id: small, when: payload.amount < {below}, then: approve, because: It is small.}}
"""
BROKEN = {"one.yaml": "policy: one\nrevieww: 1\n", "two.yaml": "policy: ["}


def write(folder: Path, below: int = 50, quorum: int = 1) -> None:
    text = PAYOUT.format(ana=ANA, ben=BEN, below=below, quorum=quorum)
    (folder / "payout.yaml").write_text(text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("policies")


@pytest.fixture(scope="module")
def product(folder: Path) -> Iterator[World]:
    write(folder)
    with running(policies=(), COUNTERSIGN_POLICY_DIR=str(folder)) as world:
        yield world


@pytest.fixture
def world(product: World, folder: Path) -> World:
    """The product with the policies of `write(folder)` in force, whatever a test did before."""
    for name in BROKEN:
        (folder / name).unlink(missing_ok=True)
    write(folder)
    assert reload(product).returncode == 0
    return product


def reload(world: World, **env: str) -> subprocess.CompletedProcess[str]:
    """What an operator types, to its end."""
    return subprocess.run(
        [sys.executable, "-c", COMMAND],
        env={**os.environ, **world.stack.env(), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def hang_up(world: World) -> None:
    pid = world.process("web").pid
    assert pid is not None
    os.kill(pid, signal.SIGHUP)


def asked(world: World, amount: int) -> dict[str, Any]:
    return world.ask(policy="payout", payload={"amount": amount})


def policies(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.web.get("/readyz").json()["policies"]
    return found


def trail(world: World) -> list[str]:
    client = connect(world.stack.server.url)
    entries: Any = client.xrange("cs:events")
    client.close()
    return [fields["event"] for _, fields in entries if '"policy.' in fields["event"]]


def test_an_edit_counts_from_the_reload_on_and_not_before(world: World, folder: Path):
    write(folder, below=10)
    assert asked(world, 20)["status"] == "approved"
    before = policies(world)
    done = reload(world)
    assert (done.returncode, done.stderr) == (0, "")
    assert "changed payout; 1 unchanged" in done.stdout
    assert f"(pid {world.process('web').pid})" in done.stdout
    assert asked(world, 20)["status"] == "pending"
    assert policies(world)["digest"] != before["digest"]
    assert '"operator ' in trail(world)[-1]


def test_a_hangup_reloads_and_ends_nothing(world: World, folder: Path):
    write(folder, below=10)
    before, pid = policies(world)["digest"], world.process("web").pid
    hang_up(world)
    eventually(lambda: policies(world)["digest"] != before, what="the reload")
    assert asked(world, 20)["status"] == "pending"
    assert world.process("web").pid == pid
    assert '"SIGHUP"' in trail(world)[-1]
    assert "policies reloaded by SIGHUP: changed payout" in world.process("web").said()


def test_a_request_that_is_open_keeps_the_plan_it_was_opened_with(world: World, folder: Path):
    opened = asked(world, 100)
    write(folder, quorum=2)
    assert reload(world).returncode == 0
    later = asked(world, 100)
    world.decide(later["id"], user=ANA)
    world.decide(opened["id"], user=ANA)
    assert world.decided(opened["id"])["status"] == "approved"
    assert world.get(later["id"])["status"] == "pending"
    world.decide(later["id"], user=BEN)
    assert world.decided(later["id"])["status"] == "approved"


def test_a_broken_folder_changes_nothing_and_the_command_says_every_problem(
    world: World, folder: Path
):
    for name, text in BROKEN.items():
        (folder / name).write_text(text)
    write(folder, below=10)
    before = policies(world)
    done = reload(world, COUNTERSIGN_POLICY_DIR="")  # as from a machine without the folder
    assert done.returncode == 1
    assert "NOT reloaded" in done.stdout
    assert "one.yaml:2:1: " in done.stdout
    assert "two.yaml:1:" in done.stdout
    assert asked(world, 20)["status"] == "approved"
    assert policies(world) == before
    assert '"policy.refused"' in trail(world)[-1]


def test_a_broken_folder_changes_nothing_on_a_hangup_and_the_log_says_every_problem(
    world: World, folder: Path
):
    for name, text in BROKEN.items():
        (folder / name).write_text(text)
    write(folder, below=10)
    said = len(world.process("web").said())
    hang_up(world)

    def refused() -> bool:
        log = world.process("web").said()[said:]
        return "not reloaded by SIGHUP" in log and all(f"{name}:" in log for name in BROKEN)

    eventually(refused, what="the refusal in the log")
    assert asked(world, 20)["status"] == "approved"


def test_a_store_that_stalls_does_not_end_the_listening(world: World, folder: Path):
    pid = world.stack.server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        hang_up(world)
        eventually(lambda: "put on record" in world.process("web").said(), what="the refusal")
    finally:
        os.kill(pid, signal.SIGCONT)
    write(folder, below=10)
    assert reload(world).returncode == 0
    assert asked(world, 20)["status"] == "pending"
