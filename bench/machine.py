"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.store.connection import connect
from app.store.embedded import EmbeddedServer


def facts() -> dict[str, str]:
    """Processor, system and versions, in words."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "server": _server(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _server() -> str:
    """The one that every deployment starts."""
    with TemporaryDirectory(prefix="cs") as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        try:
            told: dict[str, Any] = connect(server.url).info("server")
        finally:
            server.stop()
    name = str(told.get("server_name", "redis"))
    return f"{name.capitalize()} {told.get(f'{name}_version', told['redis_version'])}"
