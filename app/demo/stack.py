"""Everything that a deployment is made of, started on this machine in the right order."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import SecretStr

from app.bootstrap.operators import build_clients
from app.callbacks.sign import secret_for
from app.ports import Client
from app.settings import StoreSettings
from app.store.clients import RedisClients
from app.store.embedded import EmbeddedServer

from .notebook import Notebook
from .processes import Process

CLIENT = "demo"

EXAMPLES = Path(__file__).parents[2] / "examples"

PROCFILE = {
    "web": "python -m app.main",
    "worker": "python -m workers.worker",
    "clock": "python -m workers.clock",
}
"""The entry points of a real deployment; the Procfile has the same."""


class Stack:
    """The embedded server, the sandbox, a receiver of callbacks, web, worker and clock.

    `env` adds to the settings of web, worker and clock, `own` to those of one of them by its name;
    `policies` are those of the one client, none means any.
    `keep` is a file descriptor that every process holds open.
    """

    def __init__(
        self,
        folder: Path,
        notebook: Notebook,
        env: Mapping[str, str] | None = None,
        policies: tuple[str, ...] = (),
        keep: int = -1,
        own: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.folder = folder
        self.notebook = notebook
        self.server = EmbeddedServer(folder / "redis", keep)
        self._extra = dict(env or {})
        self._own = dict(own or {})
        self._policies = policies
        self._keep = keep
        self._logs = folder / "logs"
        self.sandbox = self._sandbox()
        self.receiver = self._receiver()
        self.product = [self._product(name) for name in PROCFILE]

    @property
    def processes(self) -> list[Process]:
        """All but the server, in the order of starting."""
        return [self.sandbox, self.receiver, *self.product]

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.notebook.web_port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.notebook.sandbox_port}"

    @property
    def receiver_url(self) -> str:
        return f"http://127.0.0.1:{self.notebook.receiver_port}"

    @property
    def callback_url(self) -> str:
        return f"{self.receiver_url}/callback"

    def start(self) -> Iterator[str]:
        """Start all of it; yields the name of each part as it begins. Raises `DemoFailed`."""
        self._logs.mkdir(parents=True, exist_ok=True)
        yield "server"
        self.server.start()
        self._make_client()
        self.receiver = self._receiver()  # it has the client's key, which there is only now
        yield "sandbox Slack"
        self.sandbox.start()
        self.sandbox.await_line(r"^sandbox ready ")
        yield "receiver"
        self.receiver.start()
        self.receiver.await_line(r"^receiver ready ")
        yield "web, worker, clock"
        for process in self.product:
            process.start()
        for process in self.product:
            process.await_line(rf"{process.name} ready")

    def stop(self) -> None:
        """Stop all of it, the server last."""
        for process in reversed(self.processes):
            process.ask_to_stop()
        for process in reversed(self.processes):
            process.stop()
        self.server.stop()

    def env(self) -> dict[str, str]:
        """The settings of web, worker and clock."""
        book = self.notebook
        socket_mode = {} if book.app_token is None else {"SLACK_APP_TOKEN": book.app_token}
        return {
            "REDIS_URL": self.server.url,
            "PORT": str(book.web_port),
            "SLACK_BOT_TOKEN": book.bot_token,
            "SLACK_SIGNING_SECRET": book.signing_secret,
            "SLACK_API_URL": f"{self.sandbox_url}/api/slack/",
            "COUNTERSIGN_SECRET": book.secret,
            "COUNTERSIGN_ADMIN_CHANNEL": "#countersign-admin",
            "COUNTERSIGN_AUDIT_DIR": str(self.folder / "audit"),
            "COUNTERSIGN_HOST": "127.0.0.1",
            "COUNTERSIGN_PUBLIC_URL": self.web_url,
            "COUNTERSIGN_CALLBACK_ALLOW": "127.0.0.1/32",
            **socket_mode,
            **self._extra,
        }

    def calls(self) -> dict[str, str]:
        """What the calls of the docs and the examples are written with."""
        key = self.notebook.client_key or ""
        return {"COUNTERSIGN_URL": self.web_url, "COUNTERSIGN_KEY": key}

    def clients(self) -> RedisClients:
        """Who may ask, once the server runs."""
        secret = SecretStr(self.notebook.secret)
        settings = StoreSettings(REDIS_URL=self.server.url, COUNTERSIGN_SECRET=secret)
        return build_clients(settings, "countersign demo")

    def _make_client(self) -> None:
        """The client whose key the demo shows; made once, its key kept in the notebook."""
        if self.notebook.client_key is not None:
            return
        clients = self.clients()
        known = clients.get(CLIENT) is not None
        made = Client(id=CLIENT, policies=self._policies)
        self.notebook.client_key = clients.add_key(CLIENT) if known else clients.create(made)

    def _sandbox(self) -> Process:
        book = self.notebook
        options = {
            "port": str(book.sandbox_port),
            "app-url": f"{self.web_url}/slack/events",
            "bot-token": book.bot_token,
            "signing-secret": book.signing_secret,
            "state": str(self.folder / "sandbox.json"),
        }
        if book.app_token is not None:
            options["app-token"] = book.app_token
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return self._process("sandbox", [sys.executable, "-m", "sandbox", *flags], {})

    def _receiver(self) -> Process:
        secret = secret_for(self.notebook.secret.encode(), CLIENT, 1)
        port = str(self.notebook.receiver_port)
        command = [sys.executable, str(EXAMPLES / "receiver.py"), "--port", port]
        return self._process("receiver", command, {"WEBHOOK_SECRET": secret, **self.calls()})

    def _product(self, name: str) -> Process:
        command = [sys.executable, *PROCFILE[name].split()[1:]]
        return self._process(name, command, {**self.env(), **self._own.get(name, {})})

    def _process(self, name: str, command: list[str], env: Mapping[str, str]) -> Process:
        return Process(name, command, env, self._logs / f"{name}.log", self._keep)
