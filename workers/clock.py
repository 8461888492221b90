"""The clock process: rings each lane whose earliest request is due, audits, seals the record.

Any number may run.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from app.bootstrap.clock import build_clock
from app.bootstrap.store import build_pulse
from app.faults import described
from app.ports import CLOCK, Lanes
from app.process import starting, stop_signal

_log = logging.getLogger("countersign.clock")

_SWEEP_S = 0.5
"""The longest sleep between two looks: what another process makes due earlier is seen by then."""

_LEAST_S = 0.01
"""The shortest, for what is due in a moment."""

_SOON_S = 0.02
"""When to look again where it rang: whoever came may have put it off for a moment."""

_TURN_S, _BROKEN_S = 1.0, 15.0
"""How often this process asks whether there is something for it to do, and its rest after a
failure."""


def run(lanes: Lanes, stop: threading.Event, beat: Callable[[], None] = lambda: None) -> None:
    """Ring what is due, sleep until the next is, until `stop` is set; `beat` after each round."""
    while not stop.is_set():
        try:
            wait_s = _ring(lanes)
            beat()
        except Exception as error:
            # Whatever it was, nothing moves without the clock.
            _log.error("the clock stands still: %s", described(error))
            wait_s = _SWEEP_S
        stop.wait(max(_LEAST_S, wait_s))


def repeat(what: str, work: Callable[[], bool], stop: threading.Event) -> None:
    """Do this every second until `stop` is set, again at once where it says that it did something.

    A thread of its own, so that it delays no bell.
    """
    while not stop.is_set():
        try:
            did = work()
        except Exception as error:
            # Whatever it was, nobody else does it.
            _log.error("%s broke off: %s", what, described(error))
            stop.wait(_BROKEN_S)
            did = False
        if not did:
            stop.wait(_TURN_S)


def _ring(lanes: Lanes) -> float:
    """Ring each lane in which something is due. Seconds until it is worth looking again."""
    waits = lanes.waits()
    for lane, wait_ms in waits.items():
        if wait_ms == 0:
            lanes.ring(lane)
    known = (wait_ms / 1000 or _SOON_S for wait_ms in waits.values() if wait_ms is not None)
    return min([_SWEEP_S, *known])


def main() -> None:
    """The `clock` of the Procfile: runs until SIGTERM or SIGINT."""
    with starting("clock") as settings:
        clock, pulse = build_clock(settings), build_pulse(settings)
    stop = stop_signal()
    works = {"an audit": clock.audit, "sealing the record": clock.keep}
    if clock.announce is not None:
        works["announcing a checkpoint"] = clock.announce
    for what, work in works.items():
        threading.Thread(target=repeat, args=(what, work, stop), name=what, daemon=True).start()
    _log.info("clock ready")
    run(clock.lanes, stop, partial(pulse.beat, CLOCK))


if __name__ == "__main__":
    main()
