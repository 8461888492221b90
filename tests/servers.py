"""A real server for tests, in a folder of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.store.embedded import EmbeddedServer


@contextmanager
def running_server() -> Iterator[EmbeddedServer]:
    """Started, and stopped at the end. The folder's path is short, as a unix socket needs it."""
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
