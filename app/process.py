"""What every long-running process does: read its settings, say plainly why it can't start, stop."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from . import logs
from .domain.errors import CountersignError
from .settings import Settings, load

UNUSABLE = 2
"""Exit status of a process that can't start as it is set up."""


@contextmanager
def starting(process: str) -> Iterator[Settings]:
    """Settings for the body that starts a process; an error in it is said plainly and ends it."""
    try:
        settings = load()
        logs.set_up(process, settings.log)
        yield settings
    except CountersignError as error:
        sys.stderr.write(f"{process} can't start: {explain(error)}\n")
        sys.exit(UNUSABLE)


def explain(error: CountersignError) -> str:
    """An error for a terminal: what is wrong, and what to do."""
    return error.message if error.advice is None else f"{error.message}\n{error.advice}"


def stop_signal(*others: signal.Signals) -> threading.Event:
    """Set once SIGTERM, SIGINT or one of `others` arrives."""
    stop = threading.Event()

    def set_it(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, *others):
        signal.signal(number, set_it)
    return stop
