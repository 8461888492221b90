"""The clock process: rings each lane whose earliest request is due. Any number may run."""

from __future__ import annotations

import logging
import threading

from app.bootstrap import build_lanes
from app.domain.due import Lane
from app.faults import described
from app.ports import Lanes
from app.process import starting, stop_signal

_log = logging.getLogger("countersign.clock")

_SWEEP_S = 0.5
"""The longest sleep between two looks: what another process makes due earlier is seen by then."""


def run(lanes: Lanes, stop: threading.Event) -> None:
    """Ring what is due, sleep until the next is, until `stop` is set."""
    while not stop.is_set():
        try:
            waits = [_ring_if_due(lanes, lane) for lane in Lane]
        except Exception as error:
            # Whatever it was, nothing moves without the clock.
            _log.error("the clock stands still: %s", described(error))
            waits = []
        stop.wait(max(0.01, min([_SWEEP_S, *waits])))


def _ring_if_due(lanes: Lanes, lane: Lane) -> float:
    """Seconds until this lane is worth another look."""
    wait_ms = lanes.due_in_ms(lane)
    if wait_ms == 0:
        lanes.ring(lane)
    return _SWEEP_S if not wait_ms else wait_ms / 1000


def main() -> None:
    """The `clock` of the Procfile: runs until SIGTERM or SIGINT."""
    with starting("clock") as settings:
        lanes = build_lanes(settings)
    stop = stop_signal()
    _log.info("clock ready")
    run(lanes, stop)


if __name__ == "__main__":
    main()
