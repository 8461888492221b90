"""The sandbox as people start it: a process of its own, over real sockets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from slack_sdk import WebClient

from tests.sandbox.conftest import ANA, actions, button, section

ROOT = Path(__file__).parents[2]
GIVEN = ["--port", "0", "--bot-token", "xoxb-sandbox", "--signing-secret", "S"]
NOBODY = "http://127.0.0.1:9/slack/events"  # the discard port: nothing listens
HEADERS = {"Authorization": "Bearer xoxb-sandbox"}

Start = Callable[..., str]


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
    if process.stdout:
        process.stdout.close()


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts sandboxes and gives their addresses; `start(...)` again stops the one before."""
    running: list[subprocess.Popen[str]] = []

    def begin(*more: str) -> str:
        while running:
            stop(running.pop())
        command = [sys.executable, "-m", "sandbox", "--app-url", NOBODY, *GIVEN, *more]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout
        line = process.stdout.readline().strip()
        assert line.startswith("sandbox ready http://127.0.0.1:")
        return line.removeprefix("sandbox ready ")

    yield begin
    while running:
        stop(running.pop())


def post(base: str, **more: Any) -> httpx2.Response:
    wanted = {"channel": "#approvals", "text": "x", **more}
    return httpx2.post(f"{base}/api/slack/chat.postMessage", json=wanted, headers=HEADERS)


def messages(base: str) -> list[Any]:
    state = httpx2.get(f"{base}/api/state", params={"user": ANA}).json()
    return list(state["messages"]["C0APPROVAL"])


def test_slacks_own_client_gets_on_with_it(start: Start) -> None:
    client = WebClient("xoxb-sandbox", base_url=f"{start()}/api/slack/")
    assert client.auth_test()["user_id"] == "U0CSBOT001"
    sent = client.chat_postMessage(
        channel="#approvals", text="x", blocks=[section()], unfurl_links=False
    )
    client.chat_update(channel=sent["channel"], ts=sent["ts"], text="y")
    history = client.conversations_history(channel="C0APPROVAL", include_all_metadata=True)
    assert [message["text"] for message in history["messages"]] == ["y"]
    assert client.users_lookupByEmail(email="ana@example.com")["user"]["id"] == ANA
    assert client.conversations_open(users=[ANA])["channel"]["id"]


def test_messages_are_there_again_after_a_restart(start: Start, tmp_path: Path) -> None:
    state = ["--state", str(tmp_path / "state.json")]
    ts = post(start(*state)).json()["ts"]
    again = start(*state)
    assert [message["ts"] for message in messages(again)] == [ts]


def test_a_broken_state_file_is_named_and_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("{")
    command = [sys.executable, "-m", "sandbox", "--app-url", NOBODY, *GIVEN, "--state", str(file)]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1
    assert str(file) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_state_file_that_can_not_be_written_stops_the_start(tmp_path: Path) -> None:
    file = str(tmp_path / "missing" / "state.json")
    command = [sys.executable, "-m", "sandbox", "--app-url", NOBODY, *GIVEN, "--state", file]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "can't use the state file" in ended.stderr


def test_a_dropped_reply_was_applied_all_the_same(start: Start) -> None:
    base = start()
    fault = {"method": "chat.postMessage", "kind": "drop_reply", "times": 1}
    assert httpx2.post(f"{base}/api/faults", json=fault).json() == {"ok": True}
    with pytest.raises(httpx2.RemoteProtocolError):
        post(base)
    assert len(messages(base)) == 1


def test_an_open_page_hears_of_a_message_and_does_not_hold_up_the_stop(start: Start) -> None:
    base = start()
    with httpx2.stream("GET", f"{base}/api/live", params={"user": ANA}, timeout=10) as page:
        lines = page.iter_lines()
        next(lines)
        ts = post(base).json()["ts"]
        told = next(line for line in lines if line.startswith("data: "))
        event = json.loads(told.removeprefix("data: "))
        assert (event["type"], event["message"]["ts"]) == ("message", ts)
        other = start()
        assert other != base
        assert list(lines) in ([], [""])


def test_an_app_that_is_not_there_is_an_error_and_a_warning(start: Start) -> None:
    base = start()
    ts = post(base, blocks=[actions(button())]).json()["ts"]
    where = {"user": ANA, "channel": "C0APPROVAL", "ts": ts, "block_id": "b", "action_id": "a"}
    with httpx2.stream("GET", f"{base}/api/live", params={"user": ANA}, timeout=10) as page:
        lines = page.iter_lines()
        next(lines)
        answer = httpx2.post(f"{base}/api/click", json=where).json()
        assert not answer["ok"]
        assert "can't be reached" in answer["error"]
        told = next(line for line in lines if line.startswith("data: "))
        assert json.loads(told.removeprefix("data: "))["type"] == "error"
