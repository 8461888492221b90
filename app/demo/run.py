"""`countersign demo`, from the lock on its folder to Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

from app.domain.errors import DemoFailed, EmbeddedServerFailed
from app.process import stop_signal

from .notebook import Notebook
from .stack import EXAMPLES, Stack

Say = Callable[[str], None]

ADMIN = "ana@example.com"
REFUND: dict[str, Any] = {
    "title": "Refund order 1042 for Acme",
    "policy": "refund",
    "payload": {"amount": 120, "customer": "Acme", "tier": "standard"},
    "context": "The parcel arrived damaged; the customer sent photos.",
    "on_behalf_of": "dev@example.com",
}


def run(folder: Path, say: Say) -> None:
    """Start everything, show where to look, keep it running, stop all of it when told to.

    Raises `DemoFailed`.
    """
    stop, say = stop_signal(signal.SIGHUP), _while_heard(say)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(folder) as lock:
        notebook = Notebook.read(folder / "demo.json")
        stack = Stack(folder, notebook.with_free_ports(), _settings(), keep=lock.fileno())
        try:
            for part in stack.start():
                say(f"  starting {part} …")
                if stop.is_set():
                    return
            _remember(folder, notebook, stack)
            _note_running(lock, stack)
            say(_banner(stack, _open_one(stack, say)))
            _say_what_moved(notebook, stack, say)
            _keep_running(stack, lock, stop, say)
        finally:
            say("\nStopping …")
            stack.stop()
            say("Everything is stopped. What is waiting is kept for the next start.")


def _settings() -> dict[str, str]:
    """Who runs the demo, Ana unless somebody else is named, and policies of one's own: what a
    second terminal has to know too."""
    settings = {"COUNTERSIGN_ADMINS": os.environ.get("COUNTERSIGN_ADMINS", ADMIN)}
    policies = os.environ.get("COUNTERSIGN_POLICY_DIR")
    if policies:
        settings["COUNTERSIGN_POLICY_DIR"] = str(Path(policies).absolute())
    return settings


def _while_heard(say: Say) -> Say:
    """A terminal that was closed is no reason to leave anything running."""

    def quietly(line: str) -> None:
        with suppress(OSError):
            say(line)

    return quietly


def _remember(folder: Path, notebook: Notebook, stack: Stack) -> None:
    """For tomorrow: the secrets. For a second terminal: the settings, to be sourced."""
    notebook.client_key = stack.notebook.client_key
    notebook.write(folder / "demo.json")
    settings = {**stack.env(), **stack.calls()}
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in settings.items()]
    env = folder / "env"
    env.touch(mode=0o600)
    env.write_text("".join(lines))


@contextmanager
def _locked(folder: Path) -> Iterator[Any]:
    """One demo per folder. Every process of the demo holds the lock, so that even the remains of
    one that was killed keep a second one from writing into the same files."""
    with (folder / "running").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _is_running(folder) from None
        lock.truncate(0)
        yield lock


def _is_running(folder: Path) -> DemoFailed:
    try:
        running = json.loads((folder / "running").read_text())
        pids = " ".join(str(pid) for pid in running["pids"] if _lives(pid))
        return DemoFailed(
            f"A demo is running in {folder} already; its Slack is {running['slack']}",
            f"Stop it with Ctrl-C where it runs; if that terminal is gone: kill {pids}\n"
            "For a second one beside it, set COUNTERSIGN_DATA_DIR to another folder.",
        )
    except (ValueError, KeyError):
        return DemoFailed(f"A demo is just starting or stopping in {folder}.", "Try again then.")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _note_running(lock: Any, stack: Stack) -> None:
    pids = [os.getpid(), *(process.pid for process in stack.processes), stack.server.pid]
    lock.truncate(0)
    lock.write(json.dumps({"slack": stack.sandbox_url, "pids": pids}))
    lock.flush()


def _open_one(stack: Stack, say: Say) -> dict[str, Any]:
    """A request to look at, unless one is still waiting from last time; gives its body."""
    with httpx2.Client(base_url=stack.web_url, headers=_key(stack), timeout=10) as web:
        refund = _fitting(web, {**REFUND, "callback_url": stack.callback_url})
        waiting = web.get("/v1/requests", params={"status": "pending", "limit": 1})
        if not waiting.raise_for_status().json()["requests"]:
            answer = web.post("/v1/requests", json=refund)
            if answer.status_code != 201:
                say(f"  The refund of the demo does not fit your policies: {answer.text}")
        return refund


def _fitting(web: httpx2.Client, refund: dict[str, Any]) -> dict[str, Any]:
    """The refund, under `default` where a folder of one's own has no policy for it."""
    dry = web.post("/v1/policies/refund/explain", json={"payload": refund["payload"]})
    return refund if dry.status_code == 200 else {**refund, "policy": "default"}


def _key(stack: Stack) -> dict[str, str]:
    return {"Authorization": f"Bearer {stack.notebook.client_key}"}


def _banner(stack: Stack, refund: dict[str, Any]) -> str:
    [(name, value)] = _key(stack).items()
    curl = (
        f"curl {stack.web_url}/v1/requests \\\n"
        f"    -H '{name}: {value}' -H 'Content-Type: application/json' \\\n"
        f"    -d {shlex.quote(json.dumps(refund))}"
    )
    return f"""
Countersign is up, and a request is waiting for a decision.

  Press Approve or Revise here (a sandbox in Slack's place; you are Ana):
    {stack.sandbox_url}/?user=U0ANA00001

  Ask for another one:
    {curl}

  Callbacks arrive here, and as lines below:
    {stack.receiver_url}/

  Settings for a second terminal: . {shlex.quote(str(stack.folder / "env"))}
  An agent that asks, waits, consumes and acts, there:
    python {shlex.quote(str(EXAMPLES / "agent.py"))}
  Logs: {stack.folder / "logs"}        Signed checkpoints: {stack.folder / "audit"}
  Stop: Ctrl-C
"""


def _say_what_moved(wanted: Notebook, stack: Stack, say: Say) -> None:
    """Requests of yesterday know the receiver by its old address."""
    port = stack.notebook.receiver_port
    if port != wanted.receiver_port:
        say(
            f"  Port {wanted.receiver_port} is taken, so the receiver is on {port} today. What was "
            f"asked before calls back to {wanted.receiver_port}, whoever listens there."
        )


def _keep_running(stack: Stack, lock: Any, stop: threading.Event, say: Say) -> None:
    """Start again what dies, and repeat what the receiver says, until told to stop."""
    stack.receiver.news()
    while not stop.wait(0.2):
        for line in stack.receiver.news():
            say(f"  callback  {line}")
        if _revive(stack, say):
            _note_running(lock, stack)
            # What dies at once is not started again at once.
            stop.wait(1)


def _revive(stack: Stack, say: Say) -> bool:
    """Start again what is gone; whether anything was."""
    dead = [process for process in stack.processes if process.pid is None]
    server_died = stack.server.pid is None
    if server_died:
        say("  The server is gone; starting it again.")
        try:
            stack.server.start()
        except EmbeddedServerFailed as error:
            raise DemoFailed(error.message, error.advice) from error
    for process in dead:
        say(f"  {process.name} is gone; starting it again. Its log: {process.log}")
        process.start()
    return bool(dead) or server_died
