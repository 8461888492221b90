"""What a demo remembers until tomorrow: its secrets, its client's key, the ports it had."""

from __future__ import annotations

import json
import os
import secrets
import socket
from pathlib import Path

from pydantic import BaseModel, Field


def _token() -> str:
    return secrets.token_hex(24)


class Notebook(BaseModel):
    """Kept as a file that only its owner can read."""

    secret: str = Field(default_factory=_token)
    signing_secret: str = Field(default_factory=_token)
    bot_token: str = Field(default_factory=lambda: f"xoxb-{_token()}")
    app_token: str | None = None
    client_key: str | None = None
    web_port: int = 8000
    sandbox_port: int = 8900
    receiver_port: int = 8901

    @classmethod
    def read(cls, path: Path) -> Notebook:
        """Yesterday's, or a fresh one."""
        return cls.model_validate_json(path.read_text()) if path.exists() else cls()

    def write(self, path: Path) -> None:
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self.model_dump(), file, indent=2)
        fresh.replace(path)

    def with_free_ports(self) -> Notebook:
        """The same with each port that is free, and others for those that are taken today."""
        ports = ("web_port", "sandbox_port", "receiver_port")
        return self.model_copy(update={name: _free(getattr(self, name)) for name in ports})


def _free(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")
