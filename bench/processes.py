"""What the processes of the product take, as Linux counts it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pids: Mapping[str, int]) -> dict[str, float]:
    """CPU seconds of each process since it began, its threads included (proc(5), stat)."""
    return {name: _cpu_s(pid) for name, pid in pids.items()}


def _cpu_s(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def pss_bytes(pid: int) -> int:
    """Memory of a process, what it shares with others counted in shares (proc(5), smaps_rollup)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no Pss of {pid}")
