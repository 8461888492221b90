"""`make bench`: starts the product as its Procfile does, with the sandbox for Slack, and measures.

`make bench ARGS=policies` measures policies alone, which needs nothing started; `ARGS=timers` what
happens when thousands of timers are due at once; `ARGS=acks` how long Slack waits for an answer.

Slack takes one message a second and channel, so most requests of a trip are decided before their
card is posted; what a trip costs without that wait is what is measured.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import redis

from app.callbacks.sign import secret_for
from app.demo.notebook import Notebook
from app.demo.stack import CLIENT, Stack

from . import acks, policies, timers
from .load import POLICY, Load, Receiver, per_second

ROUNDS = 3


def main() -> None:
    parts = {
        "trips": _measure_trips,
        "timers": lambda: timers.measure(_started),
        "acks": lambda: acks.measure(_started),
        "policies": policies.measure,
    }
    for name in sys.argv[1:] or parts:
        parts[name]()


def _measure_trips() -> None:
    with _started() as stack:
        _measure(stack)


@contextmanager
def _started() -> Iterator[Stack]:
    """The product as its Procfile starts it, with the policy that is measured."""
    with tempfile.TemporaryDirectory(prefix="cs") as folder:
        notebook = Notebook(web_port=0, sandbox_port=0, receiver_port=0).with_free_ports()
        own = Path(folder) / "policies"
        own.mkdir()
        (own / "refund.yaml").write_text(POLICY)
        stack = Stack(Path(folder), notebook, {"COUNTERSIGN_POLICY_DIR": str(own)})
        try:
            for _ in stack.start():
                pass
            yield stack
        finally:
            stack.stop()


def _measure(stack: Stack) -> None:
    receiver = Receiver(secret_for(stack.notebook.secret.encode(), CLIENT, 1))
    load = Load(stack, receiver)
    server = redis.Redis.from_url(stack.server.url)
    page = b"x" * 2000
    rows: list[tuple[str, Callable[[], object], int, int, str | None]] = [
        ("redis: one write of 2 kB", lambda: server.set("bench", page), 3000, 1, None),
        ("empty route, 1 at once", load.nothing, 1000, 1, None),
        ("empty route, 16 at once", load.nothing, 1000, 16, None),
        ("requests accepted, 1 at once", load.ask, 500, 1, "empty route, 1 at once"),
        ("requests accepted, 16 at once", load.ask, 500, 16, "empty route, 16 at once"),
        ("whole trips, 1 at once", load.trip, 200, 1, "empty route, 1 at once"),
        ("whole trips, 16 at once", load.trip, 300, 16, "empty route, 16 at once"),
    ]
    found: dict[str, float] = {}
    sys.stdout.write(f"{'a second':<32}{'median':>9}{'min':>9}{'max':>9}   of its floor\n")
    for name, work, times, width, floor in rows:
        rates = [per_second(work, times, width) for _ in range(ROUNDS)]
        found[name] = median(rates)
        share = "" if floor is None else f"{found[name] / found[floor]:>12.0%}"
        spread = f"{found[name]:>9.0f}{min(rates):>9.0f}{max(rates):>9.0f}"
        sys.stdout.write(f"{name:<32}{spread}{share}\n")
    server.close()
    load.close()
    receiver.close()


if __name__ == "__main__":
    main()
