"""How long Slack waits for the answer to a press, while ten thousand requests wait and others come.

Of a press everything is in it but Slack's own way: signature, who pressed, the commit. What comes
at the same time are requests that the policy decides, from four clients.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from statistics import median, quantiles

from app.callbacks.sign import secret_for
from app.demo.stack import CLIENT, Stack
from app.domain.request import Request
from app.store.bells import Bells
from app.store.connection import connect
from app.store.requests import RedisRequests
from policies.loader import load_text

from .load import Load, Receiver
from .openings import open_all

PENDING, PRESSES, CLIENTS = 10_000, 300, 4

_POLICY = b"""
policy: waiting
review: {channel: "#approvals", reviewers: [ana@example.com], sla: {expire: 1d}}
"""


def measure(started: Callable[[], AbstractContextManager[Stack]]) -> None:
    """Prints a line for each kind of answer: at rest, and with everything going on."""
    sys.stdout.write(f"\n{'ms until Slack has its answer':<46}{'median':>9}{'p99':>9}{'most':>9}\n")
    with started() as stack:
        receiver = Receiver(secret_for(stack.notebook.secret.encode(), CLIENT, 1))
        load = Load(stack, receiver)
        few = _opened(stack, 2 * PRESSES)
        _row("an empty route", [load.nothing] * PRESSES)
        _rows(load, few[:PRESSES], "at rest")
        many = _opened(stack, PENDING)
        with _asking(load):
            _rows(load, many[:PRESSES], f"{PENDING:,} waiting, {CLIENTS} clients asking")
        load.close()
        receiver.close()


def _rows(load: Load, requests: list[Request], when: str) -> None:
    _row(f"approve, {when}", [_approving(load, one) for one in requests])
    _row(f"/approvals, {when}", [lambda: load.command("")] * PRESSES)
    _row(f"/approvals all, {when}", [lambda: load.command("all")] * PRESSES)


def _approving(load: Load, request: Request) -> Callable[[], None]:
    return lambda: load.press(request.id, request.digest)


def _row(name: str, calls: list[Callable[[], object]]) -> None:
    took = [_took_ms(call) for call in calls]
    figures = f"{median(took):>9.1f}{quantiles(took, n=100)[98]:>9.1f}{max(took):>9.1f}"
    sys.stdout.write(f"{name:<46}{figures}\n")


def _took_ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _opened(stack: Stack, number: int) -> list[Request]:
    server = connect(stack.server.url)
    store = RedisRequests(server, Bells(connect(stack.server.url, text=False)))
    found = open_all(store, load_text(_POLICY, "waiting.yaml"), number, store.now())
    server.close()
    return found


@contextmanager
def _asking(load: Load) -> Iterator[None]:
    """Other clients ask as fast as they are answered."""
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            load.ask()

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
