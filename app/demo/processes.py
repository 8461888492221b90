"""One process of the demo: started with a log of its own, awaited by what it says, stopped."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.domain.errors import DemoFailed

START_S = 30
STOP_S = 28
"""A worker finishes what it is at, which takes 25 s at the very most."""


class Process:
    """A child process; what it prints goes to `log`, which is appended to."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path, keep: int = -1
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._env = {**os.environ, "PYTHONUNBUFFERED": "1", **env}
        self._keep = (keep,) if keep >= 0 else ()
        self._process: subprocess.Popen[bytes] | None = None
        self._began_at = 0
        self._told_to = 0

    @property
    def pid(self) -> int | None:
        """The process, while it runs."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    def start(self) -> None:
        """Start it, in a session of its own: Ctrl-C reaches the demo, which stops the rest."""
        self._began_at = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self._keep,
            )

    def await_line(self, pattern: str) -> re.Match[str]:
        """The first line of this start that matches. Raises `DemoFailed` if it never comes."""
        deadline = time.monotonic() + START_S
        while True:
            running = self.pid is not None
            if (found := re.search(pattern, self.said(), re.MULTILINE)) is not None:
                return found
            if not running or time.monotonic() > deadline:
                raise DemoFailed(
                    f"{self.name} did not start:\n{self.said()[-2000:].strip()}",
                    f"All that it said is in {self.log}.",
                )
            time.sleep(0.02)

    def said(self) -> str:
        """What it printed since it was started."""
        return self._text_from(self._began_at)

    def news(self) -> list[str]:
        """The lines that it printed since it was last asked for news, or started."""
        text = self._text_from(max(self._told_to, self._began_at))
        whole = text[: text.rfind("\n") + 1]
        self._told_to = max(self._told_to, self._began_at) + len(whole.encode())
        return whole.splitlines()

    def _text_from(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def ask_to_stop(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """Ask, wait, and kill what does not go."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
