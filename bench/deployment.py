"""The product as its Procfile starts it, with everything on, beside what stands for Slack."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import redis
from pydantic import SecretStr

from app.bootstrap.operators import build_clients
from app.callbacks.sign import secret_for
from app.demo.notebook import Notebook
from app.demo.processes import Process
from app.demo.stack import PROCFILE
from app.domain.due import Lane
from app.ports import Client
from app.settings import StoreSettings
from app.store.connection import connect
from app.store.documents import due_key
from app.store.embedded import EmbeddedServer
from policies.loader import LoadedPolicy, load_folder

from .load.world import Site

CLIENT = "bench"

REFUND = """
policy: {name}
inputs:
  amount:   {{type: number, minimum: 0, label: Amount, format: money, currency: USD}}
  customer: {{type: string, label: Customer}}
  tier:     {{type: string, enum: [standard, enterprise], label: Tier}}
review:
  channel: {channel}
  reviewers: ["@reviewers"]
  sla: {sla}
rules:
  - id: routine
    when: payload.amount < 50 && signals.confidence >= 0.8
    then: approve
    because: Small refunds are routine.
  - {{id: otherwise, then: review, because: Anything else gets one look.}}
"""
"""The refund that is measured: without a limit, which a measurement would soon reach."""

SLA = "{remind: [1h], expire: 1d}"

_REST_S = 600
"""What has not come to rest by then never does."""


class Deployment:
    """Redis (append-only file, flushed every second), Slack, web, worker and clock."""

    def __init__(
        self, folder: Path, channels: int, *, limited: bool = False, sla: str = SLA
    ) -> None:
        self._book = Notebook(web_port=0, sandbox_port=0, receiver_port=0).with_free_ports()
        self._folder = folder
        self._sla = sla
        self.server = EmbeddedServer(folder / "redis", flush="everysec")
        self.policies = [f"refund-{number:04}" for number in range(channels)]
        book = self._book
        slack = [sys.executable, "-m", "bench.slack", "--port", str(book.sandbox_port)]
        self._slack = self._process("slack", [*slack, *(["--limit"] if limited else [])], {})
        self._product = [
            self._process(name, [sys.executable, *command.split()[1:]], self._env())
            for name, command in PROCFILE.items()
        ]
        self.site = Site(
            web_port=book.web_port,
            slack_port=book.sandbox_port,
            receiver_port=book.receiver_port,
            client_key="",
            signing_secret=book.signing_secret,
            webhook_secret=secret_for(book.secret.encode(), CLIENT, 1),
        )

    @property
    def pids(self) -> dict[str, int]:
        """The product's processes by name, Redis among them."""
        found = {process.name: process.pid for process in self._product}
        return {name: pid for name, pid in {**found, "redis": self.server.pid}.items() if pid}

    def start(self) -> None:
        self._write_policies()
        (self._folder / "logs").mkdir()
        self.server.start()
        settings = StoreSettings(
            REDIS_URL=self.server.url, COUNTERSIGN_SECRET=SecretStr(self._book.secret)
        )
        key = build_clients(settings, "bench").create(Client(id=CLIENT))
        self.site = Site(**{**self.site.written(), "client_key": key})
        self._slack.start()
        self._slack.await_line("^slack ready")
        for process in self._product:
            process.start()
        for process in self._product:
            process.await_line(rf"{process.name} ready")

    def stop(self) -> None:
        for process in [*self._product, self._slack]:
            process.ask_to_stop()
        for process in [*self._product, self._slack]:
            process.stop()
        self.server.stop()

    def load(self, figure: str, **args: Any) -> Any:
        """What came of a figure, from a process of its own. Raises `CalledProcessError`."""
        wanted = {"figure": figure, "site": self.site.written(), "args": args}
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            input=json.dumps(wanted),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    def settle(self) -> None:
        """Waits until all cards are posted, all callbacks sent and the record is sealed.

        Raises `TimeoutError`.
        """
        end = time.monotonic() + _REST_S
        with connect(self.server.url) as server:
            while not _at_rest(server):
                if time.monotonic() > end:
                    raise TimeoutError("there is still something to do")
                time.sleep(0.2)

    def loaded(self) -> list[LoadedPolicy]:
        """Its policies, as web and worker read them."""
        found = load_folder(self._folder / "policies")
        return [found[name] for name in self.policies]

    def _write_policies(self) -> None:
        """One for each channel, as Slack takes one message a second in each."""
        folder = self._folder / "policies"
        folder.mkdir()
        for number, name in enumerate(self.policies):
            text = REFUND.format(name=name, channel=f"C{number:08}", sla=self._sla)
            (folder / f"{name}.yaml").write_text(text)

    def _env(self) -> Mapping[str, str]:
        book = self._book
        return {
            "REDIS_URL": self.server.url,
            "PORT": str(book.web_port),
            "SLACK_BOT_TOKEN": book.bot_token,
            "SLACK_SIGNING_SECRET": book.signing_secret,
            "SLACK_API_URL": f"http://127.0.0.1:{book.sandbox_port}/api/",
            "COUNTERSIGN_SECRET": book.secret,
            "COUNTERSIGN_AUDIT_DIR": str(self._folder / "audit"),
            "COUNTERSIGN_HOST": "127.0.0.1",
            "COUNTERSIGN_PUBLIC_URL": f"http://127.0.0.1:{book.web_port}",
            "COUNTERSIGN_CALLBACK_ALLOW": "127.0.0.1/32",
            "COUNTERSIGN_POLICY_DIR": str(self._folder / "policies"),
        }

    def _process(self, name: str, command: list[str], env: Mapping[str, str]) -> Process:
        return Process(name, command, env, self._folder / "logs" / f"{name}.log")


def _at_rest(server: redis.Redis) -> bool:
    """Timers apart, which are due when they are."""
    due = [server.zcard(due_key(lane)) for lane in (Lane.SLACK, Lane.CALLBACK, Lane.HOME)]
    newest: Any = server.xrevrange("cs:events", count=1)
    return not any(due) and [server.hget("cs:seal", "id")] == [entry for entry, _ in newest]


@contextmanager
def deployed(channels: int, *, limited: bool = False, sla: str = SLA) -> Iterator[Deployment]:
    """A fresh one, stopped at the end."""
    with TemporaryDirectory(prefix="cs") as folder:
        one = Deployment(Path(folder), channels, limited=limited, sla=sla)
        try:
            one.start()
            yield one
        finally:
            one.stop()
