"""Processes that can't do their work say so, say what to do, and end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app.demo.stack import PROCFILE
from app.store.embedded import EmbeddedServer
from tests.servers import running_server

ENOUGH = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "s" * 32,
    "SLACK_API_URL": "http://127.0.0.1:9/",
    "COUNTERSIGN_SECRET": "s" * 32,
    "PORT": "0",
}


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    with running_server() as server:
        yield server


def start(name: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run an entry point of the Procfile to its end."""
    bare = {key: value for key, value in os.environ.items() if "SLACK" not in key}
    command = [sys.executable, *PROCFILE[name].split()[1:]]
    return subprocess.run(
        command, env={**bare, **env}, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_demo_starts_what_the_procfile_starts():
    lines = (Path(__file__).parents[2] / "Procfile").read_text().splitlines()
    assert dict(line.split(": ", 1) for line in lines) == PROCFILE


@pytest.mark.parametrize("name", PROCFILE)
def test_without_settings_every_one_that_is_missing_is_named(name: str):
    ended = start(name)
    assert ended.returncode == 2
    for setting in ("REDIS_URL", "SLACK_BOT_TOKEN", "COUNTERSIGN_SECRET"):
        assert f"{setting} is not set" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("name", PROCFILE)
def test_a_server_that_could_lose_approvals_is_refused(name: str, server: EmbeddedServer):
    client = redis.Redis.from_url(server.url)
    client.config_set("appendonly", "no")
    client.config_set("maxmemory-policy", "allkeys-lru")
    ended = start(name, REDIS_URL=server.url, **ENOUGH)
    assert ended.returncode == 2
    assert "appendonly yes" in ended.stderr
    assert "maxmemory-policy noeviction" in ended.stderr
    assert "COUNTERSIGN_ALLOW_UNSAFE_REDIS" in ended.stderr
    client.close()


@pytest.mark.parametrize("name", PROCFILE)
def test_a_server_that_is_not_there_is_said_plainly(name: str):
    ended = start(name, REDIS_URL="redis://127.0.0.1:9/0", **ENOUGH)
    assert ended.returncode == 2
    assert "can't be reached" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_broken_policy_keeps_web_from_starting_and_is_shown(
    server: EmbeddedServer, tmp_path: Path
):
    (tmp_path / "refund.yaml").write_text("policy: refund\nrevieww: {}\n")
    ended = start("web", REDIS_URL=server.url, COUNTERSIGN_POLICY_DIR=str(tmp_path), **ENOUGH)
    assert ended.returncode == 2
    assert "refund.yaml:2:" in ended.stderr
    assert "revieww" in ended.stderr


def test_a_secret_never_stands_in_a_complaint_about_it():
    ended = start(
        "web", REDIS_URL="redis://127.0.0.1:9/0", **{**ENOUGH, "COUNTERSIGN_SECRET": "hunter2"}
    )
    assert ended.returncode == 2
    assert "COUNTERSIGN_SECRET" in ended.stderr
    assert "hunter2" not in ended.stderr
