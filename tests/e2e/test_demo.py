"""`countersign demo`, from the first line to Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.store.lanes import LEASE_MS
from tests.world import ANA, APPROVE, eventually

COMMAND = [sys.executable, "-c", "from app.cli import main; main(['demo'])"]
BANNER = "Stop: Ctrl-C"


class Demo:
    """A demo in a terminal of its own."""

    def __init__(self, folder: Path, output: Path) -> None:
        self.folder, self.output = folder, output
        with output.open("wb") as terminal:
            self.process = subprocess.Popen(
                COMMAND,
                env={**os.environ, "COUNTERSIGN_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
                stdout=terminal,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self, pattern: str) -> re.Match[str]:
        return eventually(lambda: re.search(pattern, self.output.read_text()), 60, pattern)

    def interrupt(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C; the exit status."""
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[[], Demo]]:
    started: list[Demo] = []

    def start() -> Demo:
        started.append(Demo(tmp_path / "data", tmp_path / f"{len(started)}.out"))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.interrupt()


def waiting(demo: Demo) -> list[dict[str, Any]]:
    """The cards with buttons that Ana sees."""
    page = demo.says(r"http://127\.0\.0\.1:\d+(?=/\?user)").group()
    state = httpx2.get(f"{page}/api/state", params={"user": ANA}).json()
    cards = [one for channel in state["messages"].values() for one in channel]
    return [one for one in cards if APPROVE in str(one.get("blocks"))]


def children(pid: int) -> list[int]:
    """Every process that the demo started, whoever its parent is by now."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
def test_it_opens_with_a_request_keeps_it_and_leaves_nothing_running(demo: Callable[[], Demo]):
    first = demo()
    first.says(BANNER)
    [card] = eventually(lambda: waiting(first), what="the first card")
    started = children(first.process.pid)
    assert len(started) == 6
    assert first.interrupt() == 0
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]

    second = demo()
    second.says(BANNER)
    [again] = eventually(lambda: waiting(second), what="yesterday's card")
    assert again["ts"] == card["ts"], "yesterday's request, and no second one"


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
def test_a_terminal_that_is_closed_leaves_nothing_running(demo: Callable[[], Demo]):
    running = demo()
    running.says(BANNER)
    started = children(running.process.pid)
    running.interrupt(signal.SIGHUP)
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


def test_what_dies_is_started_again(demo: Callable[[], Demo]):
    running = demo()
    running.says(BANNER)
    pids = json.loads((running.folder / "running").read_text())["pids"]
    os.kill(pids[-1], signal.SIGKILL)  # the server
    os.kill(pids[3], signal.SIGKILL)  # web
    running.says("web is gone; starting it again")
    running.says("The server is gone; starting it again")

    def noted_anew() -> bool:
        now = json.loads((running.folder / "running").read_text() or '{"pids": []}')["pids"]
        return bool(now) and not set(now) & {pids[-1], pids[3]}

    eventually(noted_anew, what="the new processes being noted")
    # Whoever was at the card when the server went may have to wait for the lease of that claim.
    eventually(lambda: len(waiting(running)) == 1, LEASE_MS / 1000 + 20, "the card")


def test_a_second_one_at_once_is_told_about_the_first(demo: Callable[[], Demo]):
    first = demo()
    first.says(BANNER)
    second = demo()
    assert second.process.wait(30) == 2
    assert "is running" in second.output.read_text()
    assert "COUNTERSIGN_DATA_DIR" in second.output.read_text()
    assert first.process.poll() is None


def test_the_curl_line_works_as_it_is_printed(demo: Callable[[], Demo]):
    running = demo()
    running.says(BANNER)
    curl = running.says(r"(?s)curl .*?callback\"\}'").group()
    words = shlex.split(curl.replace("\\\n", " "))
    headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
    answer = httpx2.post(words[1], headers=headers, content=words[words.index("-d") + 1])
    assert answer.status_code == 201
    eventually(lambda: len(waiting(running)) == 2, what="a second card")
