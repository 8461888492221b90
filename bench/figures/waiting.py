"""What it takes to wait: memory, and CPU while nothing is due."""

from __future__ import annotations

import time
from typing import Any

from app.store.connection import connect
from bench.deployment import Deployment, deployed
from bench.processes import cpu_s, pss_bytes
from bench.results import Results

PENDING, POLICIES, TEXT_BYTES = 10_000, 10, 2_000
WARM_UP, WAIT_S = 200, 60

_MIB = 1024 * 1024


def measure(results: Results) -> None:
    """Asked over HTTP, as memory grows by what is done as well."""
    when = f"{PENDING:,} waiting"
    with deployed(POLICIES) as product:
        _open(product, WARM_UP)
        empty = _used_bytes(product)
        _open(product, PENDING)
        each = (_used_bytes(product) - empty) / PENDING
        results.add("Redis for a request that waits", "bytes", [each], aim="at most 4096")
        cpu = _cpu_percent(product)
        _add(results, f"CPU, {when}", "% of a core", cpu, "at most 1")
        pss = {name: pss_bytes(pid) / _MIB for name, pid in product.pids.items()}
        _add(results, f"memory (PSS), {when}", "MiB", pss, "at most 300")


def _open(product: Deployment, number: int) -> None:
    product.load("ask", policies=product.policies, number=number, at_once=16, text_bytes=TEXT_BYTES)
    product.settle()


def _used_bytes(product: Deployment) -> int:
    with connect(product.server.url) as server:
        told: Any = server.info("memory")
    return int(told["used_memory"])


def _cpu_percent(product: Deployment) -> dict[str, float]:
    before, began = cpu_s(product.pids), time.monotonic()
    time.sleep(WAIT_S)
    after, took_s = cpu_s(product.pids), time.monotonic() - began
    return {name: (after[name] - before[name]) * 100 / took_s for name in before}


def _add(results: Results, name: str, unit: str, of: dict[str, float], aim: str) -> None:
    results.add(f"{name}, all processes", unit, [sum(of.values())], aim=aim)
    for process, value in of.items():
        results.add(f"{name}, {process}", unit, [value])
